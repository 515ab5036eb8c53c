"""Follow a host that reports its position in every period of audio.

A JACK server and a plugin's host report where the music is, once per period. Tempo and bar are
given and need no estimate, but the position is noisy: it is rounded (to a 1920th of a beat, for
example, which at 60 bpm is half a millisecond), and its time is read off another clock. Both errors
are small and two-sided. So the transport is corrected by a part of each error, which averages them
out. A larger error is a jump or a loop, and breaks the transport.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor

from bridge.midi.notes import TICKS_PER_QUARTER, MetreChange
from bridge.sync.tempo import quarter_ns
from bridge.sync.transport import Source, Transport
from bridge.system.units import MS, SECOND

JUMP_NS = 10 * MS
"""More than rounding and a late reading cause, less than any jump in music."""
SMOOTHING = 32
"""One part in this many of an error is corrected; the rest counts as noise."""
TIMEOUT_NS = SECOND
"""A host that has reported nothing for this time is absent."""


@dataclass(frozen=True, slots=True)
class HostPosition:
    """Where the host's music is at `time_ns`.

    `quarters` is the position and `bar_quarters` the beginning of the bar, in quarter notes from
    the beginning of the song; before it they are negative. Bars are counted from 0. `epoch` is the
    number of jumps, if the host counts them itself.
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
    """Turns the positions of one host into a `Transport`."""

    def __init__(self, source: Source) -> None:
        self._transport = Transport(source, playing=False)
        self._last_position: HostPosition | None = None
        self._readings = 1

    def observe(self, position: HostPosition) -> None:
        """Update the position of the host."""
        before, self._last_position = self._last_position, position
        reported = _transport_at(position, self._transport)
        miss_ns = reported.time_ns - self._transport.ns_at(reported.tick)
        if before is None or position.playing != before.playing or position.epoch != before.epoch:
            broken = True
        else:
            # A stopped host may be moved without a break.
            broken = position.playing and position.epoch is None and abs(miss_ns) > JUMP_NS
        if broken or not position.playing:
            self._transport = replace(reported, epoch=self._transport.epoch + broken)
            self._readings = 1
            return
        self._readings = min(self._readings + 1, SMOOTHING)
        self._transport = reported.shifted(miss_ns // self._readings - miss_ns)

    def transport(self, now_ns: int) -> Transport | None:
        """Return the host's transport, or None if the host is absent."""
        if self._last_position is None or now_ns - self._last_position.time_ns > TIMEOUT_NS:
            return None
        return self._transport


def _transport_at(position: HostPosition, template: Transport) -> Transport:
    """Return the transport of a single position, with source and epoch of `template`."""
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
