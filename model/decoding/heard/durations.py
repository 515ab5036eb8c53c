"""How long something lasts, learnt from how long it has lasted.

`Durations` estimates a survival function S(t), the share of cases that last longer than t, from the
last observed durations. The estimate is pulled towards that of a more general case, as with a few
observations of it: a register towards its instrument, an instrument towards its kind. The most
general case is a constant hazard, that is an exponential distribution.

`-ln S(t)` is the cumulative hazard. For durations that follow the distribution, it is itself
distributed exponentially, with a mean of one nat, whatever the distribution (Cox and Snell 1968).
So one threshold in nats serves all instruments: a case that exceeds 3 nats is rarer than one in 20.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from math import exp, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_UINT16, _LONGEST = "H", 2**16 - 1
_KEPT = 64
_PRIOR_WEIGHT = 2.0
"""Observations that the more general case counts for."""


class Durations:
    """Observed durations in ticks, and the survival function that they suggest. Immutable."""

    __slots__ = ("_latest", "_mean", "_sorted")

    def __init__(self, mean_ticks: float, latest: Iterable[int] = ()) -> None:
        """Start with an exponential distribution, and the latest durations, in order of time."""
        self._mean = mean_ticks
        self._latest = array(_UINT16, latest)
        self._sorted = array(_UINT16, sorted(self._latest))

    @property
    def count(self) -> int:
        """The number of durations that the estimate rests on."""
        return len(self._latest)

    def with_duration(self, ticks: int) -> Durations:
        """Return the durations with another observation; the oldest beyond 64 are forgotten."""
        return Durations(self._mean, (*self._latest[1 - _KEPT :], min(ticks, _LONGEST)))

    def survival(self, ticks: float, general: float | None = None) -> float:
        """Return the share of cases that last longer.

        `general` is that share in the more general case; without it, it is exponential.
        """
        if general is None:
            general = exp(-ticks / self._mean)
        longer = len(self._sorted) - bisect_right(self._sorted, ticks)
        return (longer + _PRIOR_WEIGHT * general) / (len(self._sorted) + _PRIOR_WEIGHT)


def cumulative_hazard(survival: float) -> float:
    """Return the cumulative hazard in nats at which this share survives."""
    return -log(max(survival, 1e-12))
