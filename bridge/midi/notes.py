"""Notes, scores, and the changes of tempo and metre.

A `Score` represents a piece or a phrase in the rest of Antiphon: notes in ticks (48 to the quarter
note), and the changes of tempo and metre.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    def instruments(self) -> tuple[Instrument, ...]:
        """The instruments of the notes, in order."""
        return tuple(sorted({note.instrument for note in self.notes}))

    @property
    def end_ticks(self) -> int:
        """The tick at which all notes and unnamed sounds have ended."""
        return max((release for _, release in self.sounds()), default=0)

    def sounds(self) -> Iterator[tuple[int, int]]:
        """Yield onset and release of all that sounds, in ticks."""
        yield from ((note.onset_ticks, note.release_ticks) for note in self.notes)
        yield from self.unnamed
