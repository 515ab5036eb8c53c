"""Notes, and the conversion of key and pedal events into notes.

A key that goes down starts a note. The note ends when the key comes up, unless the sustain pedal
(controller 64) is down: then it ends when the pedal lifts. It also ends when the same key is struck
again, because one string cannot sound twice. `KeyState` applies these three rules to a stream of
events. Its output is note-ons and note-offs only: every note-on is followed by exactly one
note-off, and nothing depends on a pedal. It has no notion of time; the caller adds the times. The
file reader and the live input both use it, so that notes from a file and played notes follow the
same rules.

A `Score` represents a piece or a phrase in the rest of Antiphon: notes in ticks (48 to the quarter
note), and the changes of tempo and metre.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from collections.abc import Iterator

TICKS_PER_QUARTER = 48
"""The resolution of a score; it is divisible by 3 and by 16.

So triplets and 1/64 notes are exact. At 120 bpm a tick is 10.4 ms, fine enough for a performance.
"""

DRUM_TICKS = 6
"""The written length of a drum hit, which has no release of its own: a 1/32 note."""


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note, from onset to release in ticks, with a velocity from 1 to 127.

    Notes sort by onset, then instrument, then pitch.
    """

    onset_ticks: int
    instrument: Instrument
    pitch: int
    release_ticks: int
    velocity: int


@dataclass(frozen=True, slots=True, order=True)
class TempoChange:
    """A tempo that holds from a tick on, in quarter notes a minute."""

    tick: int
    bpm: float


@dataclass(frozen=True, slots=True, order=True)
class MetreChange:
    """A metre that holds from a tick on; a bar begins at that tick."""

    tick: int
    numerator: int
    denominator: int

    @property
    def bar_ticks(self) -> int:
        """The length of a bar in ticks."""
        return self.numerator * 4 * TICKS_PER_QUARTER // self.denominator


@dataclass(frozen=True, slots=True)
class Score:
    """Notes in order of onset, with the changes of tempo and metre.

    If `grid` is True, ticks are parts of a beat; otherwise they are plain time at 120 bpm.
    """

    notes: tuple[Note, ...] = ()
    tempos: tuple[TempoChange, ...] = ()
    metres: tuple[MetreChange, ...] = ()
    grid: bool = True
    unnamed: tuple[tuple[int, int], ...] = ()
    """Onset and release of sounds that no instrument here can play: effects, unusual drums."""

    @property
    def end_ticks(self) -> int:
        """The tick at which all notes and unnamed sounds have ended."""
        return max((release for _, release in self.sounds()), default=0)

    def sounds(self) -> Iterator[tuple[int, int]]:
        """Yield onset and release of all that sounds, in ticks."""
        yield from ((note.onset_ticks, note.release_ticks) for note in self.notes)
        yield from self.unnamed


class KeyState:
    """Converts key and pedal events into notes, separately for each channel."""

    def __init__(self) -> None:
        # Key: (channel, pitch). Value: whether the key is still down.
        self._sounding: dict[tuple[int, int], bool] = {}
        self._pedals: set[int] = set()

    @property
    def sounding(self) -> tuple[tuple[int, int], ...]:
        """The notes that sound now, as (channel, pitch) in the order of their onsets."""
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
        """Process one event, and return the note-ons and note-offs that result."""
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
        """End all notes that sound, and clear the pedals."""
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
