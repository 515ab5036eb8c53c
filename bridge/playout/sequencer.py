"""The conductor: whose time is followed, and what is sent by it.

Every back end has one, in the thread that sends. It listens to all who keep time, a host, a MIDI
clock, a network of peers, the session itself, and gives the beat to the schedule: that of the best
source that plays, or of the one that was asked for. Whenever that is another one than before, and
whenever the one that is followed stops, jumps or loops, the line breaks: a new epoch begins, what
was planned is left, what sounds is released, and the session is told (`Moved`).

What the player plays on the desk goes out beside what is planned, by a schedule of its own: it has
a time and no place in the music, so no line that moves or breaks can touch it.

Where nobody plays whose time could be followed, it is the session's own line that counts: a player
whose host stands still still wants an answer.

It is pure. Back ends bring what happened and the time, and send what it returns.
"""

from __future__ import annotations

import heapq
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from bridge.midi.events import Continue, SongPosition, Start, Stop, TimingClock
from bridge.playout.echo import EchoGuard
from bridge.playout.protocol import (
    Command,
    EchoDetected,
    Emitted,
    ObservePosition,
    Panic,
    Play,
    Received,
    Replan,
    Report,
    Retract,
    SetOwnTransport,
    SetSync,
    Silence,
    Thru,
    TransportChanged,
)
from bridge.playout.schedule import THRU_CHANNEL, Schedule, SentEvent
from bridge.playout.time_reason import NoSource, time_reason
from bridge.sync.host import HostPosition, HostTracker
from bridge.sync.midi_clock import MidiClockTracker
from bridge.sync.transport import NANOSECONDS, Source, Transport
from bridge.system.units import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bridge.midi.events import TimedEvent

REPORT_THRESHOLD_NS = 500_000
"""A line that has moved by less than this is not worth telling."""
THRU_LATE_LIMIT_NS = SECOND
"""What is played by hand is heard late rather than not at all, unless it is another day's."""
_SyncEvent = TimingClock | Start | Continue | Stop | SongPosition


