"""What a verbatim run is: the same intervals and the same relative durations, in any key.

The notes of one instrument are a *line*: the highest note of each onset (the skyline of
Uitdenbogerd and Zobel 1999). Drums have no line, since grooves are common property. Two passages
are the same run if, from each note of the line to the next, they have the same interval in
semitones, and the same ratio between successive durations. A duration is the time from one onset to
the next, so articulation does not matter. Neither does the key, the tempo, or the note value that
the beat is written in. Yin et al. (2021, 2022) count what a generated passage shares with a
training piece under the same translations of pitch and time.

An *n-gram* is eleven successive notes of a line, as one number. A repeated note, or a figure of two
intervals such as a trill, is in every style and no quotation: with fewer than three different
intervals, an n-gram has no number.

What is not found: a line that is ornamented, has a note changed in every bar, or is played freely,
so that its durations differ by more than 7 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.instruments import Instrument

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from bridge.midi.notes import Note

NGRAM_NOTES = 11
"""The notes of an n-gram."""
TRIVIAL = 0
"""The number of an n-gram that is no quotation."""
_FEWEST_INTERVALS = 3
_RATIOS_PER_OCTAVE = 5
"""Classes of durations between a ratio and its double: 4:3, 3:2 and 5:3 have each their own."""
_FIRST_FACTOR, _SECOND_FACTOR = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SHIFT = np.uint64(29)
_INTERVALS, _RATIOS = 256, 4096


@dataclass(frozen=True, slots=True)
class Line:
    """The highest notes of an instrument: their onsets (N,) in ticks and their pitches (N,)."""

    instrument: Instrument
    ticks: NDArray[np.int64]
    pitches: NDArray[np.int64]


def lines_of(notes: Iterable[Note]) -> Iterator[Line]:
    """Yield the line of each instrument but the drums."""
    rows = [(int(n.instrument), n.onset_ticks, n.pitch) for n in notes]
    yield from lines_of_onsets(*np.array(rows, np.int64).reshape(-1, 3).T)


def lines_of_onsets(
    instruments: NDArray[np.int64], ticks: NDArray[np.int64], pitches: NDArray[np.int64]
) -> Iterator[Line]:
    """Yield the line of each instrument but the drums, from the onsets (N,) of a piece."""
    order = np.lexsort((pitches, ticks, instruments))
    instruments, ticks, pitches = instruments[order], ticks[order], pitches[order]
    highest = np.ones(len(ticks), bool)
    highest[:-1] = (np.diff(ticks) != 0) | (np.diff(instruments) != 0)
    for kind in np.unique(instruments).tolist():
        if kind != Instrument.DRUMS:
            mine = highest & (instruments == kind)
            yield Line(Instrument(kind), ticks[mine], pitches[mine])


def ngrams(line: Line) -> NDArray[np.uint64]:
    """Return the number of the n-gram that begins at each note of a line, or `TRIVIAL`.

    There are `NGRAM_NOTES` - 1 fewer than notes.
    """
    count = len(line.ticks) - NGRAM_NOTES + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    intervals = np.diff(line.pitches)
    durations = np.log2(np.diff(line.ticks).astype(np.float64))
    ratios = np.round(_RATIOS_PER_OCTAVE * np.diff(durations)).astype(np.int64)
    steps = (intervals % _INTERVALS).astype(np.uint64)
    steps[1:] += (ratios % _RATIOS).astype(np.uint64) * np.uint64(_INTERVALS)
    mixed = np.zeros(count, np.uint64)
    for place in range(NGRAM_NOTES - 1):
        part = steps[place : place + count]
        # The ratio before the first interval is that to a note outside.
        mixed = _mix(mixed + (part % np.uint64(_INTERVALS) if place == 0 else part))
    mixed[_different(intervals) < _FEWEST_INTERVALS] = TRIVIAL
    return mixed


def _mix(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return numbers each of whose bits depends on all (after Steele et al. 2014, splitmix64)."""
    numbers = (numbers ^ (numbers >> _SHIFT)) * _FIRST_FACTOR
    numbers = (numbers ^ (numbers >> _SHIFT)) * _SECOND_FACTOR
    return (numbers ^ (numbers >> _SHIFT)) + np.uint64(1)


def _different(intervals: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many different intervals each n-gram has."""
    windows = np.lib.stride_tricks.sliding_window_view(intervals, NGRAM_NOTES - 1)
    found: NDArray[np.int64] = 1 + (np.diff(np.sort(windows, axis=1), axis=1) != 0).sum(axis=1)
    return found
