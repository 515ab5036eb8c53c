"""Follow a host that reports its position in every period of audio.

A JACK server and a plugin's host report where the music is, once per period. Tempo and bar are
given and need no estimate, but the position is noisy: it is rounded (to a 1920th of a beat, for
example, which at 60 bpm is half a millisecond), and its time is read off another clock. Both errors
are small and two-sided. So the transport is corrected by a part of each error, which averages them
out. A larger error is a jump or a loop, and breaks the transport.

What a host reports is checked once, here: `HostPosition.checked` and `position_of_beats` are the
only ways from numbers of another program to a position. A report that is not valid has no position
and is counted (`TimeSources.refused`). So no conversion behind this border divides by zero, meets a
number that is not finite, or loops over the distance between two positions.
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
COUNTED_JUMP_NS = SECOND
"""The same for a host that counts its jumps itself. A greater error was a jump all the same."""
SMOOTHING = 32
"""One part in this many of an error is corrected; the rest counts as noise."""
TIMEOUT_NS = SECOND
"""A host that has reported nothing for this time is absent."""
MIN_BPM, MAX_BPM = 1.0, 999.0
"""The tempos that a host may have, in quarter notes a minute."""
MAX_QUARTERS = 1e9
"""The greatest distance from the beginning of a song: sixteen years at 120 bpm."""
MAX_BAR = (1 << 31) - 1
MAX_BEATS = 255
"""The greatest numerator of a metre: a MIDI file has one byte for it."""
DENOMINATORS = frozenset({1, 2, 4, 8, 16, 32, 64})
"""The denominators of a metre: those of MIDI files, down to a beat of 3 ticks."""


@dataclass(frozen=True, slots=True)
class HostPosition:
    """Where the host's music is at `time_ns`.

    `quarters` is the position and `bar_quarters` the beginning of the bar, in quarter notes from
    the beginning of the song; before it they are negative. Bars are counted from 0. `epoch` is the
    number of jumps, if the host counts them itself.

    What another program reports becomes a position by `checked`, or by `position_of_beats`.
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

    @classmethod
    def checked(
        cls,
        now_ns: int,
        *,
        time_ns: int,
        playing: bool,
        quarters: float,
        bpm: float,
        bar: float,
        bar_quarters: float,
        numerator: float,
        denominator: float,
        epoch: int | None = None,
    ) -> HostPosition | None:
        """Return the position that a host reports at `now_ns`, or None if a value is not valid.

        The values may be any numbers: not finite, or beyond the limits of this module. A time that
        is further from now than `TIMEOUT_NS` is not valid either: a host that is ahead would never
        be absent.
        """
        limits = (
            (time_ns - now_ns, -TIMEOUT_NS, TIMEOUT_NS),
            (quarters, -MAX_QUARTERS, MAX_QUARTERS),
            (bpm, MIN_BPM, MAX_BPM),
            (bar, -MAX_BAR, MAX_BAR),
            (bar_quarters, -MAX_QUARTERS, MAX_QUARTERS),
            (numerator, 1, MAX_BEATS),
        )
        # A comparison with NaN is false.
        if not all(low <= value <= high for value, low, high in limits):
            return None
        if denominator not in DENOMINATORS:
            return None
        return cls(
            time_ns,
            playing,
            float(quarters),
            float(bpm),
            round(bar),
            float(bar_quarters),
            round(numerator),
            round(denominator),
            epoch,
        )


def position_of_beats(
    now_ns: int,
    *,
    playing: bool,
    bar: float,
    beat: float,
    tick: float,
    ticks_per_beat: float,
    beats_per_bar: float,
    beat_type: float,
    beats_per_minute: float,
) -> HostPosition | None:
    """Return the position of a host that counts bars and beats from 1, or None if not valid.

    A beat is the metre's: an eighth in 6/8. The beginning of the bar is computed, as if all bars
    had the present metre.
    """
    if not (ticks_per_beat > 0 and beat_type > 0):  # also of NaN
        return None
    quarters_a_beat = 4.0 / beat_type
    bar_quarters = (bar - 1.0) * beats_per_bar * quarters_a_beat
    beats = beat - 1.0 + tick / ticks_per_beat
    return HostPosition.checked(
        now_ns,
        time_ns=now_ns,
        playing=playing,
        quarters=bar_quarters + beats * quarters_a_beat,
        bpm=beats_per_minute * quarters_a_beat,
        bar=bar - 1,
        bar_quarters=bar_quarters,
        numerator=beats_per_bar,
        denominator=beat_type,
    )


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
            limit_ns = JUMP_NS if position.epoch is None else COUNTED_JUMP_NS
            broken = position.playing and abs(miss_ns) > limit_ns
        if broken or not position.playing:
            self._transport = replace(reported, epoch=self._transport.epoch + broken)
            self._readings = 1
            return
        self._readings = min(self._readings + 1, SMOOTHING)
        self._transport = reported.shifted(miss_ns // self._readings - miss_ns)

    def transport(self, now_ns: int) -> Transport | None:
        """Return the host's transport, or None if the host is absent."""
        last = self._last_position
        if last is None or now_ns - last.time_ns > TIMEOUT_NS:
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
