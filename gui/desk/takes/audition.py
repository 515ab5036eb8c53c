"""The progress of an audition: how much of a requested take has sounded.

The time of the request is not the start: a take may start with the next bar. Snapshots give its
start and end. The audition is over when they no longer do, or if they do not in time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.system.units import SECOND

if TYPE_CHECKING:
    from bridge.history.takes import Span
    from bridge.messages.snapshot import Snapshot

_START_TIMEOUT_NS = 2 * SECOND
"""The take starts within this time, or not at all."""


class AuditionProgress:
    """The progress of one take."""

    def __init__(self, number: int, span: Span, end_ticks: int, requested_ns: int) -> None:
        """Record a request for the first `end_ticks` of a take, at most its whole span."""
        self.number = number
        self._fraction = end_ticks / (span.end - span.begin)
        self._requested_ns = requested_ns
        self._span_ns: tuple[int, int] | None = None
        self.is_over = False

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Read the times of the audition from a snapshot."""
        if snapshot.audition_span_ns is not None:
            self._span_ns = snapshot.audition_span_ns
        elif self._span_ns is not None or snapshot.now_ns - self._requested_ns > _START_TIMEOUT_NS:
            self.is_over = True

    def fraction_at(self, now_ns: int) -> float | None:
        """Return the fraction of the span that has sounded, 0 to 1; None before the start."""
        if self._span_ns is None or now_ns < self._span_ns[0]:
            return None
        begin, end = self._span_ns
        return self._fraction * min(1.0, (now_ns - begin) / max(1, end - begin))
