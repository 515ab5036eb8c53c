"""The channels on which a continuation of a file goes on.

A family of instruments that the file has goes on with the very sound that it had there: on the same
channel of the same port, with whatever bank, program, tuning and volume are in force. No program is
changed on a channel of the file.

The channel may be left in a state in which nothing more can be heard in tune: faded out, bent, with
its pedal down, with another program. Or the file sends more to it later. Then the family goes on
with the same sound on a free channel of the same port, at its usual volume. A rhythm part cannot
move, since its channel is what makes it one, nor can a part for which no channel is free; there the
controllers return to their usual values. Drums whose channel is no rhythm part any more go to
another one. A family that the file does not have gets a free channel.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median_low
from typing import TYPE_CHECKING

from bridge.midi.channel_state import (
    BANK_LSB,
    BANK_MSB,
    BRIGHTNESS,
    CHORUS,
    DATA_LSB,
    DATA_MSB,
    DEFAULTS,
    EXPRESSION,
    MODULATION,
    PAN,
    PEDALS,
    PORTAMENTO,
    REVERB,
    RPN_LSB,
    RPN_MSB,
    RPN_NULL,
    VOLUME,
    ChannelState,
    ChannelStates,
)
from bridge.midi.events import (
    SWITCH_ON,
    ChannelEvent,
    ChannelPressure,
    ControlChange,
    PitchWheel,
    ProgramChange,
)
from bridge.midi.instruments import DRUM_CHANNEL, Instrument
from bridge.midi.smf.timeline import Place, Port

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bridge.midi.smf.timeline import SoundingNote, Timeline

_FADED = 0.75
"""A channel below this share of its usual level, or of its usual brightness, has been faded out."""
_JITTER = 16
"""Modulation and pressure this much above the usual are audible."""
_MAX_PORTS = 256
_NEW_DEVICE = b"Antiphon"
"""The port of a file in which all numbers of ports are used."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A channel of a port, and what is sent to it before the first note."""

    place: Place
    setup: tuple[ChannelEvent, ...] = ()


DEFAULT_VOICES = {
    kind: Voice(
        Place(Port(), kind.spec.channel),
        () if kind is Instrument.DRUMS else (ProgramChange(kind.spec.channel, kind.spec.program),),
    )
    for kind in Instrument
}
"""The voices of a file that has only our music."""


def voices_like(timeline: Timeline, instruments: Iterable[Instrument]) -> dict[Instrument, Voice]:
    """Return the voices of a file of its own, with the sounds that another file has."""
    heard = _sounds_by_family(timeline)
    voices = {}
    for kind in sorted(instruments):
        voices[kind] = DEFAULT_VOICES[kind]
        if kind in heard:
            usual = max(heard[kind], key=lambda each: each.notes)
            place = voices[kind].place
            voices[kind] = Voice(place, tuple(_sound(place.channel, usual)))
    return voices


def voices_after(
    timeline: Timeline, instruments: Iterable[Instrument], tick: int
) -> dict[Instrument, Voice]:
    """Return the voices of instruments that go on after a file.

    A channel to which the file sends more after a file tick is not over.
    """
    choice = _Choice(timeline, tick)
    return {kind: choice.voice(kind) for kind in sorted(instruments)}


