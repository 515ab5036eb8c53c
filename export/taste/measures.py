"""Measures of a take that a musician has taste about: how dense, how high, how legato.

A take is described by one row of numbers: the critic's rating, then the measures. Each has a name
and a *spread*: how much it usually differs among four takes of one prompt, as a standard deviation.
In units of its spread every measure can be weighed against every other.

The spreads are of the shipped model (`python -m export.evaluation.taste FILE --spreads`). They are
constants, so that a weight means the same for all players, and before and after a decision.

A measure that needs pitches is of all instruments but the drums. One that needs a melody is of the
highest note of each onset of each instrument.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from math import log2
from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER
from bridge.sync.tempo import MetreMap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from bridge.history.takes import Span
    from bridge.midi.notes import MetreChange, Note, Score

Row = tuple[float, ...]
"""The critic's rating of a take, and its measures, in the order of `SPREADS`."""

CRITIC = "critic"
SPREADS = {
    CRITIC: 0.16,
    "density": 0.21,
    "range": 7.3,
    "register": 3.3,
    "steps": 0.12,
    "syncopation": 0.05,
    "consonance": 0.09,
    "length": 0.27,
    "legato": 0.04,
    "chords": 0.58,
    "motifs": 0.13,
    "loudness": 2.3,
    "dynamics": 2.1,
    "rests": 0.03,
    "ending": 0.4,
}
"""The spread of the critic's rating and of each measure."""

_HEARD_TICKS = 64 * TICKS_PER_QUARTER
"""As much of the prompt as a listener compares a take with: sixteen bars of common time."""
_Motif = tuple[int, int, int]
"""Two intervals in semitones, and how the second onset divides the time, in octaves."""


class TakeMeasures:
    """Measures the takes of one prompt."""

    def __init__(self, before: Score, span: Span) -> None:
        """Measure takes over a span; `before` is the score up to it."""
        self._span, self._grid = span, before.grid
        self._beat_ticks = _beat_ticks(MetreMap(before.metres).metre_at(span.begin))
        heard = [n for n in before.notes if n.onset_ticks >= span.begin - _HEARD_TICKS]
        self._chroma = _chroma(_pitched(heard))
        self._motifs = {motif for line in _melodies(heard) for motif in _motifs_of(line)}

    def row(self, notes: Sequence[Note], critic: float) -> Row:
        """Return the row of a take with these notes and this rating of the critic."""
        pitched, lines = _pitched(notes), _melodies(notes)
        pitches = [note.pitch for note in pitched]
        lengths = [log2(_length(note) / TICKS_PER_QUARTER) for note in pitched]
        velocities = [note.velocity for note in notes]
        motifs = [motif for line in lines for motif in _motifs_of(line)]
        intervals = [abs(b.pitch - a.pitch) for line in lines for a, b in pairwise(line)]
        span_ticks = max(1, self._span.end - self._span.begin)
        sounding = _sounding_ticks(pitched)
        found = {
            CRITIC: critic,
            "density": log2(1 + len(notes) * TICKS_PER_QUARTER / span_ticks),
            "range": max(pitches) - min(pitches) if pitches else 0,
            "register": _mean(pitches),
            "steps": _share(1 <= interval <= 2 for interval in intervals),
            "syncopation": self._syncopation(notes),
            "consonance": float(self._chroma @ _chroma(pitched)),
            "length": _mean(lengths),
            "legato": _mean([share for line in lines for share in _held_shares(line)]),
            "chords": sum(map(_length, pitched)) / sounding if sounding else 0,
            "motifs": _share(motif in self._motifs for motif in motifs),
            "loudness": _mean(velocities),
            "dynamics": float(np.std(velocities)) if velocities else 0,
            "rests": 1 - min(1, _sounding_ticks(notes) / span_ticks),
            "ending": _last_length(pitched),
        }
        return tuple(float(found[name]) for name in SPREADS)

    def _syncopation(self, notes: Iterable[Note]) -> float:
        """Return the share of the onsets off the beat that no onset on the next beat follows.

        So a syncopation is a note that takes the place of the beat after it (Longuet-Higgins and
        Lee 1984, "The rhythmic interpretation of monophonic music"). Free time has none.
        """
        if not self._grid:
            return 0
        beat = self._beat_ticks
        onsets = {note.onset_ticks - self._span.begin for note in notes}
        return _share(
            tick % beat != 0 and tick - tick % beat + beat not in onsets for tick in onsets
        )


def _beat_ticks(metre: MetreChange) -> int:
    """Return the length of a beat: three eighths in 6/8, 9/8 and 12/8."""
    unit = 4 * TICKS_PER_QUARTER // metre.denominator
    is_compound = metre.denominator >= 8 and metre.numerator % 3 == 0
    return max(1, 3 * unit if is_compound else unit)


def _pitched(notes: Iterable[Note]) -> list[Note]:
    return [note for note in notes if note.instrument is not Instrument.DRUMS]


def _length(note: Note) -> int:
    return max(1, note.release_ticks - note.onset_ticks)


def _melodies(notes: Iterable[Note]) -> list[list[Note]]:
    """Return the highest note of each onset, for each instrument but the drums."""
    lines: defaultdict[Instrument, dict[int, Note]] = defaultdict(dict)
    for note in sorted(_pitched(notes)):  # the highest of an onset comes last
        lines[note.instrument][note.onset_ticks] = note
    return [list(line.values()) for line in lines.values()]


def _motifs_of(line: Sequence[Note]) -> list[_Motif]:
    """Return the motif of each three neighbouring notes of a melody."""
    found = []
    for one, two, three in zip(line, line[1:], line[2:], strict=False):
        first, second = two.onset_ticks - one.onset_ticks, three.onset_ticks - two.onset_ticks
        rhythm = round(log2(second / first))
        found.append((two.pitch - one.pitch, three.pitch - two.pitch, rhythm))
    return found


def _held_shares(line: Sequence[Note]) -> list[float]:
    """Return which share of the time up to the next onset each note of a melody sounds."""
    return [min(1, _length(a) / (b.onset_ticks - a.onset_ticks)) for a, b in pairwise(line)]


def _chroma(notes: Iterable[Note]) -> NDArray[np.float64]:
    """Return how long each pitch class (12,) sounds, as a vector of length 1; 0 for no notes."""
    chroma = np.zeros(12)
    for note in notes:
        chroma[note.pitch % 12] += _length(note)
    return chroma / max(1.0, float(np.linalg.norm(chroma)))


def _sounding_ticks(notes: Iterable[Note]) -> int:
    """Return for how many ticks one note sounds or more."""
    total, end = 0, 0
    for note in sorted(notes):
        total += max(0, note.release_ticks - max(end, note.onset_ticks))
        end = max(end, note.release_ticks)
    return total


def _last_length(notes: Sequence[Note]) -> float:
    """Return the length of the longest note of the last onset, in octaves from a quarter note."""
    last = max((note.onset_ticks for note in notes), default=0)
    longest = max((_length(note) for note in notes if note.onset_ticks == last), default=None)
    return 0 if longest is None else log2(longest / TICKS_PER_QUARTER)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0


def _share(cases: Iterable[bool]) -> float:
    return _mean([float(case) for case in cases])
