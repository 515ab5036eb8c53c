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

from collections import Counter, defaultdict
from dataclasses import dataclass
from statistics import median_low
from typing import TYPE_CHECKING

from bridge.midi.channel_state import (
    BANK_LSB,
    BANK_MSB,
    BRIGHTNESS,
    DATA_LSB,
    DATA_MSB,
    DEFAULTS,
    EXPRESSION,
    MODULATION,
    PEDALS,
    PORTAMENTO,
    RPN_LSB,
    RPN_MSB,
    RPN_NULL,
    SHAPING,
    VOLUME,
    ChannelState,
    ChannelStates,
    Sound,
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
from bridge.midi.smf.limits import MAX_BAR_QUARTERS
from bridge.midi.smf.timeline import Place, Port

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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


@dataclass(frozen=True, slots=True)
class Usual:
    """How a family sounded on a channel: its last sound, with its usual levels."""

    place: Place
    notes: int
    sound: Sound
    values: dict[int, int]
    """The usual values of the controllers, by number."""
    bend: int
    pressure: int

    @classmethod
    def of(cls, place: Place, sounds: Counter[Sound], last: Sound) -> Usual:
        """Return how the notes of one channel sounded: how many had each sound, and the last."""
        return cls(
            place,
            sounds.total(),
            last,
            {each: _usual_value(each, sounds) for each in SHAPING},
            _median((sound.bend, count) for sound, count in sounds.items()),
            _median((sound.pressure, count) for sound, count in sounds.items()),
        )

    @property
    def level(self) -> int:
        """The usual volume."""
        return self.values[VOLUME] * self.values[EXPRESSION]

    def is_same_sound(self, state: ChannelState) -> bool:
        """Return whether a state has the same bank, program and tuning."""
        return self.sound.source == state.sound.source

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


def _usual_value(control: int, sounds: Counter[Sound]) -> int:
    """Return the usual value of a controller at the onsets of notes."""
    values = [(sound.value(control), count) for sound, count in sounds.items()]
    if control in (VOLUME, EXPRESSION):
        # A note that begins at nothing swells. What is heard of it comes later.
        values = [(value, n) for value, n in values if value] or [(DEFAULTS[control], 1)]
    return _median(values)


def _median(values: Iterable[tuple[int, int]]) -> int:
    """Return the median of values that each occur a number of times, the lower one of two."""
    counts: Counter[int] = Counter()
    for value, count in values:
        counts[value] += count
    return median_low(counts.elements())


@dataclass(frozen=True, slots=True)
class Channels:
    """What a file leaves for a continuation: how it sounded, and where it has been left."""

    usual: dict[Instrument, list[Usual]]
    """How each family sounds, for each channel that it has."""
    states: dict[Port, ChannelStates]
    """The states after the last event."""
    last_ticks: dict[Place, int]
    """The tick of the last event of each channel that has any; releases do not count."""
    ringing: dict[tuple[Place, int], int]
    """The tick until which each key sounds that sounds in the last bar."""

    @classmethod
    def of(cls, timeline: Timeline, division: int) -> Channels:
        """Return what a timeline leaves; `division` is the ticks of a quarter note."""
        heard: dict[tuple[Instrument, Place], Counter[Sound]] = defaultdict(Counter)
        last: dict[tuple[Instrument, Place], SoundingNote] = {}
        ringing: dict[tuple[Place, int], int] = {}
        for note in timeline.notes:
            key = note.place, note.key
            ringing[key] = max(ringing.get(key, 0), note.release)
            if (fitted := note.fitted) is not None:
                where = fitted[0], note.place
                heard[where][note.sound] += 1
                if where not in last or note.onset > last[where].onset:
                    last[where] = note
        usual: dict[Instrument, list[Usual]] = defaultdict(list)
        for where, sounds in heard.items():
            usual[where[0]].append(Usual.of(where[1], sounds, last[where].sound))
        last_bar = max(ringing.values(), default=0) - MAX_BAR_QUARTERS * division
        late = {key: tick for key, tick in ringing.items() if tick >= last_bar}
        return cls(dict(usual), timeline.states, timeline.last_ticks, late)


def voices_like(channels: Channels, instruments: Iterable[Instrument]) -> dict[Instrument, Voice]:
    """Return the voices of a file of its own, with the sounds that another file has."""
    voices = {}
    for kind in sorted(instruments):
        voices[kind] = DEFAULT_VOICES[kind]
        if kind in channels.usual:
            usual = max(channels.usual[kind], key=lambda each: each.notes)
            place = voices[kind].place
            voices[kind] = Voice(place, tuple(_sound(place.channel, usual)))
    return voices


def voices_after(
    channels: Channels, instruments: Iterable[Instrument], tick: int
) -> dict[Instrument, Voice]:
    """Return the voices of instruments that go on after a file.

    A channel to which the file sends more after a file tick is not over.
    """
    choice = _Choice(channels, tick)
    return {kind: choice.voice(kind) for kind in sorted(instruments)}


def voices_within(
    channels: Channels,
    instruments: Iterable[Instrument],
    begin: int,
    notes: Sequence[SoundingNote],
) -> dict[Instrument, Voice]:
    """Return the voices of instruments that play new notes in a file from a file tick on.

    `notes` are those of the file, in order of onset. An instrument goes on where it plays at that
    tick, if its channel does not change the sound before its next note there. Otherwise it gets its
    sound on a free channel.
    """
    choice = _Choice(channels, begin)
    found: dict[Instrument, Voice] = {}
    for kind in sorted(instruments):
        place = _place_around(kind, begin, notes)
        found[kind] = choice.elsewhere(kind) if place is None else Voice(place)
    return found


def _place_around(kind: Instrument, begin: int, notes: Sequence[SoundingNote]) -> Place | None:
    """Return the channel on which an instrument plays around a file tick, with one sound."""
    before: dict[Place, SoundingNote] = {}
    after: dict[Place, SoundingNote] = {}
    counts: Counter[Place] = Counter()
    for note in notes:
        if note.onset < begin:
            before[note.place] = note
        else:
            after.setdefault(note.place, note)
        counts[note.place] += note.fitted is not None and note.fitted[0] is kind
    usable = [place for place in counts if _has_sound(kind, before.get(place), after.get(place))]
    return max(usable, key=lambda place: counts[place], default=None)


def _has_sound(kind: Instrument, before: SoundingNote | None, after: SoundingNote | None) -> bool:
    """Return whether a channel has the sound of an instrument between two of its notes.

    The sound of a channel that plays nothing before is known only at its first note.
    """
    around = [note for note in (before, after) if note is not None]
    is_same = len({note.sound.source for note in around}) == 1
    return is_same and all(note.fitted is not None and note.fitted[0] is kind for note in around)


class _Choice:
    """The channels of a file, and those that have been chosen."""

    def __init__(self, channels: Channels, tick: int) -> None:
        self._channels, self._tick = channels, tick
        self._taken: set[Place] = set(channels.last_ticks)

    def voice(self, kind: Instrument) -> Voice:
        """Return the voice of an instrument."""
        usual = self._channels.usual.get(kind)
        if usual is None:
            return self._new(kind)
        best = max(usual, key=lambda each: self._fitness(kind, each))
        return Voice(best.place) if self._is_ready(best) else self._set_right(kind, best)

    def elsewhere(self, kind: Instrument) -> Voice:
        """Return the voice of an instrument on a channel that the file does not use."""
        usual = self._channels.usual.get(kind)
        if usual is None or kind is Instrument.DRUMS:
            return self._new(kind)
        best = max(usual, key=lambda each: each.notes)
        place = self._elsewhere(kind)
        return self._take(place, _sound(place.channel, best))

    def _set_right(self, kind: Instrument, best: Usual) -> Voice:
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

    def _is_ready(self, usual: Usual) -> bool:
        """Return whether a family can go on where it was."""
        state = self._state(usual.place)
        is_over = self._channels.last_ticks[usual.place] <= self._tick
        return is_over and usual.is_same_sound(state) and usual.is_usual(state)

    def _fitness(self, kind: Instrument, usual: Usual) -> tuple[bool, bool, int]:
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
        return self._channels.states.get(port) or ChannelStates()

    def _is_rhythm(self, place: Place) -> bool:
        return self._states(place.port).is_rhythm(place.channel)

    def _state(self, place: Place) -> ChannelState:
        return self._states(place.port)[place.channel]

    def _restored(self, usual: Usual) -> Iterator[ChannelEvent]:
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


def _sound(channel: int, usual: Usual) -> Iterator[ChannelEvent]:
    """Yield what gives a fresh channel the usual sound of another."""
    sound = usual.sound
    if sound.bank != (0, 0) or sound.names_bank:
        yield ControlChange(channel, BANK_MSB, sound.bank[0])
        yield ControlChange(channel, BANK_LSB, sound.bank[1])
    yield ProgramChange(channel, sound.program or 0)
    for control, value in usual.values.items():
        if sound.has(control):
            yield ControlChange(channel, control, value)
    for parameter, (msb, lsb) in sound.parameters:
        yield ControlChange(channel, RPN_MSB, 0)
        yield ControlChange(channel, RPN_LSB, parameter)
        yield ControlChange(channel, DATA_MSB, msb)
        yield ControlChange(channel, DATA_LSB, lsb)
        yield ControlChange(channel, RPN_MSB, RPN_NULL)
        yield ControlChange(channel, RPN_LSB, RPN_NULL)
    if usual.bend:
        yield PitchWheel(channel, usual.bend)
