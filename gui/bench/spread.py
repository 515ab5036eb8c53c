"""Timings: what is usual, what is rare, and how to take them fairly."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bridge.system.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Spread:
    """The median and the 99th percentile of so many measurements, in milliseconds."""

    median_ms: float
    p99_ms: float
    count: int

    @classmethod
    def from_ns(cls, durations_ns: Iterable[int]) -> Spread:
        """Sum up measurements in nanoseconds."""
        taken = np.fromiter(durations_ns, np.float64) / 1e6
        median, high = np.percentile(taken, [50, 99])
        return cls(round(float(median), 4), round(float(high), 4), len(taken))

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return asdict(self)


def time_calls(work: Callable[[], object], times: int = 1, *, warm_up_ns: int = 0) -> list[int]:
    """Do some work so many times; return how long each took, in nanoseconds.

    Before, do it for a while: a processor that has just waited is slow for some milliseconds.
    """
    clock, taken = SystemClock(), list[int]()
    warm_ns = clock.now_ns() + warm_up_ns
    while clock.now_ns() < warm_ns:
        work()
    for _ in range(times):
        begin = clock.now_ns()
        work()
        taken.append(clock.now_ns() - begin)
    return taken


def time_interleaved(
    tasks: Mapping[str, Callable[[], Sequence[int]]], rounds: int
) -> dict[str, Spread]:
    """Let all take turns; return the spread of each. The first round warms up and is not counted.

    A machine that is slow for a moment is then slow for all of them.
    """
    taken: dict[str, list[int]] = {name: [] for name in tasks}
    for number in range(rounds + 1):
        for name, turn in tasks.items():
            measured = turn()
            taken[name] += measured if number else []
    return {name: Spread.from_ns(times) for name, times in taken.items()}
