"""Durations: their median, their 99th percentile, and fair ways to measure them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bridge.system.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Spread:
    """The median and the 99th percentile of `count` durations, in milliseconds."""

    median_ms: float
    p99_ms: float
    count: int

    @classmethod
    def from_ns(cls, durations_ns: Iterable[int]) -> Spread:
        """Summarise durations in nanoseconds."""
        durations = np.fromiter(durations_ns, np.float64) / 1e6
        median, high = np.percentile(durations, [50, 99])
        return cls(round(float(median), 4), round(float(high), 4), len(durations))

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return asdict(self)


def time_calls(work: Callable[[], object], times: int = 1, *, warm_up_ns: int = 0) -> list[int]:
    """Call `work` `times` times; return how long each call took, in nanoseconds.

    It is called for a warm-up time first: a processor that has been idle is slow for some
    milliseconds.
    """
    clock, durations = SystemClock(), list[int]()
    warm_ns = clock.now_ns() + warm_up_ns
    while clock.now_ns() < warm_ns:
        work()
    for _ in range(times):
        begin = clock.now_ns()
        work()
        durations.append(clock.now_ns() - begin)
    return durations


def time_interleaved(
    tasks: Mapping[str, Callable[[], Sequence[int]]], rounds: int
) -> dict[str, Spread]:
    """Run all tasks in turn; return the spread of each. The first round is not counted.

    A machine that is slow for a moment is then slow for all of them.
    """
    durations: dict[str, list[int]] = {name: [] for name in tasks}
    for number in range(rounds + 1):
        for name, turn in tasks.items():
            measured = turn()
            durations[name] += measured if number else []
    return {name: Spread.from_ns(times) for name, times in durations.items()}