@dataclass(frozen=True, slots=True)
class _Usual:
    """How a family sounded on a channel: its last state, with its usual levels."""

    place: Place
    notes: int
    state: ChannelState
    values: dict[int, int]
    """The usual values of the controllers, by number."""
    bend: int
    pressure: int

    @classmethod
    def of(cls, place: Place, notes: list[SoundingNote]) -> _Usual:
        """Return how these notes of one channel sounded."""
        states = [note.state for note in notes]
        shaping = (MODULATION, PORTAMENTO, VOLUME, PAN, EXPRESSION, BRIGHTNESS, REVERB, CHORUS)
        return cls(
            place,
            len(notes),
            max(notes, key=lambda note: note.onset).state,
            {each: _usual_value(each, states) for each in shaping},
            median_low(state.bend for state in states),
            median_low(state.pressure for state in states),
        )

    @property
    def level(self) -> int:
        """The usual volume."""
        return self.values[VOLUME] * self.values[EXPRESSION]

    def is_same_sound(self, state: ChannelState) -> bool:
        """Return whether a state has the same bank, program and tuning."""
        mine = self.state
        return (mine.program, mine.bank, mine.rhythm, mine.parameters) == (
            state.program,
            state.bank,
            state.rhythm,
            state.parameters,
        )

    def is_usual(self, state: ChannelState) -> bool:
        """Return whether a note in this state would sound as usual."""
        level = state.value(VOLUME) * state.value(EXPRESSION)
        return (
            level >= _FADED * self.level
            and state.value(BRIGHTNESS) >= _FADED * self.values[BRIGHTNESS]
            and not self.values[PORTAMENTO] < SWITCH_ON <= state.value(PORTAMENTO)
            and state.bend == self.bend
            and state.value(MODULATION) <= self.values[MODULATION] + _JITTER
            and state.pressure <= self.pressure + _JITTER
            and not any(state.value(pedal) >= SWITCH_ON for pedal in PEDALS)
        )


def _usual_value(control: int, states: list[ChannelState]) -> int:
    """Return the usual value of a controller at the onsets of notes."""
    values = [state.value(control) for state in states]
    if control in (VOLUME, EXPRESSION):
        # A note that begins at nothing swells. What is heard of it comes later.
        values = [value for value in values if value] or [DEFAULTS[control]]
    return median_low(values)


