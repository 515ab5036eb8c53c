"""Measures of music: distributions by which continuations are compared.

After Yang and Lerch (2020), "On the evaluation of generative models in music": compute
distributions of simple features, and compare the distance between generated and written music with
the distances that occur among written music. The distance is Jensen and Shannon's, the square root
of their divergence to base 2: 0 for the same distribution, 1 for two that share nothing.

    pitch class      of all notes that are not drums
    interval         from a note to the next of the same instrument, within two octaves
    onset in bar     in twelfths of a quarter note
    note length      in octaves from a 64th note
    density          notes that begin in a quarter note
    polyphony        notes that sound at once, sampled four times in a quarter note
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER
from model.tokens import features, tokenizer
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from bridge.midi.notes import Note

Profile = dict[str, "NDArray[np.float64]"]
"""Counts by measure."""
MEASURES = ("pitch class", "interval", "onset in bar", "note length", "density", "polyphony")
_MAX_INTERVAL, _MAX_COUNT = 24, 16
_BAR_STEP = TICKS_PER_QUARTER // 12
_SAMPLE_TICKS = TICKS_PER_QUARTER // 4


def profile(
    before: NDArray[np.int64], tokens: NDArray[np.int64], time: NDArray[np.int64]
) -> Profile:
    """Return the profile of tokens (T,) with their time (T, 6) that follow other tokens."""
    begin = features.duration_ticks(before)
    end = begin + features.duration_ticks(tokens)
    score = tokenizer.decode([*before.tolist(), *tokens.tolist()])
    sounding = [note for note in score.notes if note.release_ticks > begin]
    notes = [note for note in sounding if note.onset_ticks >= begin]
    pitched = [note for note in notes if note.instrument is not Instrument.DRUMS]
    ons = v.TOKEN_KIND[tokens] == v.Kind.ON
    places = time[ons, 0]
    lengths = [note.release_ticks - note.onset_ticks for note in pitched]
    return {
        "pitch class": _histogram([note.pitch % 12 for note in pitched], 12),
        "interval": _histogram(_intervals(pitched), 2 * _MAX_INTERVAL + 1),
        "onset in bar": _histogram((places[places > 0] - 1) // _BAR_STEP, 384 // _BAR_STEP + 1),
        "note length": _histogram([np.log2(max(1, n) / 3) for n in lengths], 10),
        "density": _histogram(_density(notes, begin, end), _MAX_COUNT),
        "polyphony": _histogram(_polyphony(sounding, begin, end), _MAX_COUNT),
    }


def distance(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the Jensen-Shannon distance of two counts (N,); 1 if only one of them is empty."""
    if not one.sum() or not other.sum():
        return float(bool(one.sum()) != bool(other.sum()))
    p, q = one / one.sum(), other / other.sum()
    middle = (p + q) / 2

    def divergence(x: NDArray[np.float64]) -> float:
        some = x > 0
        return float((x[some] * np.log2(x[some] / middle[some])).sum())

    return float(np.sqrt(max(0.0, divergence(p) + divergence(q)) / 2))


def distances(one: Profile, other: Profile) -> dict[str, float]:
    """Return the distance of two profiles by measure."""
    return {name: distance(one[name], other[name]) for name in MEASURES}


def sum_profiles(profiles: Sequence[Profile]) -> Profile:
    """Return the profile of all together."""
    return {name: np.sum([p[name] for p in profiles], axis=0) for name in MEASURES}


def mean_distances(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of distances by measure."""
    return {name: float(np.mean([one[name] for one in found])) for name in MEASURES}


def _histogram(values: Sequence[float] | NDArray[np.int64], bins: int) -> NDArray[np.float64]:
    bin_indices = np.clip(np.floor(np.asarray(values, float)), 0, bins - 1).astype(int)
    return np.bincount(bin_indices, minlength=bins).astype(float)


def _intervals(notes: Sequence[Note]) -> list[int]:
    last: dict[Instrument, int] = {}
    found = []
    for note in notes:
        if note.instrument in last:
            step = note.pitch - last[note.instrument]
            found.append(_MAX_INTERVAL + max(-_MAX_INTERVAL, min(_MAX_INTERVAL, step)))
        last[note.instrument] = note.pitch
    return found


def _density(notes: Sequence[Note], begin: int, end: int) -> NDArray[np.int64]:
    quarters = max(1, (end - begin) // TICKS_PER_QUARTER)
    at = [(note.onset_ticks - begin) // TICKS_PER_QUARTER for note in notes]
    return np.bincount([q for q in at if q < quarters], minlength=quarters)


def _polyphony(notes: Sequence[Note], begin: int, end: int) -> NDArray[np.int64]:
    samples = np.arange(begin, max(begin + 1, end), _SAMPLE_TICKS)
    onsets = np.array([note.onset_ticks for note in notes])
    releases = np.array([note.release_ticks for note in notes])
    begun = np.searchsorted(np.sort(onsets), samples, side="right")
    ended = np.searchsorted(np.sort(releases), samples, side="right")
    return begun - ended
