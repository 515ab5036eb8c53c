"""Reports of the transport: only a change that matters is reported.

A source is measured many times a second, and each measurement moves its transport a little. The
session needs to know of another source, epoch, metre or bar, and of a move that can be heard.

A host may change its transport in every period: by a fault, or to do harm. So at most `MOVES` moves
are reported in a second, and at most `BREAKS` new epochs, sources and states, which cost the
session more. Of the changes in between, only the last one is reported, as soon as the limit allows:
a change replaces the one before. Positions that are not valid are reported as a number.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from bridge.playout.protocol import PositionsRefused, TransportChanged
from bridge.playout.time_reason import NoSource, time_reason
from bridge.system.units import SECOND

if TYPE_CHECKING:
    from collections import Counter

    from bridge.sync.transport import Source, Transport

REPORT_THRESHOLD_NS = 500_000
"""A transport that has moved by less is not reported."""
MOVES, BREAKS = 64, 16
"""The greatest number of reports in a second; a MIDI clock that starts moves fifty times."""
COUNTS_NS = 10 * SECOND
"""The time between two reports of one count."""


class TransportReports:
    """Compares each transport with the last one that was reported."""

    def __init__(self, transport: Transport) -> None:
        """Start with a transport that needs no report."""
        self._last = TransportChanged(transport, NoSource(own_clock=False))
        self._last_reason: tuple[Source, Source | None, Source | None] | None = None
        self._unreported: TransportChanged | None = None
        self._breaks = False  # whether a change that is not reported yet breaks the transport
        # When the last moves and breaks were reported.
        self._moves_ns: deque[int] = deque(maxlen=MOVES)
        self._breaks_ns: deque[int] = deque(maxlen=BREAKS)

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
        self._breaks |= (transport.epoch, reason) != (last.epoch, self._last_reason)
        self._last = TransportChanged(transport, time_reason(*reason))
        self._last_reason = reason
        self._unreported = self._last

    def pop(self, now_ns: int) -> list[TransportChanged]:
        """Return the last change since the last call, unless there have been too many."""
        times, change = self._breaks_ns if self._breaks else self._moves_ns, self._unreported
        if change is None or (len(times) == times.maxlen and now_ns - times[0] < SECOND):
            return []
        times.append(now_ns)
        self._unreported, self._breaks = None, False
        return [change]


class CountReports:
    """Reports how much a count has grown: the first time at once, then at intervals."""

    def __init__(self) -> None:
        self._reported = 0
        self._reported_ns: int | None = None

    def pop(self, count: int, now_ns: int) -> int:
        """Return the growth of a count since the last report; 0 if no report is due."""
        last_ns, grown = self._reported_ns, count - self._reported
        if not grown or (last_ns is not None and now_ns - last_ns < COUNTS_NS):
            return 0
        self._reported, self._reported_ns = count, now_ns
        return grown


class RefusalReports:
    """Reports how many positions of each host were not valid."""

    def __init__(self) -> None:
        self._counts: dict[Source, CountReports] = {}

    def pop(self, refused: Counter[Source], now_ns: int) -> list[PositionsRefused]:
        """Return the reports that are due, given the numbers of all refused positions."""
        counts = {
            source: self._counts.setdefault(source, CountReports()).pop(count, now_ns)
            for source, count in refused.items()
        }
        return [PositionsRefused(source, count) for source, count in counts.items() if count]
