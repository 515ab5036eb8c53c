"""The transport: a linear relation between the session clock and musical time.

Every time source (a host, a MIDI clock, a network of peers, the player alone) provides the same
facts: the tick of the music at a time, the length of a quarter note, whether it plays, and where a
bar of which metre began. A `Transport` is the value that holds them. It is valid for the past and
the future until another one replaces it, and converts ticks to times and back.

A new value either moves the transport or breaks it. When the tempo drifts or the estimate of a
clock improves, the transport moves a little, and an event planned at a tick gets another time: this
is how plans follow a tempo. When the host stops, jumps or loops, the transport breaks: a new
*epoch* begins, and the plans of the old one are dropped.

Of several sources, the best that plays is followed; `Source` lists them, best first. The last two
are internal: our own clock, and free playing without any clock. In free playing the nominal tempo
is 120 bpm, which makes a tick 10.4 ms, and there are no bars.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from bridge.midi.notes import TICKS_PER_QUARTER, MetreChange
from bridge.sync.tempo import FREE_BPM, NS_PER_MINUTE, BarPosition, quarter_ns

COMMON_TIME = MetreChange(0, 4, 4)
_TICKS_PER_WHOLE = 4 * TICKS_PER_QUARTER


class Source(enum.Enum):
    """The time sources, best first; the value is the word on the command line."""

    PLUGIN = "plugin"
    JACK = "jack"
    CLOCK = "midi"
    LINK = "link"
    OWN = "internal"
    FREE = "free"

    @property
    def is_external(self) -> bool:
        """Whether the source is outside Antiphon."""
        return self not in (Source.OWN, Source.FREE)


@dataclass(frozen=True, slots=True)
class Transport:
    """At `time_ns` the music is at `tick`, and goes on from there if it is playing.

    `metre` begins at the bar line of bar number `bar`, counted from 0. Ticks before the song are
    negative. `epoch` is a new number after each break.
    """

    source: Source = Source.FREE
    epoch: int = 0
    playing: bool = True
    time_ns: int = 0
    tick: int = 0
    quarter_ns: int = quarter_ns(FREE_BPM)
    metre: MetreChange = COMMON_TIME
    bar: int = 0

    @property
    def bpm(self) -> float:
        """The tempo in quarter notes a minute."""
        return NS_PER_MINUTE / self.quarter_ns

    @property
    def has_bars(self) -> bool:
        """Whether there are beats and bars; free playing has none."""
        return self.source is not Source.FREE

    def ns_at(self, tick: int) -> int:
        """Return the time at which a tick begins."""
        ticks = tick - self.tick
        return self.time_ns + (2 * ticks * self.quarter_ns + TICKS_PER_QUARTER) // (
            2 * TICKS_PER_QUARTER
        )

    def tick_at(self, time_ns: int) -> int:
        """Return the tick nearest to a time; the inverse of `ns_at`."""
        elapsed = (time_ns - self.time_ns) * TICKS_PER_QUARTER
        return self.tick + (2 * elapsed + self.quarter_ns) // (2 * self.quarter_ns)

    def last_tick_at(self, time_ns: int) -> int:
        """Return the last tick that has begun by a time."""
        tick = self.tick_at(time_ns)
        return tick if self.ns_at(tick) <= time_ns else tick - 1

    def ticks_in(self, span_ns: int) -> int:
        """Return the length of a span of time in ticks, rounded to the nearest."""
        return (2 * span_ns * TICKS_PER_QUARTER + self.quarter_ns) // (2 * self.quarter_ns)

    def bar_position(self, tick: int) -> BarPosition:
        """Return bar and position of a tick."""
        bars, position = divmod(tick - self.metre.tick, self.metre.bar_ticks)
        return BarPosition(self.bar + bars, position, self.metre.bar_ticks)

    def bar_line(self, bar: int) -> int:
        """Return the tick at which a bar begins."""
        return self.metre.tick + (bar - self.bar) * self.metre.bar_ticks

    def bar_line_before(self, tick: int) -> int:
        """Return the bar line at or before a tick."""
        return tick - self.bar_position(tick).position_ticks

    @property
    def beat_ticks(self) -> int:
        """The length of a beat of the metre, in ticks."""
        return _TICKS_PER_WHOLE // self.metre.denominator

    def beat_of(self, tick: int) -> tuple[int, int]:
        """Return bar and beat of a tick, both counted from 1 as musicians do."""
        place = self.bar_position(tick)
        return place.bar + 1, place.position_ticks // self.beat_ticks + 1

    def format_position(self, tick: int) -> str:
        """Return bar, beat and tick of the beat as hosts write them: 3:1:00; empty without bars."""
        if not self.has_bars:
            return ""
        bar, beat = self.beat_of(tick)
        return f"{bar}:{beat}:{self.bar_position(tick).position_ticks % self.beat_ticks:02}"

    def next_grid_line(self, tick: int, step_ticks: int) -> int:
        """Return the first tick at or after `tick` that is a whole number of steps into a bar."""
        place = self.bar_position(tick)
        ahead = -place.position_ticks % step_ticks
        return tick + min(ahead, -place.position_ticks % place.bar_ticks)

    def shifted(self, by_ns: int) -> Transport:
        """Return the same transport, later by `by_ns`."""
        return replace(self, time_ns=self.time_ns + by_ns)

    def distance_ns(self, other: Transport) -> int:
        """Return the distance of another transport from this one, in nanoseconds.

        It is the greater of the distances at the other's `tick` and a quarter note later.
        """
        ticks = (other.tick, other.tick + TICKS_PER_QUARTER)
        return max(abs(self.ns_at(tick) - other.ns_at(tick)) for tick in ticks)


NANOSECONDS = Transport(quarter_ns=TICKS_PER_QUARTER)
"""A transport whose ticks are nanoseconds, for events without a place in the music."""
