"""The beat of a recording: a tempo and the time of a beat, from the onsets of its notes.

Onsets that keep to a beat are close to a grid. For a period, each onset is a point on a circle; if
the period fits, the points lie together, and their mean is far from the centre (*coherence*). The
beat, its halves and its quarters are tried together, since eighths alone say nothing about where
the beat is. A tempo that is near the usual ones is preferred: the same music fits half and double
the tempo too. The period is found within a few seconds at a time, since a player drifts, and then
more exactly over longer and longer times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Times = npt.NDArray[np.float64]

SLOWEST_BPM, FASTEST_BPM = 50.0, 190.0
_USUAL_BPM, _SPREAD_OCTAVES = 105.0, 0.9
"""The tempo that is preferred, and how far others may be from it, in octaves."""
_DIVISIONS = ((1, 0.4), (2, 0.3), (4, 0.3))
"""The parts of a beat that are tried, with the weight of each."""
_LEAST_FIT = 1.2
"""Onsets that fit less than this, divided by the root of their number, have no steady beat.

Of random onsets, the best of all tempos fits this well: 60 trials each of 8 to 300 onsets.
"""
_FEWEST_ONSETS = 7
_MOST_ONSETS = 2000
_TOGETHER_S = 0.05
"""Onsets within this time are one: the notes of a chord."""
_SPANS_S = (6.0, 24.0, 96.0, 1e4)
"""The lengths of the parts in which the period is found, and then made more exact."""
_DRIFT_S = 0.03
"""A whole number of beats a minute is taken if the last onset is off by less than this."""
_STEP = 0.004
"""The ratio of two tempos that are tried one after the other."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """A steady beat: its tempo, and the time of the beat that begins the first bar."""

    bpm: float
    beat_s: float


def pulse_of(onsets_s: Sequence[float]) -> Pulse | None:
    """Return the beat of some onsets in ascending order, or None if they have none."""
    times = _apart(onsets_s)[:_MOST_ONSETS]
    if len(times) < _FEWEST_ONSETS:
        return None
    count = int(np.log(FASTEST_BPM / SLOWEST_BPM) / _STEP)
    periods_s = 60 / (SLOWEST_BPM * np.exp(_STEP * np.arange(count + 1)))
    fits = np.array([_fit(times, period, _SPANS_S[0]) for period in periods_s])
    away = np.log2(60 / periods_s / _USUAL_BPM) / _SPREAD_OCTAVES
    best = int((fits * np.exp(-(away**2) / 2)).argmax())
    if fits[best] < _LEAST_FIT / np.sqrt(len(times)):
        return None
    period_s, reach = float(periods_s[best]), _STEP
    for span_s in _SPANS_S[1:]:
        near = period_s * np.exp(np.linspace(-reach, reach, 21))
        period_s = float(near[np.argmax([_fit(times, each, span_s) for each in near])])
        reach /= 4
    bpm = 60 / period_s
    drift_s = abs(round(bpm) / bpm - 1) * float(times[-1] - times[0])
    return pulse_at(round(bpm) if drift_s < _DRIFT_S else bpm, onsets_s)


def pulse_at(bpm: float, onsets_s: Sequence[float]) -> Pulse:
    """Return the beat of some onsets in ascending order at a tempo that is known."""
    times = _apart(onsets_s)[:_MOST_ONSETS]
    return Pulse(bpm, _first_beat_s(times, 60 / bpm))


def _apart(onsets_s: Sequence[float]) -> Times:
    """Return the onsets, one for each chord."""
    times = list[float]()
    for onset_s in onsets_s:
        if not times or onset_s - times[-1] > _TOGETHER_S:
            times.append(onset_s)
    return np.array(times)


def _fit(times: Times, period_s: float, span_s: float) -> float:
    """Return how well a beat fits, about 0 for random times and 1 for beats alone.

    It is the mean cosine of the angle between two onsets of a part, over all divisions.
    """
    parts = np.floor((times - times[0]) / span_s).astype(int)
    starts = np.flatnonzero(np.diff(parts, prepend=-1))
    sizes = np.diff([*starts, len(times)])
    pairs = float((sizes * (sizes - 1)).sum())
    if not pairs:
        return 0.0
    fit = 0.0
    for division, weight in _DIVISIONS:
        points = np.exp(2j * np.pi * division * times / period_s)
        sums = np.add.reduceat(points, starts)
        fit += weight * float((np.abs(sums) ** 2 - sizes).sum()) / pairs
    return fit


def _first_beat_s(times: Times, period_s: float) -> float:
    """Return the beat on which the first onset falls, or the one before it."""
    finest = _DIVISIONS[-1][0]
    grid_s = period_s / finest
    phase_s = float(np.angle(np.exp(2j * np.pi * times / grid_s).sum())) / (2 * np.pi) * grid_s
    candidates = phase_s + grid_s * np.arange(finest)
    # Of beats that fit equally, the first onset decides.
    fits = [
        np.cos(2 * np.pi * (times - beat) / period_s).mean()
        + 0.1 * np.cos(2 * np.pi * (times[0] - beat) / period_s)
        for beat in candidates
    ]
    beat_s = float(candidates[int(np.argmax(fits))])
    return beat_s + period_s * float(np.floor((times[0] - beat_s) / period_s + 1 / 8))
