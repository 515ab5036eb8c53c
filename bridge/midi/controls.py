"""Controls: what a pedal, a knob or a key means besides music.

A player has no hand free for a mouse. So any controller and any key can be made to hand over, to
silence everything, to change the mode, the style, the blend or a number such as the temperature. A
control is *learned*: one says what is wanted and moves the thing that is to do it. What is learned
is no music any more: it is neither answered nor shown.

Actions are of two kinds. Some happen once, when a key goes down or a pedal or button passes the
middle on its way down. Others follow the knob from 0 to 127.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bridge.midi.events import SWITCH_ON, ControlChange, Event, NoteOff, NoteOn

MAX_VALUE = 127


class Action(enum.Enum):
    """What a control can do; the value is the word for it on the command line."""

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
        """Whether it follows a knob's value, rather than happening once."""
        return self in (Action.STYLE, Action.BLEND) or self.setting is not None

    @property
    def setting(self) -> str | None:
        """The dotted name of the setting that follows the knob, if it is a number."""
        return _SETTINGS.get(self)


_SETTINGS = {
    Action.TEMPERATURE: "temperature",
    Action.STYLE_STRENGTH: "style_strength",
    Action.SWING: "quantise.swing",
}


@dataclass(frozen=True, slots=True)
class Control:
    """A controller (`is_note` False) or a key, by its number, on a channel from 0."""

    channel: int
    number: int
    is_note: bool = False

    @property
    def release(self) -> NoteOff | ControlChange:
        """The event that lets go of it."""
        if self.is_note:
            return NoteOff(self.channel, self.number)
        return ControlChange(self.channel, self.number, 0)

    @property
    def label(self) -> str:
        """What a person calls it: cc64/1 is controller 64 on channel 1."""
        return f"{'note' if self.is_note else 'cc'}{self.number}/{self.channel + 1}"


Bindings = tuple[tuple[Control, Action], ...]


@dataclass(frozen=True, slots=True)
class TriggeredAction:
    """An action that was asked for; `value` is the knob's or the key's, 0 to 127."""

    action: Action
    value: int


@dataclass(frozen=True, slots=True)
class ControlMatch:
    """Whether an event is a control's, and no music; what it asks for; what is learned by it."""

    is_control: bool = False
    triggered: TriggeredAction | None = None
    learned: Control | None = None


def control_of(event: Event) -> Control | None:
    """Which control an event is of, or None if it is of none."""
    match event:
        case NoteOn(channel, pitch) | NoteOff(channel, pitch):
            return Control(channel, pitch, is_note=True)
        case ControlChange(channel, number):
            return Control(channel, number)
    return None


def parse_control(words: str) -> Control:
    """Read `cc64`, `cc64/2` or `note36/10`; without a channel it is the first.

    Raises:
        ValueError: it is none of these; the text says how to write one.

    """
    name, _, channel = words.strip().lower().partition("/")
    kind = next((kind for kind in ("note", "cc") if name.startswith(kind)), "")
    number = name.removeprefix(kind)
    if not kind or not number.isdecimal() or not (channel or "1").isdecimal():
        raise ValueError(f"{words!r} is no control (write cc64, or note36/10 for channel 10)")
    if int(number) > MAX_VALUE or not 1 <= int(channel or 1) <= 16:
        raise ValueError(f"{words!r} is no control: numbers go to 127, channels from 1 to 16")
    return Control(int(channel or 1) - 1, int(number), kind == "note")


class ControlMap:
    """Knows what each control does, and learns."""

    def __init__(self, bindings: Bindings = ()) -> None:
        self._actions = dict(bindings)
        self._values: dict[Control, int] = {}
        self._learning: Action | None = None

    @property
    def bindings(self) -> Bindings:
        """What has been learned."""
        return tuple(self._actions.items())

    @property
    def learning(self) -> Action | None:
        """Return for which action the next control is waited."""
        return self._learning

    def learn(self, action: Action | None) -> None:
        """Let the next control that is used do this; None: none after all."""
        self._learning = action

    def bind(self, bindings: Bindings) -> None:
        """Let these controls do these things, and no others any."""
        self._actions = dict(bindings)

    def process(self, event: Event) -> ControlMatch:
        """Return what an event is; a control is learned when it goes down or up, not back."""
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
