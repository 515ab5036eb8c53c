"""The sequencer: it follows a time source, and sends events by it.

Every back end has a sequencer, in the thread that sends. It reads all time sources (a host, a MIDI
clock, a network of peers, the session itself) and gives a transport to the schedule: that of the
best source that plays, or of the wanted one. When another source is chosen, and when the followed
one stops, jumps or loops, the transport breaks: a new epoch begins, plans are dropped, sounding
notes are released, and the session receives a `TransportChanged`.

What the player plays in the window has its own schedule. It has times and no ticks of the music, so
a transport that moves or breaks does not affect it.

`bridge.sync.sources` chooses the source. `bridge.playout.transport_reports` decides which changes
of the transport are reported to the session.

The sequencer is pure: back ends pass events and the time to it, and send what it returns.
"""

from __future__ import annotations

import heapq
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from bridge.playout.echo import EchoGuard
from bridge.playout.input_limit import InputLimit, SyncEvent
from bridge.playout.protocol import (
    BindPanic,
    Command,
    EchoDetected,
    Emitted,
    InputThinned,
    ObservePosition,
    Panic,
    PanicPressed,
    Play,
    Received,
    Release,
    ReleaseUnplanned,
    Replan,
    Report,
    Retract,
    SetOwnTransport,
    SetSync,
    Silence,
    Thru,
)
from bridge.playout.schedule import THRU_CHANNEL, Playable, Schedule, SentEvent
from bridge.playout.transport_reports import CountReports, RefusalReports, TransportReports
from bridge.sync.sources import TimeSources
from bridge.sync.transport import NANOSECONDS, Source, Transport
from bridge.system.units import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bridge.midi.events import TimedEvent
    from bridge.sync.host import HostPosition

THRU_LATE_LIMIT_NS = SECOND
"""MIDI thru is sent late rather than not at all, up to this limit."""


