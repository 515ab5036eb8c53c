"""Conversion between nanoseconds and ticks, and between ticks and bars.

Time is nanoseconds of the session clock; musical time is ticks of a quarter note. Both are
integers. A `TempoMap` converts between them for music with tempo changes. It is a list of segments,
each with its first tick, the time of that tick and the length of its quarter notes. So a conversion
is one search and one multiplication, and errors do not add up across segments. A `MetreMap` finds
the bar of a tick.

In free playing, without a clock to follow, the nominal tempo is 120 bpm (`FREE_BPM`): a tick is
10.4 ms.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from bridge.midi.notes import TICKS_PER_QUARTER, MetreChange, TempoChange

if TYPE_CHECKING:
    from collections.abc import Iterable

FREE_BPM = 120.0
NS_PER_MINUTE = 60_000_000_000


def quarter_ns(bpm: float) -> int:
    """Return the length of a quarter note in nanoseconds."""
    return round(NS_PER_MINUTE / bpm)


@dataclass(frozen=True, slots=True)
class _Segment:
    tick: int
    time_ns: int
    quarter_ns: int


class TempoMap:
    """Converts ticks to nanoseconds and back.

    The first tempo also applies before the first change. Ticks may be negative.
    """

    def __init__(self, changes: Iterable[TempoChange] = (), start_ns: int = 0) -> None:
        ordered = sorted(changes, key=lambda change: change.tick)
        first = ordered[0].bpm if ordered else FREE_BPM
        segments = [_Segment(0, start_ns, quarter_ns(first))]
        for change in ordered:
            last = segments[-1]
            time_ns = last.time_ns + _span_ns(change.tick - last.tick, last.quarter_ns)
            segments.append(_Segment(change.tick, time_ns, quarter_ns(change.bpm)))
        self._segments = segments
        self._ticks = [segment.tick for segment in segments]
        self._times = [segment.time_ns for segment in segments]

    def ns_at(self, tick: int) -> int:
        """Return the time of a tick."""
        segment = self._segments[max(0, bisect_right(self._ticks, tick) - 1)]
        return segment.time_ns + _span_ns(tick - segment.tick, segment.quarter_ns)

    def tick_at(self, time_ns: int) -> int:
        """Return the tick nearest to a time; the inverse of `ns_at`."""
        segment = self._segments[max(0, bisect_right(self._times, time_ns) - 1)]
        elapsed = (time_ns - segment.time_ns) * TICKS_PER_QUARTER
        return segment.tick + (2 * elapsed + segment.quarter_ns) // (2 * segment.quarter_ns)

    def bpm_at(self, tick: int) -> float:
        """Return the tempo at a tick, in quarter notes a minute."""
        segment = self._segments[max(0, bisect_right(self._ticks, tick) - 1)]
        return NS_PER_MINUTE / segment.quarter_ns


def _span_ns(ticks: int, quarter: int) -> int:
    return (2 * ticks * quarter + TICKS_PER_QUARTER) // (2 * TICKS_PER_QUARTER)


@dataclass(frozen=True, slots=True)
class BarPosition:
    """The position of a tick.

    It is the bar number from 0, the ticks since the bar line, and the length of the bar in ticks.
    """

    bar: int
    position_ticks: int
    bar_ticks: int


class MetreMap:
    """Finds the bar of a tick.

    A change of metre starts a new bar. Bars are 4/4 before the first change.
    """

    def __init__(self, changes: Iterable[MetreChange] = ()) -> None:
        ordered = sorted(changes, key=lambda change: change.tick)
        if not ordered or ordered[0].tick > 0:
            ordered.insert(0, MetreChange(0, 4, 4))
        self._changes = ordered
        self._ticks = [change.tick for change in ordered]
        self._bars = [0]
        for before, after in pairwise(ordered):
            span = after.tick - before.tick
            self._bars.append(self._bars[-1] + -(-span // before.bar_ticks))

    def position_at(self, tick: int) -> BarPosition:
        """Return bar and position of a tick."""
        index = max(0, bisect_right(self._ticks, tick) - 1)
        change = self._changes[index]
        bars, position = divmod(tick - change.tick, change.bar_ticks)
        return BarPosition(self._bars[index] + bars, position, change.bar_ticks)

    def metre_at(self, tick: int) -> MetreChange:
        """Return the metre at a tick."""
        return self._changes[max(0, bisect_right(self._ticks, tick) - 1)]

    def bar_line_before(self, tick: int) -> int:
        """Return the last bar line at or before a tick."""
        return tick - self.position_at(tick).position_ticks

    def bar_line_after(self, tick: int, bars: int) -> int:
        """Return the bar line a number of bars after a tick, through all changes of metre.

        The first of these bars is the one in which the tick lies.
        """
        for _ in range(bars):
            tick = self.next_bar_line(tick + 1)
        return tick

    def next_bar_line(self, tick: int) -> int:
        """Return the first bar line at or after a tick."""
        where = self.position_at(tick)
        if where.position_ticks == 0:
            return tick
        line = tick - where.position_ticks + where.bar_ticks
        index = bisect_right(self._ticks, tick)
        return min(line, self._ticks[index]) if index < len(self._ticks) else line
