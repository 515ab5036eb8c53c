"""Figures by which a style can be recognised, whatever instruments play and in whatever key.

They are histograms of some bars of music: where in the bar and in the beat notes begin, which drums
are hit where, which scale degrees, steps and chords there are, how long, how high and how loud
notes are, and how many there are. The names of the pitched instruments and the tempo are left out:
a prompt determines them, and they would say more of the prompt than of the style.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from bridge.midi.notes import Note

PLACES = 16
"""Parts of a bar, whatever its metre."""
_BEAT_PARTS = 12
_DRUM_KEYS = (36, 38, 40, 37, 42, 44, 46, 49, 51, 53, 45, 50, 56, 54, 70)
"""Kick, snares, side stick, hi-hats, crash, ride, bell, toms, cowbell, tambourine, maracas."""
_KICK, _SNARE, _HAT, _RIDE = (35, 36), (38, 40), (42, 44, 46), (51, 53, 59)
_DRUM_GROUPS = (_KICK, _SNARE, _HAT, _RIDE)
_LENGTHS = np.array([3, 6, 9, 12, 18, 24, 36, 48, 72, 96, 144, 192, 288])
"""Ticks between the bins of lengths."""
_STEP_LIMIT = 12
_OCTAVES = 11
_SAMPLE = TICKS_PER_QUARTER // 2
_MOST_SOUNDING = 8


def style_figures(
    notes: Sequence[Note], begin_tick: int, bars: int, bar_ticks: int
) -> NDArray[np.float64]:
    """Return the figures of the notes of some bars from a tick on, as one row."""
    drums = [note for note in notes if note.instrument is Instrument.DRUMS]
    pitched = [note for note in notes if note.instrument is not Instrument.DRUMS]
    low = [note for note in pitched if note.instrument is Instrument.BASS]

    def places(some: Iterable[Note]) -> NDArray[np.float64]:
        ticks = np.array([(n.onset_ticks - begin_tick) % bar_ticks for n in some], np.int64)
        return _shares(np.minimum(ticks * PLACES // bar_ticks, PLACES - 1), PLACES)

    def parts(some: Iterable[Note]) -> NDArray[np.float64]:
        ticks = np.array([n.onset_ticks % TICKS_PER_QUARTER for n in some], np.int64)
        return _shares(ticks * _BEAT_PARTS // TICKS_PER_QUARTER, _BEAT_PARTS)

    lengths = np.array([n.release_ticks - n.onset_ticks for n in pitched], np.int64)
    velocities = np.array([n.velocity for n in notes] or [0])
    return np.concatenate(
        [
            [len(pitched) / bars, len(drums) / bars, len(low) / bars],
            [velocities.mean(), velocities.std()],
            places(pitched),
            places(low),
            parts(pitched),
            parts(drums),
            *(places(n for n in drums if n.pitch in group) for group in _DRUM_GROUPS),
            [sum(n.pitch == key for n in drums) / bars for key in _DRUM_KEYS],
            _shares(np.searchsorted(_LENGTHS, lengths), len(_LENGTHS) + 1),
            _shares(np.array([n.pitch // 12 for n in pitched], np.int64), _OCTAVES),
            _degrees(pitched),
            _steps(pitched),
            _chords(pitched, begin_tick, begin_tick + bars * bar_ticks),
        ]
    )


def _shares(bins: NDArray[np.int64] | Sequence[int], count: int) -> NDArray[np.float64]:
    """Return the share of each bin; zeros if there is nothing to count."""
    counts = np.bincount(np.asarray(bins, np.int64), minlength=count)[:count]
    shares: NDArray[np.float64] = counts / max(1, counts.sum())
    return shares


def _degrees(pitched: Iterable[Note]) -> NDArray[np.float64]:
    """Return the share of sounding time of each pitch class, from the commonest one up."""
    chroma = np.zeros(12)
    for note in pitched:
        chroma[note.pitch % 12] += note.release_ticks - note.onset_ticks
    turned: NDArray[np.float64] = np.roll(chroma, -int(chroma.argmax())) / max(1.0, chroma.sum())
    return turned


def _steps(pitched: Iterable[Note]) -> NDArray[np.float64]:
    """Return the shares of the steps from an instrument's highest note to its next highest."""
    tops: dict[Instrument, dict[int, int]] = defaultdict(dict)
    for note in pitched:
        line = tops[note.instrument]
        line[note.onset_ticks] = max(note.pitch, line.get(note.onset_ticks, 0))
    steps = [
        np.diff([line[tick] for tick in sorted(line)]).clip(-_STEP_LIMIT, _STEP_LIMIT)
        for line in tops.values()
    ]
    found = np.concatenate(steps) if steps else np.zeros(0, np.int64)
    return _shares(found + _STEP_LIMIT, 2 * _STEP_LIMIT + 1)


def _chords(pitched: Sequence[Note], begin_tick: int, end_tick: int) -> NDArray[np.float64]:
    """Return shares of intervals above the lowest note, and of how many notes sound, by eighths."""
    onsets = np.array([n.onset_ticks for n in pitched], np.int64)
    releases = np.array([n.release_ticks for n in pitched], np.int64)
    pitches = np.array([n.pitch for n in pitched], np.int64)
    intervals: list[int] = []
    counts: list[int] = []
    for tick in range(begin_tick + _SAMPLE // 2, end_tick, _SAMPLE):
        sounding = pitches[(onsets <= tick) & (tick < releases)]
        counts.append(min(len(sounding), _MOST_SOUNDING))
        if len(sounding) > 1:
            intervals.extend((np.unique((sounding - sounding.min()) % 12)).tolist())
    shares = _shares(counts, _MOST_SOUNDING + 1)
    return np.concatenate([_shares(intervals, 12), shares])