class Sequencer:
    """Chooses the transport, and keeps the schedules of planned events and of MIDI thru."""

    def __init__(self, epochs: Iterator[int] | None = None) -> None:
        """Use the numbers of `epochs`; sequencers that share the iterator share no number."""
        self._epochs = epochs or count()
        self._schedule = Schedule(Transport(epoch=next(self._epochs)))
        self._thru = Schedule(NANOSECONDS, THRU_LATE_LIMIT_NS)
        self._sources = TimeSources()
        self._leader = (Source.FREE, 0)  # the source that is followed, and its own epoch
        self._transport_reports = TransportReports(self._schedule.transport)
        self._refusals = RefusalReports()
        self._limit, self._thinned = InputLimit(), CountReports()
        self._echoes = EchoGuard()
        self._dropped_elsewhere = 0  # note-ons that other senders have dropped
        self._reported_dropped = 0

    @property
    def transport(self) -> Transport:
        """The transport that plans follow."""
        return self._schedule.transport

    @property
    def pending(self) -> int:
        """The number of events that are still to be sent."""
        return self._schedule.pending + self._thru.pending

    def observe(self, source: Source, position: HostPosition | None) -> None:
        """Update the position of a host; None is a report that was not valid, and is counted."""
        self._sources.observe(source, position)

    def receive(self, events: Iterable[TimedEvent], now_ns: int) -> tuple[TimedEvent, ...]:
        """Process received events; return those that the player played, without a flood."""
        played = []
        for timed in self._limit.pass_on(events, now_ns):
            if isinstance(timed.event, SyncEvent):
                self._sources.feed_clock(timed)
            else:
                played.append(timed)
        return tuple(self._echoes.without_echoes(played))

    def apply(self, command: Command, now_ns: int) -> list[SentEvent]:
        """Carry out a command, and return the events to send at once."""
        sent: list[SentEvent] = []
        match command:
            case Play(events):
                self._schedule.add(events)
            case Thru(events):
                self._thru.add(events)
            case Retract(after_tick):
                sent = self._schedule.retract(after_tick, now_ns)
            case Replan(after_tick):
                sent = self._schedule.replan(after_tick, now_ns)
            case Silence() | Panic() | ReleaseUnplanned():
                sent = _silence(self._schedule, command, now_ns)
                sent += _silence(self._thru, command, now_ns)
            case Release(events):
                sent = [SentEvent(now_ns, now_ns, event) for event in events]
            case BindPanic(controls):
                self._limit.panic_controls = controls
            case ObservePosition() | SetOwnTransport() | SetSync():
                sent = self._follow(command, now_ns)
        self._echoes.add_sent(sent)
        return sent

    def _follow(
        self, command: ObservePosition | SetOwnTransport | SetSync, now_ns: int
    ) -> list[SentEvent]:
        """Set the time that is followed; return the releases if that breaks the transport."""
        match command:
            case ObservePosition(source, position):
                self.observe(source, position)
                return []
            case SetOwnTransport(transport):
                self._sources.own_transport = transport
            case SetSync(wanted, advance_ns, metre):
                self._sources.wanted = wanted
                self._sources.set_clock_metre(metre)
                self._schedule.advance_ns = advance_ns
        return self._select_source(now_ns)

    def ends(self) -> tuple[Playable, ...]:
        """Return the events that end what sounds, and silence every used channel."""
        return (*self._schedule.ends(), *self._thru.ends())

    def emit(self, now_ns: int, ahead_ns: int = 0) -> list[SentEvent]:
        """Return the events due by now, or within the coming `ahead_ns`, in order of time."""
        queues = (self._schedule.emit(now_ns, ahead_ns), self._thru.emit(now_ns, ahead_ns))
        sent = list(heapq.merge(*queues, key=lambda each: each.due_ns))
        self._echoes.add_sent(sent)
        return sent

    def next_due_ns(self) -> int | None:
        """Return when `emit` has the next event to send, or None."""
        dues = (self._schedule.next_due_ns(), self._thru.next_due_ns())
        return min((due_ns for due_ns in dues if due_ns is not None), default=None)

    def report(
        self, played: tuple[TimedEvent, ...], sent: Iterable[SentEvent], now_ns: int
    ) -> list[Report]:
        """Return the reports, with those of the transport first: the others depend on them."""
        reports: list[Report] = [*self._transport_reports.pop(now_ns)]
        reports += self._refusals.pop(self._sources.refused, now_ns)
        if self._limit.pop_panic():
            reports.append(PanicPressed())
        if thinned := self._thinned.pop(self._limit.dropped, now_ns):
            reports.append(InputThinned(thinned))
        if played:
            reports.append(Received(played))
        total = self._schedule.dropped + self._dropped_elsewhere
        dropped, self._reported_dropped = total - self._reported_dropped, total
        emitted = Emitted(without_thru(sent), dropped, now_ns)
        if emitted.events or dropped:
            reports.append(emitted)
        if delays_ns := self._echoes.pop_delays_ns():
            reports.append(EchoDetected(delays_ns))
        return reports

    def select_source(self, now_ns: int) -> list[SentEvent]:
        """Follow the best source that plays; return the releases if that breaks the transport."""
        sent = self._select_source(now_ns)
        self._echoes.add_sent(sent)
        return sent

    def add_dropped(self, count: int) -> None:
        """Add late note-ons that other senders have dropped."""
        self._dropped_elsewhere += count

    def add_lost_input(self) -> None:
        """Count input that could not be read in time."""
        self._limit.dropped += 1

    def _select_source(self, now_ns: int) -> list[SentEvent]:
        choice = self._sources.choose(now_ns)
        leader = choice.transport.source, choice.transport.epoch
        epoch = self.transport.epoch if leader == self._leader else next(self._epochs)
        self._leader = leader
        transport = replace(choice.transport, epoch=epoch)
        sent = self._schedule.set_transport(transport, now_ns)
        self._transport_reports.add(transport, choice.present, self._sources.wanted)
        return sent


def _silence(
    schedule: Schedule, command: Silence | Panic | ReleaseUnplanned, now_ns: int
) -> list[SentEvent]:
    """Carry out a command that releases notes; return the releases."""
    match command:
        case Silence():
            return schedule.release_all(now_ns)
        case Panic():
            return schedule.panic(now_ns)
    return schedule.release_unplanned(now_ns)


def without_thru(sent: Iterable[SentEvent]) -> tuple[SentEvent, ...]:
    """Return the planned events among those sent: the others are MIDI thru."""
    return tuple(each for each in sent if each.event.channel != THRU_CHANNEL)
