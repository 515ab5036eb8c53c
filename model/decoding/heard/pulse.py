"""The pulse of music in free time: its period and phase, and where in it notes begin.

Free time has no bars, but most music in it has a pulse. The period is found in two steps. First all
intervals between the last onsets, not only those between neighbours, are counted by length, as in
Dixon's clusters (Automatic extraction of tempo and beat from expressive performances, 2001). As in
Ellis (Beat tracking by dynamic programming, 2007), lengths far from 120 a minute count less, and
lengths whose double or triple is as frequent count more. Then the period is refined: the onsets are
points on a circle of one period, and the best period is the one at which these points, and those of
its half, third and quarter, lie closest together (the vector strength of Large and Palmer,
Perceiving temporal regularity in music, 2002).

The density of the onsets on that circle needs no knowledge of metre. Straight rhythm has peaks at
halves and quarters, swing at thirds, and music without a pulse has none.

Only what was heard counts, so that a take keeps the pulse instead of following its own.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_INT64 = "q"
_KEPT, _FEWEST = 128, 8
"""The onsets that are kept, those of one tick counting as one, and the fewest that have a pulse."""
_MEMORY_TICKS = 800.0
"""The time constant with which earlier onsets count less and less: 8.3 seconds."""
_SHORTEST, _LONGEST = 23, 115
"""The shortest and the longest period in ticks: 240 and 1,200 ms."""
_CENTRE_TICKS, _OCTAVES = 48.0, 1.0
_LAGS = np.arange(_SHORTEST, _LONGEST + 1)
_PREFERENCE = np.exp(-0.5 * (np.log2(_LAGS / _CENTRE_TICKS) / _OCTAVES) ** 2)
_DOUBLE_WEIGHT, _TRIPLE_WEIGHT = 0.5, 0.25
_LONGEST_INTERVAL = 3 * (_LONGEST + 1)
_SMOOTHING = np.exp(-0.5 * (np.arange(-6, 7) / 2.0) ** 2)
_SMOOTHING /= _SMOOTHING.sum()
_NEARBY = np.exp(np.linspace(-0.04, 0.04, 65))
_HARMONICS = (1, 2, 3, 4)
_PLACES = 192
"""Places on the circle of one period."""
_SPREAD_TICKS = 1.5
"""The standard deviation of an onset around its place: 16 ms."""
_MIN_DENSITY = 0.1
_AT_ONCE = 2048
"""Ticks for which the density is computed at once."""


class PulseLog:
    """The ticks of the last onsets."""

    __slots__ = ("_ticks",)

    def __init__(self) -> None:
        self._ticks = array(_INT64)  # never changed in place, as copies share it

    def copy(self) -> PulseLog:
        """Return an independent copy."""
        other = PulseLog()
        other._ticks = self._ticks
        return other

    def note_on(self, tick: int) -> None:
        """Record an onset."""
        if not self._ticks or self._ticks[-1] != tick:
            ticks = self._ticks[1 - _KEPT :]
            ticks.append(tick)
            self._ticks = ticks

    def heard(self, tick: int) -> HeardPulse | None:
        """Return the pulse of the onsets before a tick; None if they are too few."""
        ticks = np.array(self._ticks, np.float64)
        ticks = ticks[ticks < tick]
        return HeardPulse(ticks) if len(ticks) >= _FEWEST else None


class HeardPulse:
    """The pulse of some onsets, at rising ticks (N,)."""

    def __init__(self, ticks: NDArray[np.float64]) -> None:
        self._origin = int(ticks[-1])
        since = ticks - self._origin
        weights = np.exp(since / _MEMORY_TICKS)
        self.period = _refined(_likeliest_period(since, weights), since, weights)
        """In ticks."""
        places = np.floor(since / self.period * _PLACES).astype(np.int64) % _PLACES
        counts = np.bincount(places, weights, _PLACES)
        spread = _SPREAD_TICKS / self.period * _PLACES
        away = np.minimum(np.arange(_PLACES), _PLACES - np.arange(_PLACES))
        kernel = np.exp(-0.5 * (away / spread) ** 2)
        smooth = np.fft.irfft(np.fft.rfft(counts) * np.fft.rfft(kernel), _PLACES).clip(0)
        mixed = (1 - _MIN_DENSITY) * smooth / smooth.mean() + _MIN_DENSITY
        self._nats = np.log(mixed).astype(np.float32)
        self._ahead = np.zeros(0, np.float32)  # by the ticks since the last onset

    def nats(self, ticks: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the logarithm of the density of onsets at rising ticks (N,).

        The mean density is 1. The pulse goes on after the onsets; at ticks before the last of them
        it is what it has been there.
        """
        since = ticks - self._origin
        if since[0] < 0:
            places = np.floor(since * (_PLACES / self.period)).astype(np.int64) % _PLACES
            around: NDArray[np.float32] = self._nats[places]
            return around
        if since[-1] >= len(self._ahead):
            every = np.arange(since[-1] + _AT_ONCE)
            self._ahead = self._nats[(every * (_PLACES / self.period)).astype(np.int64) % _PLACES]
        nats: NDArray[np.float32] = self._ahead[since]
        return nats


def _likeliest_period(since: NDArray[np.float64], weights: NDArray[np.float64]) -> int:
    """Return the length in ticks of which there are most intervals between onsets."""
    intervals, pairs = since[:, None] - since, weights[:, None] * weights
    near = (intervals > 0) & (intervals < _LONGEST_INTERVAL)
    counts = np.bincount(intervals[near].astype(np.int64), pairs[near], _LONGEST_INTERVAL)
    counts = np.convolve(counts - counts.mean(), _SMOOTHING, "same")
    double, triple = (
        np.max([counts[n * _LAGS + beside] for beside in (-1, 0, 1)], axis=0) for n in (2, 3)
    )
    strength = counts[_LAGS] + _DOUBLE_WEIGHT * double + _TRIPLE_WEIGHT * triple
    return int(_LAGS[(_PREFERENCE * strength).argmax()])


def _refined(period: int, since: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the period within 4 % of one at which the onsets lie closest together."""
    periods = period * _NEARBY
    turns = np.exp(2j * np.pi * since / periods[:, None])
    strength = sum(np.abs((turns**harmonic) @ weights) ** 2 for harmonic in _HARMONICS)
    return float(periods[np.argmax(strength)])
