"""Whose time it is, and how the composer counts it.

The session makes its plans in ticks of a transport. That is somebody else's, as the MIDI I/O
process tells it, or our own line, which lies where the player's first note puts it, or where a
count-in leads to.

The composer's ticks are others. Its music has no jumps and nothing before its beginning, which is a
bar line. So between the two there is a difference, `base`, that is chosen anew whenever the line
breaks: if the tempo is much the same and the metre is, the music goes on at the next bar line after
what has been told of it; else it begins anew in another frame.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.messages.composer import NoteEvent, Reset
from bridge.messages.settings import Mode, Settings
from bridge.midi.notes import MetreChange
from bridge.playout import protocol
from bridge.playout.metronome import clicks
from bridge.session.turns import NO_END
from bridge.sync.quantise import GridStep
from bridge.sync.tempo import FREE_BPM, quarter_ns
from bridge.sync.transport import Source, Transport
from bridge.system.units import SECOND

if TYPE_CHECKING:
    from bridge.playout.schedule import ScheduledEvent

_TEMPO_TOLERANCE = 0.04
_CLICK_HORIZON_NS = 2 * SECOND


class Timing:
    """Knows the line by which plans are made, and where the composer is on it."""

    def __init__(self) -> None:
        self.transport = Transport()
        self.composer_offset = 0
        """The composer's tick at the transport's tick 0."""
        self.own_clock_started = False
        """Whether our own line lies where the player has put it."""
        self._own_transport = Transport()
        self._last_reset: Reset | None = None
        self._reported_tick = 0  # the last that the composer has been told of, in its ticks
        self._next_click_tick = 0  # up to here clicks have been planned

    @property
    def is_external(self) -> bool:
        """Tell whether somebody else's time is followed."""
        return self.transport.source.is_external

    @property
    def reported_tick(self) -> int:
        """Return the last tick of the transport that the composer has been told of."""
        return self._reported_tick - self.composer_offset

    # Our own line.

    def start(self, settings: Settings, now_ns: int) -> list[protocol.ToIo]:
        """Begin a session; return what the MIDI I/O process must know."""
        self._last_reset = None
        line = _own_transport(settings, now_ns)
        count_in = settings.time.count_in_bars if line.has_bars else 0
        self.own_clock_started = count_in > 0
        return self._set_own_transport(
            line.shifted(line.ns_at(count_in * line.metre.bar_ticks) - now_ns)
        )

    def start_own_clock(self, settings: Settings, at_ns: int) -> list[protocol.ToIo]:
        """Let our own line begin where the player has."""
        self.own_clock_started = True
        return self._set_own_transport(_own_transport(settings, at_ns))

    def shift(self, by_ns: int) -> list[protocol.ToIo]:
        """Move the music later, or earlier, from now on; only playing freely may do this."""
        assert not self.transport.has_bars
        return self._set_own_transport(self._own_transport.shifted(by_ns))

    def apply_settings(self, settings: Settings, now_ns: int) -> list[protocol.ToIo]:
        """Keep time by other settings from now on: our own clock goes on from where it is."""
        # Who has played freely has played no bars: they begin now.
        anew = _own_transport(
            settings, self._own_transport.time_ns if self._own_transport.has_bars else now_ns
        )
        if self.own_clock_started and anew.has_bars and self._own_transport.has_bars:
            tick = self._own_transport.last_tick_at(now_ns)
            bar = self._own_transport.bar_position(tick).bar
            metre = replace(anew.metre, tick=self._own_transport.bar_line(bar))
            at_ns = self._own_transport.ns_at(tick)
            anew = replace(anew, time_ns=at_ns, tick=tick, metre=metre, bar=bar)
        told: list[protocol.ToIo] = self.sync_commands(settings)[:1]
        if _tempo_and_metre(anew) != _tempo_and_metre(self._own_transport):
            told += self._set_own_transport(anew)
        return told

    def sync_commands(self, settings: Settings) -> list[protocol.ToIo]:
        """Return all that a MIDI I/O process must know that has just opened its ports."""
        time = settings.time
        metre = MetreChange(0, *time.metre)
        return [
            protocol.SetSync(time.sync, time.advance_ns, metre),
            protocol.SetOwnTransport(self._own_transport),
        ]

    def _set_own_transport(self, transport: Transport) -> list[protocol.ToIo]:
        self._own_transport = transport
        if not self.is_external:
            self.transport = replace(transport, epoch=self.transport.epoch)
        return [protocol.SetOwnTransport(transport)]

    # Another line.

    def set_transport(self, transport: Transport) -> bool:
        """Go by another line; tell whether that breaks the one before."""
        before = self.transport
        if not transport.source.is_external:  # it is ours, and we know it better
            transport = replace(self._own_transport, epoch=transport.epoch)
            self.own_clock_started &= not before.source.is_external
        self.transport = transport
        return transport.epoch != before.epoch

    # The composer's ticks.

    def realign(self, now_ns: int) -> Reset | None:
        """Let the composer count as the transport does now; return what it must begin anew."""
        line = self.transport
        if not line.has_bars:
            self._rebase(Reset(), 0)
            return self._last_reset
        first = min(line.tick, line.last_tick_at(now_ns))
        bar_line = line.bar_line_before(first)
        self._next_click_tick = first
        frame = _reset_for(line)
        if self._last_reset is not None and _is_compatible(self._last_reset, frame):
            bar = line.metre.bar_ticks
            self.composer_offset = -(-self._reported_tick // bar) * bar - bar_line
            return None
        self._rebase(frame, -bar_line)
        return frame

    def reset_if_changed(self, tick: int) -> Reset | None:
        """Let the composer count anew from a tick's bar if tempo or metre have become others.

        Return what it must begin anew; None if its frame holds.
        """
        line = self.transport
        if (
            self._last_reset is None
            or (before := self._last_reset).bpm is None
            or not line.has_bars
        ):
            return None
        frame = _reset_for(line)
        if _is_compatible(before, frame):
            return None
        self._rebase(frame, -line.bar_line_before(tick))
        return frame

    def _rebase(self, reset: Reset, composer_offset: int) -> None:
        self._last_reset, self.composer_offset, self._reported_tick = reset, composer_offset, 0

    def to_composer(self, event: NoteEvent) -> NoteEvent:
        """Return a happening at the composer's tick, who is told of it."""
        tick = max(0, event.tick + self.composer_offset)
        self._reported_tick = max(self._reported_tick, tick)
        return replace(event, tick=tick)

    def retract(self, after_tick: int) -> None:
        """Take note that what the composer has told after a tick never happened."""
        self._reported_tick = min(self._reported_tick, after_tick + self.composer_offset)

    def from_composer(self, event: NoteEvent) -> NoteEvent:
        """Return a happening that the composer has told, at the transport's tick."""
        self._reported_tick = max(self._reported_tick, event.tick)
        return replace(event, tick=event.tick - self.composer_offset)

    # The click of our own clock.

    def rewind_clicks(self, after_tick: int) -> None:
        """Take note that what was planned after a tick has been taken back, clicks too."""
        self._next_click_tick = min(self._next_click_tick, after_tick + 1)

    def click_due_ns(self, settings: Settings) -> int | None:
        """Return when clicks must be planned again, if there are any to come."""
        end_tick = self._click_end_tick(settings)
        if not self.own_clock_started or self._next_click_tick >= end_tick:
            return None
        return self.transport.ns_at(self._next_click_tick) - _CLICK_HORIZON_NS // 2

    def clicks(self, settings: Settings, now_ns: int) -> tuple[ScheduledEvent, ...]:
        """Return the clicks of the coming beats that have not been planned."""
        due_ns = self.click_due_ns(settings)
        if due_ns is None or now_ns < due_ns:
            return ()
        end = min(
            self._click_end_tick(settings), self.transport.tick_at(now_ns + _CLICK_HORIZON_NS)
        )
        planned = tuple(clicks(self.transport, self._next_click_tick, end))
        self._next_click_tick = max(end, self._next_click_tick)
        return planned

    def _click_end_tick(self, settings: Settings) -> int:
        """Return the tick before which our own clock clicks: the first, if it only counts in."""
        if self.transport.source is not Source.OWN:
            return -NO_END
        return NO_END if settings.time.click else 0


def _uses_own_clock(settings: Settings) -> bool:
    """Return whether our own clock runs where nobody else's is followed."""
    return (
        settings.time.bpm is not None
        or settings.time.sync is Source.OWN
        or settings.mode is Mode.TRADE
        or settings.quantise.step is not GridStep.OFF
    )


def _own_transport(settings: Settings, begin_ns: int) -> Transport:
    """Return the line of our own clock from a time on; without a tempo it is free."""
    if not _uses_own_clock(settings):
        return Transport(time_ns=begin_ns)
    return Transport(
        Source.OWN,
        time_ns=begin_ns,
        quarter_ns=quarter_ns(settings.time.bpm or FREE_BPM),
        metre=MetreChange(0, *settings.time.metre),
    )


def _tempo_and_metre(transport: Transport) -> tuple[Source, int, int, int]:
    """Return what makes our own line another, wherever it lies."""
    return (
        transport.source,
        transport.quarter_ns,
        transport.metre.numerator,
        transport.metre.denominator,
    )


def _reset_for(transport: Transport) -> Reset:
    return Reset(transport.bpm, (transport.metre.numerator, transport.metre.denominator))


def _is_compatible(before: Reset, after: Reset) -> bool:
    """Tell whether music that was begun in one frame can go on in another."""
    if before.bpm is None or after.bpm is None or before.metre != after.metre:
        return False
    return abs(after.bpm / before.bpm - 1) < _TEMPO_TOLERANCE
