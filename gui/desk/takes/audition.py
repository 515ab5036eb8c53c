"""An audition: how much of what was asked to be heard has been heard.

Who asks for it does not know when it begins, perhaps with the next bar: the snapshots say from when
to when it goes. It is over when they say so no more, or if they never do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.history.takes import Span
    from bridge.messages.snapshot import Snapshot

_SOON_NS = 2_000_000_000
"""What was asked for is recited by then, or not at all."""


class Audition:
    """A take that is to be heard."""

    def __init__(self, number: int, span: Span, end_ticks: int, asked_ns: int) -> None:
        """Ask for a take of so many ticks, which may be fewer than its span has."""
        self.number = number
        self._part = end_ticks / (span.end - span.begin)
        self._asked_ns = asked_ns
        self._goes: tuple[int, int] | None = None
        self.over = False

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Take note of what is recited."""
        if snapshot.audition_span_ns is not None:
            self._goes = snapshot.audition_span_ns
        elif self._goes is not None or snapshot.now_ns - self._asked_ns > _SOON_NS:
            self.over = True

    def heard(self, now_ns: int) -> float | None:
        """Return which share of its span has been heard, from 0 to 1; None: it has not begun."""
        if self._goes is None or now_ns < self._goes[0]:
            return None
        begin, end = self._goes
        return self._part * min(1.0, (now_ns - begin) / max(1, end - begin))
