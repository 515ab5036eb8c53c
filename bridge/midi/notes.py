"""Notes, and how keys and a pedal become notes.

A key that goes down starts a note. The note ends when the key comes up, unless the sustain pedal
(controller 64) is down: then it ends when the pedal lifts. It also ends when the same key is struck
again, because one string cannot sound twice. `Keys` applies these three rules to a stream of events
and gives back a plain one: note-ons and note-offs in which every note-on has one note-off and
nothing depends on a pedal. It knows no time; whoever feeds it stamps what comes out. The file
reader and the live input are both built on it, so that what is read from a file and what is played
by hand are heard alike.

A `Score` is what a piece or a phrase is to the rest of Antiphon: notes in ticks (48 to the quarter
note), and where tempo and metre change.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridge.midi.events import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    SUSTAIN,
    SWITCH_ON,
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
)
from bridge.midi.instruments import Instrument

TICKS_PER_QUARTER = 48
"""Divides by 3 and by 16.

Triplets and 1/64 notes are exact, and at 120 bpm a tick is 10.4 ms, fine enough for a performer.
"""

DRUM_TICKS = 6
"""A drum hit has no release of its own; this is how long it is written (a 1/32 note)."""

"""MIDI 1.0: a switch controller is on from 64 up."""


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note.

    From onset to release in ticks, velocity 1..127. Notes sort by onset, then instrument, then
    pitch.
    """

    onset_ticks: int
    instrument: Instrument
    pitch: int
    release_ticks: int
    velocity: int


@dataclass(frozen=True, slots=True, order=True)
class TempoChange:
    """From this tick on, so many quarter notes a minute."""

    tick: int
    bpm: float


@dataclass(frozen=True, slots=True, order=True)
class MetreChange:
    """From this tick on, bars of numerator/denominator; a bar begins here."""

    tick: int
    numerator: int
    denominator: int

    @property
    def bar_ticks(self) -> int:
        """Length of a bar in ticks."""
        return self.numerator * 4 * TICKS_PER_QUARTER // self.denominator


@dataclass(frozen=True, slots=True)
class Score:
    """Notes in order of onset, with tempo and metre.

    `grid` tells ticks of a beat (True) from plain time at 120 bpm (False).
    """

    notes: tuple[Note, ...] = ()
    tempos: tuple[TempoChange, ...] = ()
    metres: tuple[MetreChange, ...] = ()
    grid: bool = True

    @property
    def end_ticks(self) -> int:
        """The tick at which the last note has ended."""
        return max((note.release_ticks for note in self.notes), default=0)


class KeyState:
    """Turns keys and pedal into notes, channel by channel."""

    def __init__(self) -> None:
        self._sounding: dict[
            tuple[int, int], bool
        ] = {}  # (channel, pitch) -> is the key still down
        self._pedals: set[int] = set()

    @property
    def sounding(self) -> tuple[tuple[int, int], ...]:
        """What sounds now, as (channel, pitch) in the order struck."""
        return tuple(self._sounding)

    @property
    def key_down(self) -> bool:
        """Whether a key is held."""
        return any(self._sounding.values())

    @property
    def pedal_down(self) -> bool:
        """Whether a sustain pedal is held."""
        return bool(self._pedals)

    def feed(self, event: Event) -> tuple[NoteOn | NoteOff, ...]:
        """Take one event and return the note-ons and note-offs that it really means."""
        match event:
            case NoteOn(channel, pitch):
                ended = self._end(channel, (pitch,))
                self._sounding[channel, pitch] = True
                return (*ended, event)
            case NoteOff(channel, pitch):
                return self._key_up(channel, pitch, event)
            case ControlChange(channel, control, value) if control == SUSTAIN:
                return self._set_pedal(channel, down=value >= SWITCH_ON)
            case ControlChange(channel, control) if control in (ALL_SOUND_OFF, ALL_NOTES_OFF):
                return self._end(channel, self._pitches(channel))
        return ()

    def release_all(self) -> tuple[NoteOff, ...]:
        """End everything that sounds and forget the pedals."""
        self._pedals.clear()
        channels = sorted({channel for channel, _ in self._sounding})
        return tuple(off for at in channels for off in self._end(at, self._pitches(at)))

    def _pitches(self, channel: int) -> tuple[int, ...]:
        return tuple(sorted(pitch for at, pitch in self._sounding if at == channel))

    def _key_up(self, channel: int, pitch: int, event: NoteOff) -> tuple[NoteOff, ...]:
        if (channel, pitch) not in self._sounding:
            return ()
        if channel in self._pedals:
            self._sounding[channel, pitch] = False
            return ()
        del self._sounding[channel, pitch]
        return (event,)

    def _set_pedal(self, channel: int, *, down: bool) -> tuple[NoteOff, ...]:
        if down:
            self._pedals.add(channel)
            return ()
        self._pedals.discard(channel)
        lifted = [p for p in self._pitches(channel) if not self._sounding[channel, p]]
        return self._end(channel, lifted)

    def _end(self, channel: int, pitches: tuple[int, ...] | list[int]) -> tuple[NoteOff, ...]:
        return tuple(
            NoteOff(channel, pitch)
            for pitch in pitches
            if self._sounding.pop((channel, pitch), None) is not None
        )
