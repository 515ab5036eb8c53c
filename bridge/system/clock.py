"""The session clock: the only module of Antiphon that reads the system's time.

A musical deadline is a point on a clock that never steps. The wall clock steps (daylight saving,
NTP), so time here is `perf_counter_ns`: integer nanoseconds from an arbitrary zero. On Linux, macOS
and Windows that zero is common to all processes of one machine, so a stamp made in the I/O process
can be compared in the engine.

All other code takes the time as an argument, so it can be tested without waiting. Code that waits,
or reads the time repeatedly, takes a `Clock`.
"""

from time import perf_counter_ns  # noqa: TID251 - here, and nowhere else
from typing import Protocol


class Clock(Protocol):
    """A source of the time, in nanoseconds that never run backwards."""

    def now_ns(self) -> int:
        """Return the present time on the session clock."""
        ...


class SystemClock:
    """The system's monotonic clock."""

    def now_ns(self) -> int:
        """Return the present time on the session clock."""
        return perf_counter_ns()


class ManualClock:
    """A clock that moves only when `advance` is called: for tests and offline rendering."""

    def __init__(self, now_ns: int = 0) -> None:
        """Start at `now_ns`."""
        self._now_ns = now_ns

    def now_ns(self) -> int:
        """Return the present time on the session clock."""
        return self._now_ns

    def advance(self, ns: int) -> None:
        """Move forwards by `ns` nanoseconds; raise `ValueError` if negative."""
        if ns < 0:
            text = f"the clock cannot go back by {-ns} ns"
            raise ValueError(text)
        self._now_ns += ns
