"""A host's position, period by period, as one line.

A host that lets others look at its transport, as a JACK server or a plugin's host does, says for
every period of audio where the music is. So tempo and bar are known and need no estimate; what is
left is to tell noise from news. A position is rounded (to a 1920th of a beat, say, which at 60 bpm
is half a millisecond) and its moment is read off another clock. Both are small and go both ways, so
the line that is followed is corrected by a part of what it misses, and averages them out. What is
more than that is a jump or a loop, and breaks the line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor

from bridge.midi.notes import TICKS_PER_QUARTER, MetreChange
from bridge.sync.tempo import quarter_ns
from bridge.sync.transport import Source, Transport
from bridge.system.units import MS, SECOND

JUMP_NS = 10 * MS
"""More than rounding and a late reading miss, less than any jump that music makes."""
SMOOTHING = 32
"""Of a miss, one part in this many is corrected; the rest is taken for noise."""
TIMEOUT_NS = SECOND
"""Who has said nothing for so long is not there any more."""


@dataclass(frozen=True, slots=True)
class HostPosition:
    """Where the host's music is at a moment.

    `quarters` and `bar_quarters`, the beginning of the bar, are quarter notes from the beginning of
    the song, and negative before it; bars are counted from 0. A host that itself counts its jumps
    says how many there were (`epoch`).
    """

    time_ns: int
    playing: bool
    quarters: float
    bpm: float
    bar: int = 0
    bar_quarters: float = 0.0
    numerator: int = 4
    denominator: int = 4
    epoch: int | None = None


class HostTracker:
    """Follows one host."""

    def __init__(self, source: Source) -> None:
        self._transport = Transport(source, playing=False)
        self._last_position: HostPosition | None = None
        self._readings = 1

    def observe(self, position: HostPosition) -> None:
        """Take in where the host says that it is."""
        seen, self._last_position = self._last_position, position
        said = _transport_at(position, self._transport)
        miss_ns = said.time_ns - self._transport.ns_at(said.tick)
        if seen is None or position.playing != seen.playing or position.epoch != seen.epoch:
            broken = True
        else:
            # Where a host that stands is put is nothing to those who play.
            broken = position.playing and position.epoch is None and abs(miss_ns) > JUMP_NS
        if broken or not position.playing:
            self._transport = replace(said, epoch=self._transport.epoch + broken)
            self._readings = 1
            return
        self._readings = min(self._readings + 1, SMOOTHING)
        self._transport = said.shifted(miss_ns // self._readings - miss_ns)

    def transport(self, now_ns: int) -> Transport | None:
        """Return the host's line, or None if it has fallen silent."""
        if self._last_position is None or now_ns - self._last_position.time_ns > TIMEOUT_NS:
            return None
        return self._transport


def _transport_at(position: HostPosition, template: Transport) -> Transport:
    """Return the line that a position by itself describes, in the epoch of another."""
    ticks = position.quarters * TICKS_PER_QUARTER
    tick = floor(ticks)
    quarter = quarter_ns(position.bpm)
    return replace(
        template,
        playing=position.playing,
        time_ns=position.time_ns - round((ticks - tick) * quarter / TICKS_PER_QUARTER),
        tick=tick,
        quarter_ns=quarter,
        metre=MetreChange(
            round(position.bar_quarters * TICKS_PER_QUARTER),
            position.numerator,
            position.denominator,
        ),
        bar=position.bar,
    )
