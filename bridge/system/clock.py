"""The session clock: the only module of Antiphon that asks the machine what time it is.

A musical deadline is a point on a clock that never steps. The wall clock steps (daylight saving,
NTP), so time here is `perf_counter_ns`: integer nanoseconds from an arbitrary zero. On Linux, macOS
and Windows that zero is common to all processes of one machine, so a stamp made in the I/O process
can be compared in the engine.

Everything else takes the time as an argument, which is why the rest can be tested without waiting.
Who has to wait, or to ask again later, takes a `Clock`.
"""

from time import perf_counter_ns  # noqa: TID251 - here, and nowhere else
from typing import Protocol


class Clock(Protocol):
    """Something that knows what time it is, in nanoseconds that never run backwards."""

    def now_ns(self) -> int:
        """Return the present on the session clock."""
        ...


class SystemClock:
    """The machine's own monotonic clock."""

    def now_ns(self) -> int:
        """Return the present on the session clock."""
        return perf_counter_ns()


class ManualClock:
    """A clock that stands still until it is told to move: for tests and for offline rendering."""

    def __init__(self, now_ns: int = 0) -> None:
        """Stand at `now_ns`."""
        self._now_ns = now_ns

    def now_ns(self) -> int:
        """Return the present on the session clock."""
        return self._now_ns

    def advance(self, ns: int) -> None:
        """Let `ns` nanoseconds go by; time does not run backwards."""
        if ns < 0:
            text = f"the clock cannot go back by {-ns} ns"
            raise ValueError(text)
        self._now_ns += ns
