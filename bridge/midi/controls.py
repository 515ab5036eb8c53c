"""Controls: pedals, knobs and keys that trigger actions instead of playing music.

A player has no hand free for a mouse. So any controller and any key can be bound to an action: hand
over, silence everything, or change the mode, the style, the blend or a number such as the
temperature. To bind a control, the user selects an action and then moves the control. The events of
a bound control are not music: they get no response and are not shown.

There are two kinds of action. Some happen once, when a key goes down or a pedal or button crosses
the middle of its range on the way down. Others follow the value of a knob, from 0 to 127.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from bridge.midi.events import SWITCH_ON, ControlChange, Event, NoteOff, NoteOn
from bridge.setting import short_repr

MAX_VALUE = 127
_CONTROL = re.compile(r"(cc|note)([0-9]+)(?:/([0-9]+))?")


class Action(enum.Enum):
    """An action that a control can trigger; the value is its name on the command line."""

    HAND_OVER = "hand-over"
    END = "ending"
    PANIC = "panic"
    MODE = "mode"
    STYLE = "style"
    BLEND = "blend"
    TEMPERATURE = "temperature"
    STYLE_STRENGTH = "style-strength"
    SWING = "swing"

    @property
    def is_continuous(self) -> bool:
        """Whether the action follows a knob's value instead of happening once."""
        return self in (Action.STYLE, Action.BLEND) or self.setting is not None

    @property
    def setting(self) -> str | None:
        """The dotted name of the number setting that follows the knob, or None."""
        return _SETTINGS.get(self)


_SETTINGS = {
    Action.TEMPERATURE: "temperature",
    Action.STYLE_STRENGTH: "style_strength",
    Action.SWING: "quantise.swing",
}


@dataclass(frozen=True, slots=True)
class Control:
    """A controller number, or a key's pitch if `is_note`, on a channel counted from 0."""

    channel: int
    number: int
    is_note: bool = False

    @property
    def release(self) -> NoteOff | ControlChange:
        """The event that releases the control."""
        if self.is_note:
            return NoteOff(self.channel, self.number)
        return ControlChange(self.channel, self.number, 0)

    @property
    def label(self) -> str:
        """The visible name, with channels from 1: cc64/1 is controller 64 on channel 1."""
        return f"{'note' if self.is_note else 'cc'}{self.number}/{self.channel + 1}"


Bindings = tuple[tuple[Control, Action], ...]


@dataclass(frozen=True, slots=True)
class TriggeredAction:
    """A triggered action; `value` is the knob's value or the key's velocity, 0 to 127."""

    action: Action
    value: int


@dataclass(frozen=True, slots=True)
class ControlMatch:
    """The result for one event.

    `is_control` says that the event comes from a control and is not music. `triggered` is the
    action that it triggers, and `learned` the control that it binds, if any.
    """

    is_control: bool = False
    triggered: TriggeredAction | None = None
    learned: Control | None = None


def control_of(event: Event) -> Control | None:
    """Return the control that an event comes from, or None for other events."""
    match event:
        case NoteOn(channel, pitch) | NoteOff(channel, pitch):
            return Control(channel, pitch, is_note=True)
        case ControlChange(channel, number):
            return Control(channel, number)
    return None


def parse_control(words: str) -> Control:
    """Parse `cc64`, `cc64/2` or `note36/10`; the default channel is the first.

    Raises:
        ValueError: the text has another form; the message shows the right one.

    """
    found = _CONTROL.fullmatch(words.strip().lower())
    if found is None:
        shown = short_repr(words)
        raise ValueError(f"{shown} is no control (write cc64, or note36/10 for channel 10)")
    kind, number, channel = found.groups(default="1")
    if len(number) > 3 or int(number) > MAX_VALUE or not 1 <= int(channel[:3]) <= 16:
        shown = short_repr(words)
        raise ValueError(f"{shown} is no control: numbers go to 127, channels from 1 to 16")
    return Control(int(channel) - 1, int(number), kind == "note")


class ControlMap:
    """The actions of the bound controls, and the binding of new ones."""

    def __init__(self, bindings: Bindings = ()) -> None:
        self._actions = dict(bindings)
        self._values: dict[Control, int] = {}
        self._learning: Action | None = None

    @property
    def bindings(self) -> Bindings:
        """The bound controls and their actions."""
        return tuple(self._actions.items())

    @property
    def learning(self) -> Action | None:
        """The action that the next used control is bound to, or None."""
        return self._learning

    def learn(self, action: Action | None) -> None:
        """Bind the next control that is used to this action; None cancels."""
        self._learning = action

    def bind(self, bindings: Bindings) -> None:
        """Replace all bindings by these."""
        self._actions = dict(bindings)

    def process(self, event: Event) -> ControlMatch:
        """Process one event, and bind its control if an action waits for one.

        A control is bound when its value rises, not when it returns.
        """
        control = control_of(event)
        if control is None:
            return ControlMatch()
        value = _value(event)
        before, self._values[control] = self._values.get(control, 0), value
        if self._learning is not None and value > (0 if control.is_note else before):
            self._actions[control], self._learning = self._learning, None
            return ControlMatch(is_control=True, learned=control)
        action = self._actions.get(control)
        if action is None:
            return ControlMatch()
        pressed = value > 0 if control.is_note else before < SWITCH_ON <= value
        used = TriggeredAction(action, value) if pressed or action.is_continuous else None
        return ControlMatch(is_control=True, triggered=used)


def _value(event: Event) -> int:
    match event:
        case NoteOn(_, _, velocity):
            return velocity
        case ControlChange(_, _, value):
            return value
    return 0
