"""The groove of the drums: which keys are hit at which places of the bar.

Each bar counts the hits of each key at each 32nd of a quarter-note grid. Earlier bars count less
and less. Drums repeat their pattern far more exactly than a sampled continuation does: the pattern
of a held-out band agrees with that of its continuation by a cosine of .98.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.notes import TICKS_PER_QUARTER
from model.tokens.features import MAX_BAR_TICKS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STEP = TICKS_PER_QUARTER // 8
_PLACES = MAX_BAR_TICKS // _STEP
_FIRST_KEY, _KEYS = 27, 61
_MEMORY = 0.8
"""The weight of a bar, compared with the one after it."""
_NO_HITS = np.zeros((_PLACES, _KEYS), np.float32)


class GrooveLog:
    """Hits by place of the bar and by key, over the last bars."""

    __slots__ = ("_bar", "_bar_hits", "_bar_ticks", "_begin_tick", "_hits", "_weight")

    def __init__(self) -> None:
        self._begin_tick, self._bar_ticks, self._bar = 0, 0, 0
        self._bar_hits: tuple[tuple[int, int], ...] = ()  # place and key, in this bar
        self._hits = _NO_HITS  # in the complete bars; never changed in place, as copies share it
        self._weight = 0.0  # the sum of the weights of the complete bars

    def copy(self) -> GrooveLog:
        """Return an independent copy."""
        other = GrooveLog()
        for name in self.__slots__:
            setattr(other, name, getattr(self, name))
        return other

    def set_bars(self, begin_tick: int, bar_ticks: int) -> None:
        """Divide the music into bars of a length from a tick on; 0 for none."""
        self._begin_tick, self._bar_ticks, self._bar = begin_tick, bar_ticks, 0
        self._bar_hits, self._hits, self._weight = (), _NO_HITS, 0.0

    def advance(self, tick: int) -> None:
        """Let the bars before a tick grow old."""
        if not self._bar_ticks:
            return
        bar = (tick - self._begin_tick) // self._bar_ticks
        if bar > self._bar:
            older = _MEMORY ** (bar - self._bar)
            if self._bar_hits or self._hits is not _NO_HITS:
                self._hits = self._with_bar_hits() * np.float32(older)
            self._weight = older * (self._weight + 1) + _sum_of_powers(bar - self._bar - 1)
            self._bar, self._bar_hits = bar, ()

    def hit(self, tick: int, key: int) -> None:
        """Record a hit."""
        if self._bar_ticks and 0 <= key - _FIRST_KEY < _KEYS:
            self._bar_hits = (*self._bar_hits, (self.place(tick), key - _FIRST_KEY))

    def _with_bar_hits(self) -> NDArray[np.float32]:
        hits = self._hits.copy()
        for place, key in self._bar_hits:
            hits[place, key] += 1
        return hits

    def place(self, tick: int) -> int:
        """Return the place in the bar of a tick."""
        position = (tick - self._begin_tick) % self._bar_ticks
        return int((position + _STEP // 2) // _STEP) % (self._bar_ticks // _STEP)

    def heard(self) -> HeardGroove | None:
        """Return the groove up to now; None before a complete bar with hits."""
        if not self._weight or not self._hits.any():
            return None
        rates = np.minimum(1.0, self._hits / np.float32(self._weight))
        return HeardGroove(rates, self.copy(), self._bar_ticks // _STEP)


class HeardGroove:
    """The hits that the groove leads one to expect."""

    def __init__(self, rates: NDArray[np.float32], log: GrooveLog, places: int) -> None:
        self._rates, self._log = rates, log
        self.mean_density = float(rates[:places].sum() / places)
        """The mean of the expected hits over all places of a bar."""

    def rates(self, tick: int) -> NDArray[np.float32]:
        """Return how often each key (128,) is hit at the place of a tick, from 0 to 1."""
        every = np.zeros(128, np.float32)
        every[_FIRST_KEY : _FIRST_KEY + _KEYS] = self._rates[self._log.place(tick)]
        return every

    def density(self, tick: int) -> float:
        """Return the expected hits at the place of a tick."""
        return float(self._rates[self._log.place(tick)].sum())


def _sum_of_powers(count: int) -> float:
    """Return the weight of `count` silent bars, the last of which has just ended."""
    return _MEMORY * (1 - _MEMORY**count) / (1 - _MEMORY)
