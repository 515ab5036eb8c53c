"""The clock of a plugin instance, and which of its times are believed.

Each hello carries the time of its sending on the plugin's clock. The difference to the time of its
arrival is the difference of the two clocks plus the time that it travelled, so the smallest
difference is the best estimate. On macOS the plugin's clock may stop while the machine sleeps. Then
all later hellos seem to travel for longer than the longest delay, and the estimate starts again.

A peer may send any number as a time. A time that is far from now would silence an input or an
output for as long, so it is refused. This module is pure.
"""

from __future__ import annotations

from bridge.system.units import MS, SECOND

SAME_CLOCK_NS = 20 * MS
"""The longest travel time of a hello; two clocks that differ by less are the same clock."""
LONGEST_DELAY_NS = 2 * SECOND
"""A connection on which a hello travels for longer than this has ended by time-out."""
HORIZON_NS = 5 * SECOND
"""The largest distance from now of a time that is believed."""
_LATEST_NS = 1 << 62  # 146 years: the clock of no plugin has run for so long


class PluginClock:
    """The difference between the clock of one instance and ours."""

    def __init__(self) -> None:
        self.offset_ns = 0
        """The time by which the plugin's clock lags behind ours."""
        self._least_ns: int | None = None

    def record(self, now_ns: int, plugin_ns: int) -> bool:
        """Compare the clocks by a hello; return whether its time can be one of a clock."""
        if not 0 <= plugin_ns < _LATEST_NS:
            return False
        offset_ns = now_ns - plugin_ns
        least_ns = self._least_ns
        if least_ns is None or offset_ns < least_ns or offset_ns > least_ns + LONGEST_DELAY_NS:
            least_ns = offset_ns
        self._least_ns = least_ns
        self.offset_ns = 0 if 0 <= least_ns < SAME_CLOCK_NS else least_ns
        return True

    def session_ns(self, plugin_ns: int, now_ns: int) -> int | None:
        """Return a plugin's time on our clock, or None if it is far from now."""
        time_ns = plugin_ns + self.offset_ns
        return time_ns if abs(time_ns - now_ns) <= HORIZON_NS else None
