"""Reports of the transport: only a change that matters is reported.

A source is measured many times a second, and each measurement moves its transport a little. The
session needs to know of another source, epoch, metre or bar, and of a move that can be heard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.playout.protocol import TransportChanged
from bridge.playout.time_reason import NoSource, time_reason

if TYPE_CHECKING:
    from bridge.sync.transport import Source, Transport

REPORT_THRESHOLD_NS = 500_000
"""A transport that has moved by less is not reported."""


class TransportReports:
    """Compares each transport with the last one that was reported."""

    def __init__(self, transport: Transport) -> None:
        """Start with a transport that needs no report."""
        self._last = TransportChanged(transport, NoSource(own_clock=False))
        self._last_reason: tuple[Source, Source | None, Source | None] | None = None
        self._unreported: list[TransportChanged] = []

    def add(self, transport: Transport, present: Source | None, wanted: Source | None) -> None:
        """Record the transport that is followed, and the best source that is present."""
        last, reason = self._last.transport, (transport.source, present, wanted)
        same = (
            reason == self._last_reason
            and (transport.epoch, transport.playing) == (last.epoch, last.playing)
            and (transport.metre.numerator, transport.metre.denominator)
            == (last.metre.numerator, last.metre.denominator)
            and transport.bar_position(transport.tick) == last.bar_position(transport.tick)
        )
        # The session moves its own transport itself and needs no report.
        if same and (
            not transport.source.is_external or last.distance_ns(transport) < REPORT_THRESHOLD_NS
        ):
            return
        self._last = TransportChanged(transport, time_reason(*reason))
        self._last_reason = reason
        self._unreported.append(self._last)

    def pop(self) -> list[TransportChanged]:
        """Return the changes since the last call."""
        changes, self._unreported = self._unreported, []
        return changes
