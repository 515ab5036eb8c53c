"""The resources of the processes over time, and whether they grow."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import psutil

from tests.soak.outcome import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from psutil import Process

WARM_UP_S = 60.0
"""A process fills its caches in this time."""
LONG_ENOUGH_S = 600.0
"""A shorter life says nothing about an hour."""
MAX_GROWTH_MB, MAX_MORE_DESCRIPTORS, MAX_MORE_THREADS = 100.0, 40, 10


class Meter:
    """Measures processes, which come and go."""

    def __init__(self) -> None:
        self._known: dict[int, Process] = {}

    def read(self, at_s: float, roles: Mapping[str, Process]) -> list[Usage]:
        """Return the usage of the processes; those that have just ended are left out."""
        found = []
        for role, process in roles.items():
            # The same object each time: it measures the processor since its last call.
            known = self._known.setdefault(process.pid, process)
            try:
                with known.oneshot():
                    found.append(
                        Usage(
                            at_s,
                            role,
                            known.pid,
                            known.memory_info().rss,
                            known.num_fds(),
                            known.num_threads(),
                            known.cpu_percent(),
                        )
                    )
            except psutil.Error:
                continue
        return found


def growth(usage: Iterable[Usage]) -> tuple[dict[str, float], list[str]]:
    """Return the growth of memory in MB an hour by role, and what has grown too much.

    Only processes that lived long enough count, after their first minute.
    """
    lives: dict[tuple[str, int], list[Usage]] = defaultdict(list)
    for each in usage:
        lives[each.role, each.pid].append(each)
    rates: dict[str, float] = {}
    grown: list[str] = []
    for (role, _), life in lives.items():
        later = [each for each in life if each.at_s - life[0].at_s >= WARM_UP_S]
        if not later or later[-1].at_s - life[0].at_s < LONG_ENOUGH_S:
            continue
        times = np.array([each.at_s for each in later]) / 3600
        megabytes = np.array([each.rss_bytes for each in later]) / 1e6
        rate = float(np.polyfit(times, megabytes, 1)[0])
        rates[role] = max(rate, rates.get(role, rate))
        if rate > MAX_GROWTH_MB:
            grown.append(f"the memory of {role} grows by {rate:.0f} MB an hour")
        for name, most, values in (
            ("descriptors", MAX_MORE_DESCRIPTORS, [each.descriptors for each in later]),
            ("threads", MAX_MORE_THREADS, [each.threads for each in later]),
        ):
            if values[-1] - values[0] > most:
                grown.append(f"the {name} of {role} grow from {values[0]} to {values[-1]}")
    return rates, grown


def peaks(usage: Iterable[Usage]) -> dict[str, tuple[float, int, int, float]]:
    """Return by role the most MB, descriptors and threads, and the median share of a processor."""
    by_role: dict[str, list[Usage]] = defaultdict(list)
    for each in usage:
        by_role[each.role].append(each)
    return {
        role: (
            max(each.rss_bytes for each in uses) / 1e6,
            max(each.descriptors for each in uses),
            max(each.threads for each in uses),
            float(np.median([each.cpu_percent for each in uses])),
        )
        for role, uses in sorted(by_role.items())
    }
