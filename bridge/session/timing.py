"""The transport that the session follows, and its relation to the composer's ticks.

The session plans in ticks of a transport: an external source's, which the MIDI I/O process reports,
or our own. Our own starts at the player's first note, or with a count-in.

The composer counts ticks differently. Its music has no jumps, and begins at a bar line. The
difference between the two counts is `composer_offset`. It is set again whenever the transport
breaks. If the metre is the same and the tempo is nearly the same, the composer's music goes on at
the next bar line after the last tick reported to it. Otherwise the composer is reset.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.history.recent_score import context_score
from bridge.messages.composer import NoteEvent, Reset
from bridge.messages.settings import Mode, Settings
from bridge.midi.notes import MetreChange
from bridge.playout import protocol
from bridge.playout.metronome import clicks
from bridge.session.turns import NO_END, score_script
from bridge.sync.quantise import GridStep
from bridge.sync.tempo import FREE_BPM, quarter_ns
from bridge.sync.transport import Source, Transport
from bridge.system.units import SECOND

if TYPE_CHECKING:
    from bridge.history.record import Record
    from bridge.playout.schedule import ScheduledEvent

_TEMPO_TOLERANCE = 0.04
_CLICK_HORIZON_NS = 2 * SECOND


class Timing:
    """The transport that plans follow, and the composer's offset from it."""

    def __init__(self, past: Record | None = None) -> None:
        """Begin, or go on after a session that was cut off."""
        self.transport = Transport()
        self.composer_offset = 0
        """The composer's tick at the transport's tick 0."""
        self.own_clock_started = False
        """Whether the player or a count-in has started our own transport."""
        self._own_transport = Transport()
        self._last_reset: Reset | None = None
        self._reported_tick = 0  # the last tick reported to the composer, in its ticks
        self._next_click_tick = 0  # clicks are planned up to here
        # What the composer reads before all else, until something is played.
        self._past = None if past is None or not past.notes else context_score(past)

    @property
    def is_external(self) -> bool:
        """Whether an external source is followed."""
        return self.transport.source.is_external

    @property
    def reported_tick(self) -> int:
        """The last tick reported to the composer, in the transport's ticks."""
        return self._reported_tick - self.composer_offset

    # Our own transport.

    def start(self, settings: Settings, now_ns: int) -> list[protocol.ToIo]:
        """Start a session; return the commands for the MIDI I/O process."""
        self._last_reset = None
        transport = _own_transport(settings, now_ns)
        count_in = settings.time.count_in_bars if transport.has_bars else 0
        self.own_clock_started = count_in > 0
        return self._set_own_transport(
            transport.shifted(transport.ns_at(count_in * transport.metre.bar_ticks) - now_ns)
        )

    def start_own_clock(self, settings: Settings, at_ns: int) -> list[protocol.ToIo]:
        """Start our own transport at the player's first note."""
        self.own_clock_started = True
        return self._set_own_transport(_own_transport(settings, at_ns))

    def shift(self, by_ns: int) -> list[protocol.ToIo]:
        """Shift the music later, or earlier if `by_ns` is negative; for free playing only."""
        assert not self.transport.has_bars
        return self._set_own_transport(self._own_transport.shifted(by_ns))

    def apply_settings(self, settings: Settings, now_ns: int) -> list[protocol.ToIo]:
        """Apply new settings to our own transport, which continues from its position."""
        # Free playing has no bars, so bars begin now.
        changed = _own_transport(
            settings, self._own_transport.time_ns if self._own_transport.has_bars else now_ns
        )
        if self.own_clock_started and changed.has_bars and self._own_transport.has_bars:
            tick = self._own_transport.last_tick_at(now_ns)
            bar = self._own_transport.bar_position(tick).bar
            metre = replace(changed.metre, tick=self._own_transport.bar_line(bar))
            at_ns = self._own_transport.ns_at(tick)
            changed = replace(changed, time_ns=at_ns, tick=tick, metre=metre, bar=bar)
        commands: list[protocol.ToIo] = self.sync_commands(settings)[:1]
        if _tempo_and_metre(changed) != _tempo_and_metre(self._own_transport):
            commands += self._set_own_transport(changed)
        return commands

    def sync_commands(self, settings: Settings) -> list[protocol.ToIo]:
        """Return the commands for a MIDI I/O process that has just opened its ports."""
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

    # A change of transport.

    def set_transport(self, transport: Transport) -> bool:
        """Follow another transport; return whether that breaks the previous one."""
        before = self.transport
        if not transport.source.is_external:  # it is our own, and this copy is newer
            if before.source.is_external:  # the next note starts our own clock from its beginning
                self.own_clock_started = False
                self._own_transport = _from_beginning(self._own_transport)
            transport = replace(self._own_transport, epoch=transport.epoch)
        self.transport = transport
        return transport.epoch != before.epoch

    # The composer's ticks.

    def realign(self, now_ns: int) -> Reset | None:
        """Align the composer's ticks with the transport; return a reset if one is needed."""
        transport = self.transport
        if not transport.has_bars:
            self._rebase(Reset(), 0)
            return self._with_past(Reset())
        first = min(transport.tick, transport.last_tick_at(now_ns))
        bar_line = transport.bar_line_before(first)
        self._next_click_tick = first
        reset = _reset_for(transport)
        if self._last_reset is not None and _is_compatible(self._last_reset, reset):
            bar = transport.metre.bar_ticks
            self.composer_offset = -(-self._reported_tick // bar) * bar - bar_line
            return None
        self._rebase(reset, -bar_line)
        return self._with_past(reset)

    def _with_past(self, reset: Reset) -> Reset:
        """Return a reset after which the music goes on from an earlier session, in its next bar."""
        past, transport = self._past, self.transport
        if past is None or past.grid is not transport.has_bars:
            return reset
        events = score_script(past, transport, 0)
        end = max((event.tick for event in events), default=0)
        bar = transport.metre.bar_ticks
        self._reported_tick, self.composer_offset = end, self.composer_offset + -(-end // bar) * bar
        return replace(reset, past=events)

    def forget_past(self) -> None:
        """Begin with an empty stream the next time: the composer has read the earlier session."""
        self._past = None

    def reset_if_changed(self, tick: int) -> Reset | None:
        """Align the composer's ticks with the bar of a tick if tempo or metre have changed.

        Return the reset for the composer, or None if none is needed.
        """
        transport = self.transport
        if (
            self._last_reset is None
            or (before := self._last_reset).bpm is None
            or not transport.has_bars
        ):
            return None
        reset = _reset_for(transport)
        if _is_compatible(before, reset):
            return None
        self._rebase(reset, -transport.bar_line_before(tick))
        return reset

    def _rebase(self, reset: Reset, composer_offset: int) -> None:
        self._last_reset, self.composer_offset, self._reported_tick = reset, composer_offset, 0

    def to_composer(self, event: NoteEvent) -> NoteEvent:
        """Return a note event at the composer's tick, and record that tick as reported."""
        tick = max(0, event.tick + self.composer_offset)
        self._reported_tick = max(self._reported_tick, tick)
        return replace(event, tick=tick)

    def retract(self, after_tick: int) -> None:
        """Record that the composer's events after a tick are retracted."""
        self._reported_tick = min(self._reported_tick, after_tick + self.composer_offset)

    def from_composer(self, event: NoteEvent) -> NoteEvent:
        """Return a note event of the composer at the transport's tick."""
        self._reported_tick = max(self._reported_tick, event.tick)
        return replace(event, tick=event.tick - self.composer_offset)

    # The click of our own clock.

    def rewind_clicks(self, after_tick: int) -> None:
        """Record that the clicks planned after a tick have been retracted."""
        self._next_click_tick = min(self._next_click_tick, after_tick + 1)

    def click_due_ns(self, settings: Settings) -> int | None:
        """Return when the next clicks must be planned, or None if there are no more."""
        end_tick = self._click_end_tick(settings)
        if not self.own_clock_started or self._next_click_tick >= end_tick:
            return None
        return self.transport.ns_at(self._next_click_tick) - _CLICK_HORIZON_NS // 2

    def clicks(self, settings: Settings, now_ns: int) -> tuple[ScheduledEvent, ...]:
        """Return the clicks of the coming beats that are not planned yet."""
        due_ns = self.click_due_ns(settings)
        if due_ns is None or now_ns < due_ns:
            return ()
        end = min(
            self._click_end_tick(settings), self.transport.tick_at(now_ns + _CLICK_HORIZON_NS)
        )
        # Clicks of the past, from before the metronome was switched on, are not made up for.
        begin = max(self._next_click_tick, self.transport.last_tick_at(now_ns))
        planned = tuple(clicks(self.transport, begin, end))
        self._next_click_tick = max(end, begin)
        return planned

    def _click_end_tick(self, settings: Settings) -> int:
        """Return the tick at which our own clock's clicks end: 0 if only the count-in clicks."""
        if self.transport.source is not Source.OWN:
            return -NO_END
        return NO_END if settings.time.click else 0


def _uses_own_clock(settings: Settings) -> bool:
    """Return whether our own clock runs when no external source is followed."""
    return (
        settings.time.bpm is not None
        or settings.time.sync is Source.OWN
        or settings.mode is Mode.TRADE
        or settings.quantise.step is not GridStep.OFF
    )


def _own_transport(settings: Settings, begin_ns: int) -> Transport:
    """Return the transport of our own clock from a time on; without a clock, free playing."""
    if not _uses_own_clock(settings):
        return Transport(time_ns=begin_ns)
    return Transport(
        Source.OWN,
        time_ns=begin_ns,
        quarter_ns=quarter_ns(settings.time.bpm or FREE_BPM),
        metre=MetreChange(0, *settings.time.metre),
    )


def _from_beginning(transport: Transport) -> Transport:
    """Return the transport with its first bar in place of the present one."""
    return replace(transport, tick=0, metre=replace(transport.metre, tick=0), bar=0)


def _tempo_and_metre(transport: Transport) -> tuple[Source, int, int, int]:
    """Return the fields that distinguish our own transports, apart from their position."""
    return (
        transport.source,
        transport.quarter_ns,
        transport.metre.numerator,
        transport.metre.denominator,
    )


def _reset_for(transport: Transport) -> Reset:
    return Reset(transport.bpm, (transport.metre.numerator, transport.metre.denominator))


def _is_compatible(before: Reset, after: Reset) -> bool:
    """Return whether music that began with one reset can go on as if after the other."""
    if before.bpm is None or after.bpm is None or before.metre != after.metre:
        return False
    return abs(after.bpm / before.bpm - 1) < _TEMPO_TOLERANCE