class _Choice:
    """The channels of a file, and those that have been chosen."""

    def __init__(self, timeline: Timeline, tick: int) -> None:
        self._timeline, self._tick = timeline, tick
        self._taken: set[Place] = set(timeline.last_ticks)
        self._heard = _sounds_by_family(timeline)

    def voice(self, kind: Instrument) -> Voice:
        """Return the voice of an instrument."""
        usual = self._heard.get(kind)
        if usual is None:
            return self._new(kind)
        best = max(usual, key=lambda each: self._fitness(kind, each))
        return Voice(best.place) if self._is_ready(best) else self._set_right(kind, best)

    def _set_right(self, kind: Instrument, best: _Usual) -> Voice:
        """Return the voice of a family whose channel is not ready for it."""
        if kind is Instrument.DRUMS:
            if not self._is_rhythm(best.place):
                return self._take(self._rhythm_part(), ())
            return Voice(best.place, tuple(self._restored(best)))
        free = self._free_channel(best.place.port, kind)
        if free is not None:
            return self._take(free, _sound(free.channel, best))
        if best.is_same_sound(self._state(best.place)):
            return Voice(best.place, tuple(self._restored(best)))
        place = self._elsewhere(kind)
        return self._take(place, _sound(place.channel, best))

    def _is_ready(self, usual: _Usual) -> bool:
        """Return whether a family can go on where it was."""
        state = self._state(usual.place)
        is_over = self._timeline.last_ticks[usual.place] <= self._tick
        return is_over and usual.is_same_sound(state) and usual.is_usual(state)

    def _fitness(self, kind: Instrument, usual: _Usual) -> tuple[bool, bool, int]:
        """Return how well a family can go on where it was; more is better."""
        can_sound = self._is_rhythm(usual.place) == (kind is Instrument.DRUMS)
        return self._is_ready(usual), can_sound, usual.notes

    def _new(self, kind: Instrument) -> Voice:
        """Return a voice for an instrument that the file does not have."""
        if kind is Instrument.DRUMS:
            return self._take(self._rhythm_part(), ())
        free = self._elsewhere(kind)
        return self._take(free, (ProgramChange(free.channel, kind.spec.program),))

    def _rhythm_part(self) -> Place:
        """Return a channel for drums: the standard one, one that the file has, or a new port's."""
        for port in self._ports():
            standard = Place(port, DRUM_CHANNEL)
            if standard not in self._taken and self._is_rhythm(standard):
                return standard
        used = [place for place in self._taken if self._is_rhythm(place)]
        return min(used, default=Place(self._new_port(), DRUM_CHANNEL))

    def _elsewhere(self, kind: Instrument) -> Place:
        """Return a channel that is not used, on any port of the file or else on a new one."""
        free = (self._free_channel(port, kind) for port in self._ports())
        found = next((place for place in free if place is not None), None)
        return found or Place(self._new_port(), kind.spec.channel)

    def _take(self, place: Place, setup: Iterable[ChannelEvent]) -> Voice:
        self._taken.add(place)
        return Voice(place, tuple(setup))

    def _free_channel(self, port: Port, kind: Instrument) -> Place | None:
        """Return a channel of a port that is not used; the family's own, if it is free."""
        states = self._states(port)
        free = [
            channel
            for channel in range(16)
            if Place(port, channel) not in self._taken and not states.is_rhythm(channel)
        ]
        if not free:
            return None
        own = kind.spec.channel
        return Place(port, own if own in free else free[-1])

    def _ports(self) -> list[Port]:
        return sorted({place.port for place in self._taken}) or [Port()]

    def _new_port(self) -> Port:
        used = {place.port.number for place in self._taken}
        number = next((number for number in range(_MAX_PORTS) if number not in used), None)
        return Port(device=_NEW_DEVICE) if number is None else Port(number)

    def _states(self, port: Port) -> ChannelStates:
        return self._timeline.states.get(port) or ChannelStates()

    def _is_rhythm(self, place: Place) -> bool:
        return self._states(place.port).is_rhythm(place.channel)

    def _state(self, place: Place) -> ChannelState:
        return self._states(place.port)[place.channel]

    def _restored(self, usual: _Usual) -> Iterator[ChannelEvent]:
        """Yield what returns a channel of the file to its usual state."""
        channel, state = usual.place.channel, self._state(usual.place)
        for pedal in PEDALS:
            if state.value(pedal):
                yield ControlChange(channel, pedal, 0)
        for control, value in usual.values.items():
            if state.value(control) != value:
                yield ControlChange(channel, control, value)
        if state.bend != usual.bend:
            yield PitchWheel(channel, usual.bend)
        if state.pressure > usual.pressure:
            yield ChannelPressure(channel, usual.pressure)


def _sounds_by_family(timeline: Timeline) -> dict[Instrument, list[_Usual]]:
    """Return how each family sounds in a file, for each channel that it has."""
    heard: dict[Instrument, dict[Place, list[SoundingNote]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for note in timeline.notes:
        if (fitted := note.fitted) is not None:
            heard[fitted[0]][note.place].append(note)
    return {
        kind: [_Usual.of(place, notes) for place, notes in places.items()]
        for kind, places in heard.items()
    }


def _sound(channel: int, usual: _Usual) -> Iterator[ChannelEvent]:
    """Yield what gives a fresh channel the usual sound of another."""
    state = usual.state
    if state.bank != (0, 0) or BANK_MSB in state.controls or BANK_LSB in state.controls:
        yield ControlChange(channel, BANK_MSB, state.bank[0])
        yield ControlChange(channel, BANK_LSB, state.bank[1])
    yield ProgramChange(channel, state.program or 0)
    for control, value in usual.values.items():
        if control in state.controls:
            yield ControlChange(channel, control, value)
    for parameter, (msb, lsb) in sorted(state.parameters.items()):
        yield ControlChange(channel, RPN_MSB, 0)
        yield ControlChange(channel, RPN_LSB, parameter)
        yield ControlChange(channel, DATA_MSB, msb)
        yield ControlChange(channel, DATA_LSB, lsb)
        yield ControlChange(channel, RPN_MSB, RPN_NULL)
        yield ControlChange(channel, RPN_LSB, RPN_NULL)
    if usual.bend:
        yield PitchWheel(channel, usual.bend)