class Sequencer:
    """Follows whoever keeps time, and keeps the schedule by it."""

    def __init__(self, epochs: Iterator[int] | None = None) -> None:
        """Take the numbers of epochs from here, so that no two conductors have one in common."""
        self._epochs = epochs or count()
        self._schedule = Schedule(Transport(epoch=next(self._epochs)))
        self._thru = Schedule(NANOSECONDS, THRU_LATE_LIMIT_NS)
        self._dropped_elsewhere = 0  # note-ons that others have dropped
        self._clock = MidiClockTracker()
        self._hosts = {
            source: HostTracker(source) for source in (Source.PLUGIN, Source.JACK, Source.LINK)
        }
        self._own_transport = Transport()
        self._sync = SetSync()
        self._echoes = EchoGuard()
        self._leader = (Source.FREE, 0)  # who, and in which of his own epochs
        self._last_change = TransportChanged(self._schedule.transport, NoSource(own_clock=False))
        self._last_reason: tuple[Source, Source | None, Source | None] | None = None
        self._unreported_changes: list[TransportChanged] = []
        self._reported_dropped = 0

    @property
    def transport(self) -> Transport:
        """Give the line that plans go by."""
        return self._schedule.transport

    def observe(self, source: Source, position: HostPosition) -> None:
        """Take in where a host says that it is."""
        self._hosts[source].observe(position)

    def receive(self, events: Iterable[TimedEvent]) -> tuple[TimedEvent, ...]:
        """Take in what came; return what the player played."""
        played = []
        for stamped in events:
            if isinstance(stamped.event, _SyncEvent):
                self._clock.feed(stamped)
            else:
                played.append(stamped)
        return tuple(self._echoes.without_echoes(played))

    def apply(self, command: Command, now_ns: int) -> list[SentEvent]:
        """Carry out a command, and return what must be sent at once because of it."""
        sent: list[SentEvent] = []
        match command:
            case Play(dues):
                self._schedule.add(dues)
            case Thru(dues):
                self._thru.add(dues)
            case Retract(after_tick):
                sent = self._schedule.retract(after_tick, now_ns)
            case Replan(after_tick):
                self._schedule.replan(after_tick)
            case Silence():
                sent = self._schedule.release_all(now_ns) + self._thru.release_all(now_ns)
            case Panic():
                sent = self._schedule.panic(now_ns) + self._thru.panic(now_ns)
            case ObservePosition(source, position):
                self.observe(source, position)
            case SetOwnTransport(transport):
                self._own_transport = transport
                sent = self._select_source(now_ns)
            case SetSync():
                self._sync = command
                self._clock.metre = command.metre
                self._schedule.advance_ns = command.advance_ns
                sent = self._select_source(now_ns)
        self._echoes.add_sent(sent)
        return sent

    def emit(self, now_ns: int, ahead_ns: int = 0) -> list[SentEvent]:
        """Return what is due by now, or within the coming `ahead_ns`, in order of time."""
        ways = (self._schedule.emit(now_ns, ahead_ns), self._thru.emit(now_ns, ahead_ns))
        sent = list(heapq.merge(*ways, key=lambda each: each.due_ns))
        self._echoes.add_sent(sent)
        return sent

    def next_due_ns(self) -> int | None:
        """Tell when `emit` will next have something to send."""
        dues = (self._schedule.next_due_ns(), self._thru.next_due_ns())
        return min((due_ns for due_ns in dues if due_ns is not None), default=None)

    def report(
        self, played: tuple[TimedEvent, ...], sent: Iterable[SentEvent], now_ns: int
    ) -> list[Report]:
        """Return what there is to tell: first of the line, by which the rest is understood."""
        told: list[Report] = [*self._unreported_changes]
        self._unreported_changes = []
        if played:
            told.append(Received(played))
        total = self._schedule.dropped + self._dropped_elsewhere
        dropped, self._reported_dropped = total - self._reported_dropped, total
        emitted = Emitted(without_thru(sent), dropped, now_ns)
        if emitted.events or dropped:
            told.append(emitted)
        if delays_ns := self._echoes.pop_delays_ns():
            told.append(EchoDetected(delays_ns))
        return told

    def select_source(self, now_ns: int) -> list[SentEvent]:
        """Follow the best who plays now; return the releases, if the line breaks by that."""
        sent = self._select_source(now_ns)
        self._echoes.add_sent(sent)
        return sent

    def add_dropped(self, count: int) -> None:
        """Take note that others have dropped note-ons that came too late to them."""
        self._dropped_elsewhere += count

    def _select_source(self, now_ns: int) -> list[SentEvent]:
        present = self._present_transports(now_ns)
        line = next((line for line in present if line.playing), self._own_transport)
        leading = line.source, line.epoch
        epoch = self.transport.epoch if leading == self._leader else next(self._epochs)
        self._leader = leading
        line = replace(line, epoch=epoch)
        sent = self._schedule.set_transport(line, now_ns)
        self._report_change(line, present[0].source if present else None)
        return sent

    def _present_transports(self, now_ns: int) -> list[Transport]:
        """Return the lines of those who may be followed and are there, the best first."""
        lines = {source: host.transport(now_ns) for source, host in self._hosts.items()}
        lines[Source.CLOCK] = self._clock.transport(now_ns)
        wanted = self._sync.sync
        asked = (lines.get(source) for source in Source if wanted in (None, source))
        return [line for line in asked if line is not None]

    def _report_change(self, transport: Transport, present: Source | None) -> None:
        """Tell of the line, and of the best who is there, if either is another."""
        told, why = self._last_change.transport, (transport.source, present, self._sync.sync)
        same = (
            why == self._last_reason
            and (transport.epoch, transport.playing) == (told.epoch, told.playing)
            and (transport.metre.numerator, transport.metre.denominator)
            == (told.metre.numerator, told.metre.denominator)
            and transport.bar_position(transport.tick) == told.bar_position(transport.tick)
        )
        # The session knows its own line, and has moved it itself.
        if same and (
            not transport.source.is_external or told.distance_ns(transport) < REPORT_THRESHOLD_NS
        ):
            return
        self._last_change, self._last_reason = TransportChanged(transport, time_reason(*why)), why
        self._unreported_changes.append(self._last_change)


def without_thru(sent: Iterable[SentEvent]) -> tuple[SentEvent, ...]:
    """Return what was planned of what went out: the rest the player has played."""
    return tuple(each for each in sent if each.event.channel != THRU_CHANNEL)
