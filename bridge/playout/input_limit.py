"""The limit of input: what a flood of MIDI messages may cost.

A broken controller, a loop of cables or another program may send ten thousand messages a second and
more. No player does: a MIDI cable carries a thousand. What comes in beyond the limits is thinned
before anything else sees it, so that the session stays responsive and has no backlog afterwards.

There are three limits, so that a flood of one kind leaves the others alone. Each allows a burst.

- *Notes*. A note-on beyond the limit is dropped. The note-off of a key that is down always passes.
- *Controllers*, wheels, pressure, programs and everything else. Of one kind beyond the limit only
  the highest and the last value are kept, and pass as soon as the limit allows: so the state is
  right in the end, and a pedal that was pressed has been pressed.
- *Clocks*: the messages of MIDI clock. Those beyond the limit are dropped.

A press of a control that is bound to panic is recognised here, before the limits: panic must work
in a flood, and while the engine does not answer. It passes at once; presses that follow within
`PANIC_NS` are dropped.

Times are limited too: a message that claims to be further than `MAX_SKEW_NS` from now happened now.

The limit is pure: time is an argument.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.midi.controls import Control, control_of
from bridge.midi.events import (
    SWITCH_ON,
    ChannelPressure,
    Continue,
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    PitchWheel,
    ProgramChange,
    SongPosition,
    Start,
    Stop,
    TimedEvent,
    TimingClock,
)
from bridge.system.units import MS, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_SKEW_NS = SECOND
PANIC_NS = 20 * MS
"""The least time between two presses of a panic control."""
HELD_NS = SECOND // 2
"""A message of a pedal that is down is a new press if the last one is longer ago than this."""
NOTES_A_SECOND, NOTE_BURST = 1_000, 1_000
OTHERS_A_SECOND, OTHER_BURST = 1_000, 1_000
MAX_WAITING = 900
"""The greatest number of kinds that wait: they have passed a second after the flood."""
CLOCKS_A_SECOND, CLOCK_BURST = 500, 250
"""A clock of 999 bpm has 400 messages a second."""

SyncEvent = TimingClock | Start | Continue | Stop | SongPosition
_Kind = tuple[type[Event], int, int]  # with channel, and controller number or 0


class _Allowance:
    """How many messages may pass now: it grows with time, up to a burst."""

    def __init__(self, a_second: int, burst: int) -> None:
        self._a_second, self._burst = a_second, burst
        self._level, self._at_ns = float(burst), 0

    def grow(self, now_ns: int) -> None:
        """Add what the time since the last call allows."""
        elapsed_ns = max(0, now_ns - self._at_ns)
        self._level = min(self._burst, self._level + elapsed_ns * self._a_second / SECOND)
        self._at_ns = now_ns

    def use(self) -> bool:
        """Return whether one more message may pass, and count it."""
        if self._level < 1:
            return False
        self._level -= 1
        return True


class InputLimit:
    """Passes on what a player may play, and thins a flood."""

    def __init__(self) -> None:
        self.panic_controls: frozenset[Control] = frozenset()
        """The controls that are bound to panic."""
        self.dropped = 0
        """The number of messages that were dropped."""
        self._notes = _Allowance(NOTES_A_SECOND, NOTE_BURST)
        self._others = _Allowance(OTHERS_A_SECOND, OTHER_BURST)
        self._clocks = _Allowance(CLOCKS_A_SECOND, CLOCK_BURST)
        self._keys_down: set[tuple[int, int]] = set()  # channel and pitch, as passed on
        # By kind, in order: the highest value that waits, and the last one.
        self._waiting: dict[_Kind, tuple[TimedEvent, TimedEvent]] = {}
        self._panic_controls_down: dict[Control, int] = {}  # with the time of the last message
        self._panic_ns: int | None = None
        self._panics = False

    def pop_panic(self) -> bool:
        """Return whether a panic control was pressed since the last call."""
        panics, self._panics = self._panics, False
        return panics

    def pass_on(self, events: Iterable[TimedEvent], now_ns: int) -> list[TimedEvent]:
        """Return the events that pass, in order."""
        for allowance in (self._notes, self._others, self._clocks):
            allowance.grow(now_ns)
        passed: list[TimedEvent] = []
        self._pass_waiting(passed)
        for timed in events:
            if abs(timed.time_ns - now_ns) > MAX_SKEW_NS:
                timed = replace(timed, time_ns=now_ns)  # noqa: PLW2901 - the same event
            event = timed.event
            if self.panic_controls and (control := control_of(event)) in self.panic_controls:
                assert control is not None
                self._process_panic(control, timed, now_ns, passed)
            elif isinstance(event, NoteOn | NoteOff):
                self._process_note(event, timed, passed)
            elif isinstance(event, SyncEvent):
                self._pass_or_drop(self._clocks.use(), timed, passed)
            else:
                self._process_other(event, timed, passed)
        return passed

    def _pass_or_drop(self, may_pass: bool, timed: TimedEvent, passed: list[TimedEvent]) -> None:  # noqa: FBT001
        if may_pass:
            passed.append(timed)
        else:
            self.dropped += 1

    def _process_note(
        self, event: NoteOn | NoteOff, timed: TimedEvent, passed: list[TimedEvent]
    ) -> None:
        key = event.channel, event.pitch
        may_pass = self._notes.use()
        if isinstance(event, NoteOff):
            may_pass |= key in self._keys_down
            self._keys_down.discard(key)
        elif may_pass:
            self._keys_down.add(key)
        self._pass_or_drop(may_pass, timed, passed)

    def _process_other(self, event: Event, timed: TimedEvent, passed: list[TimedEvent]) -> None:
        kind = _kind_of(event)
        if kind in self._waiting:
            highest, last = self._waiting[kind]
            rises = _value_of(event) >= _value_of(highest.event)
            self.dropped += 1 if rises or last is not highest else 0
            self._waiting[kind] = (timed if rises else highest, timed)
        elif self._others.use():
            passed.append(timed)
        elif kind is None:
            self.dropped += 1
        else:
            if len(self._waiting) == MAX_WAITING:
                first = self._waiting.pop(next(iter(self._waiting)))
                self.dropped += len(set(map(id, first)))
            self._waiting[kind] = (timed, timed)

    def _pass_waiting(self, passed: list[TimedEvent]) -> None:
        """Pass on what waits, as far as the limit allows."""
        while self._waiting and self._others.use():
            highest, last = self._waiting.pop(next(iter(self._waiting)))
            passed += (highest,) if highest is last else (highest, last)
            if highest is not last:
                self._others.use()

    def _process_panic(
        self, control: Control, timed: TimedEvent, now_ns: int, passed: list[TimedEvent]
    ) -> None:
        """Pass on a panic control, and recognise a press of it (`bridge.midi.controls`)."""
        value = _value_of(timed.event)
        is_down = value > 0 if control.is_note else value >= SWITCH_ON
        # A release may have been lost, so a control that was quiet for a while is pressed again.
        down_ns = self._panic_controls_down.get(control)
        was_down = down_ns is not None and 0 <= now_ns - down_ns < HELD_NS
        if self._panic_ns is not None and 0 <= now_ns - self._panic_ns < PANIC_NS:
            if is_down or not was_down:
                self.dropped += 1
                return
        elif is_down and (control.is_note or not was_down):
            self._panic_ns, self._panics = now_ns, True
        if is_down:
            self._panic_controls_down[control] = now_ns
        else:
            self._panic_controls_down.pop(control, None)
        passed.append(timed)


def _kind_of(event: Event) -> _Kind | None:
    """Return the kind of which only the state matters, or None for an event without one."""
    match event:
        case ControlChange(channel, control):
            return ControlChange, channel, control
        case ProgramChange(channel) | ChannelPressure(channel) | PitchWheel(channel):
            return type(event), channel, 0
    return None


def _value_of(event: Event) -> int:
    match event:
        case ControlChange(_, _, value) | NoteOn(_, _, value):
            return value
    return 0
