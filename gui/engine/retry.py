"""When to try again: at longer and longer intervals, as long as attempts fail."""

from __future__ import annotations

from bridge.system.units import SECOND

MIN_RETRY_NS, MAX_RETRY_NS = 2 * SECOND, 60 * SECOND
"""The first and the longest interval between two attempts."""


class RetryTimer:
    """The time of the next attempt. Each failure doubles the interval, up to the longest."""

    def __init__(self) -> None:
        self._due_ns, self._interval_ns = 0, MIN_RETRY_NS

    def is_due(self, now_ns: int) -> bool:
        """Return whether the next attempt may be made."""
        return now_ns >= self._due_ns

    def reset(self) -> None:
        """Allow the next attempt at once, and start again with the first interval."""
        self._due_ns, self._interval_ns = 0, MIN_RETRY_NS

    def record_failure(self, now_ns: int, worked_ns: int = 0) -> None:
        """Set the time of the next attempt, after one that had worked for `worked_ns`."""
        if worked_ns >= MAX_RETRY_NS:
            self._interval_ns = MIN_RETRY_NS
        self._due_ns = now_ns + self._interval_ns
        self._interval_ns = min(2 * self._interval_ns, MAX_RETRY_NS)
