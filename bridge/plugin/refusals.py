"""What was refused at the socket of the plugins: counted, and reported at intervals.

A program that floods the socket must not flood the log, so refusals are counted by cause. The first
is reported at once, and then the counts at most once in `INTERVAL_NS`. A flood of the player's
events is thinned like that of a port (`bridge.playout.input_limit`). This module is pure.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bridge.playout.problem import PluginRefused
from bridge.playout.protocol import Problem
from bridge.system.units import SECOND

if TYPE_CHECKING:
    from bridge.playout.problem import PluginRefusal

INTERVAL_NS = 10 * SECOND


class Refusals:
    """The counts since the last report."""

    def __init__(self) -> None:
        self.total: Counter[PluginRefusal] = Counter()
        """All refusals so far."""
        self._counts: Counter[PluginRefusal] = Counter()
        self._reported_ns: int | None = None

    def add(self, cause: PluginRefusal, count: int = 1) -> None:
        """Count refusals."""
        self._counts[cause] += count
        self.total[cause] += count

    def report(self, now_ns: int) -> list[Problem]:
        """Return a problem for each cause, if there are any and it is time for it."""
        recent = self._reported_ns is not None and now_ns - self._reported_ns < INTERVAL_NS
        if recent or not self._counts:
            return []
        counts, self._counts = self._counts, Counter()
        self._reported_ns = now_ns
        return [Problem(PluginRefused(cause, number)) for cause, number in sorted(counts.items())]
