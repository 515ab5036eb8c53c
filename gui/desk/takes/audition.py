"""An audition: how much of what was asked to be heard has been heard.

Who asks for it does not know when it begins, perhaps with the next bar: the snapshots say from when
to when it goes. It is over when they say so no more, or if they never do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.system.units import SECOND

if TYPE_CHECKING:
    from bridge.history.takes import Span
    from bridge.messages.snapshot import Snapshot

_START_TIMEOUT_NS = 2 * SECOND
"""What was asked for is recited by then, or not at all."""


class AuditionProgress:
    """A take that is to be heard."""

    def __init__(self, number: int, span: Span, end_ticks: int, requested_ns: int) -> None:
        """Ask for a take of so many ticks, which may be fewer than its span has."""
        self.number = number
        self._fraction = end_ticks / (span.end - span.begin)
        self._requested_ns = requested_ns
        self._span_ns: tuple[int, int] | None = None
        self.is_over = False

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Take note of what is recited."""
        if snapshot.audition_span_ns is not None:
            self._span_ns = snapshot.audition_span_ns
        elif self._span_ns is not None or snapshot.now_ns - self._requested_ns > _START_TIMEOUT_NS:
            self.is_over = True

    def fraction_at(self, now_ns: int) -> float | None:
        """Return which share of its span has been heard, from 0 to 1; None: it has not begun."""
        if self._span_ns is None or now_ns < self._span_ns[0]:
            return None
        begin, end = self._span_ns
        return self._fraction * min(1.0, (now_ns - begin) / max(1, end - begin))
