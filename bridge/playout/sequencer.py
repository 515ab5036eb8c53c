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

from bridge.midi.events import Clock, Continue, SongPosition, Start, Stop
from bridge.playout.echo import EchoGuard
from bridge.playout.protocol import (
    Command,
    Conduct,
    Echoed,
    Emitted,
    Follow,
    Moved,
    Observe,
    Panic,
    Play,
    Received,
    Replan,
    Report,
    Retract,
    Silence,
    Through,
)
from bridge.playout.schedule import HAND_CHANNEL, Schedule, Sent
from bridge.sync.host import HostFollower, HostPosition
from bridge.sync.midi_clock import ClockFollower
from bridge.sync.transport import NANOSECONDS, Source, Transport

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bridge.midi.events import Stamped

TELL_NS = 500_000
"""A line that has moved by less than this is not worth telling."""
HAND_LATE_NS = 1_000_000_000
"""What is played by hand is heard late rather than not at all, unless it is another day's."""
_NAMES = {
    Source.PLUGIN: "the plugin's host",
    Source.JACK: "the JACK transport",
    Source.CLOCK: "MIDI clock",
    Source.LINK: "Ableton Link",
    Source.OWN: "Antiphon's own clock",
}
_TIMING = Clock | Start | Continue | Stop | SongPosition


class Conductor:
    """Follows whoever keeps time, and keeps the schedule by it."""

    def __init__(self, epochs: Iterator[int] | None = None) -> None:
        """Take the numbers of epochs from here, so that no two conductors have one in common."""
        self._epochs = epochs or count()
        self._schedule = Schedule(Transport(epoch=next(self._epochs)))
        self._hand = Schedule(NANOSECONDS, HAND_LATE_NS)
        self._elsewhere = 0  # note-ons that others have dropped
        self._clock = ClockFollower()
        self._hosts = {
            source: HostFollower(source) for source in (Source.PLUGIN, Source.JACK, Source.LINK)
        }
        self._own = Transport()
        self._follow = Follow()
        self._echoes = EchoGuard()
        self._leading = (Source.FREE, 0)  # who, and in which of his own epochs
        self._told = Moved(self._schedule.transport, "")
        self._why: tuple[Source, Source | None, Source | None] | None = None
        self._news: list[Moved] = []
        self._dropped = 0

    @property
    def transport(self) -> Transport:
        """Give the line that plans go by."""
        return self._schedule.transport

    def observe(self, source: Source, position: HostPosition) -> None:
        """Take in where a host says that it is."""
        self._hosts[source].observe(position)

    def receive(self, events: Iterable[Stamped]) -> tuple[Stamped, ...]:
        """Take in what came; return what the player played."""
        played = []
        for stamped in events:
            if isinstance(stamped.event, _TIMING):
                self._clock.feed(stamped)
            else:
                played.append(stamped)
        return tuple(self._echoes.passed(played))

    def obey(self, command: Command, now_ns: int) -> list[Sent]:
        """Carry out a command, and return what must be sent at once because of it."""
        sent: list[Sent] = []
        match command:
            case Play(dues):
                self._schedule.add(dues)
            case Through(dues):
                self._hand.add(dues)
            case Retract(after_tick):
                sent = self._schedule.retract(after_tick, now_ns)
            case Replan(after_tick):
                self._schedule.replan(after_tick)
            case Silence():
                sent = self._schedule.release_all(now_ns) + self._hand.release_all(now_ns)
            case Panic():
                sent = self._schedule.panic(now_ns) + self._hand.panic(now_ns)
            case Observe(source, position):
                self.observe(source, position)
            case Conduct(transport):
                self._own = transport
                sent = self._lead(now_ns)
            case Follow():
                self._follow = command
                self._clock.metre = command.metre
                self._schedule.advance_ns = command.advance_ns
                sent = self._lead(now_ns)
        self._echoes.note(sent)
        return sent

    def emit(self, now_ns: int, ahead_ns: int = 0) -> list[Sent]:
        """Return what is due by now, or within the coming `ahead_ns`, in order of time."""
        ways = (self._schedule.emit(now_ns, ahead_ns), self._hand.emit(now_ns, ahead_ns))
        sent = list(heapq.merge(*ways, key=lambda each: each.due_ns))
        self._echoes.note(sent)
        return sent

    def next_due_ns(self) -> int | None:
        """Tell when `emit` will next have something to send."""
        dues = (self._schedule.next_due_ns(), self._hand.next_due_ns())
        return min((due_ns for due_ns in dues if due_ns is not None), default=None)

    def report(
        self, played: tuple[Stamped, ...], sent: Iterable[Sent], now_ns: int
    ) -> list[Report]:
        """Return what there is to tell: first of the line, by which the rest is understood."""
        told: list[Report] = [*self._news]
        self._news = []
        if played:
            told.append(Received(played))
        total = self._schedule.dropped + self._elsewhere
        dropped, self._dropped = total - self._dropped, total
        emitted = Emitted(planned(sent), dropped, now_ns)
        if emitted.events or dropped:
            told.append(emitted)
        if delays_ns := self._echoes.delays_ns():
            told.append(Echoed(delays_ns))
        return told

    def lead(self, now_ns: int) -> list[Sent]:
        """Follow the best who plays now; return the releases, if the line breaks by that."""
        sent = self._lead(now_ns)
        self._echoes.note(sent)
        return sent

    def note_dropped(self, count: int) -> None:
        """Take note that others have dropped note-ons that came too late to them."""
        self._elsewhere += count

    def _lead(self, now_ns: int) -> list[Sent]:
        present = self._present(now_ns)
        line = next((line for line in present if line.playing), self._own)
        leading = line.source, line.epoch
        epoch = self.transport.epoch if leading == self._leading else next(self._epochs)
        self._leading = leading
        line = replace(line, epoch=epoch)
        sent = self._schedule.follow(line, now_ns)
        self._tell(line, present[0].source if present else None)
        return sent

    def _present(self, now_ns: int) -> list[Transport]:
        """Return the lines of those who may be followed and are there, the best first."""
        lines = {source: host.transport(now_ns) for source, host in self._hosts.items()}
        lines[Source.CLOCK] = self._clock.transport(now_ns)
        wanted = self._follow.sync
        asked = (lines.get(source) for source in Source if wanted in (None, source))
        return [line for line in asked if line is not None]

    def _tell(self, line: Transport, present: Source | None) -> None:
        """Tell of the line, and of the best who is there, if either is another."""
        told, why = self._told.transport, (line.source, present, self._follow.sync)
        same = (
            why == self._why
            and (line.epoch, line.playing) == (told.epoch, told.playing)
            and (line.metre.numerator, line.metre.denominator)
            == (told.metre.numerator, told.metre.denominator)
            and line.place(line.tick) == told.place(line.tick)
        )
        # The session knows its own line, and has moved it itself.
        if same and (not line.source.followed or told.apart_ns(line) < TELL_NS):
            return
        self._told, self._why = Moved(line, _reason(*why)), why
        self._news.append(self._told)


def planned(sent: Iterable[Sent]) -> tuple[Sent, ...]:
    """Return what was planned of what went out: the rest the player has played."""
    return tuple(each for each in sent if each.event.channel != HAND_CHANNEL)


def _reason(leading: Source, present: Source | None, wanted: Source | None) -> str:
    """Return why this time is kept, and not that of the best who is there, or who is wanted."""
    if leading.followed:
        return f"Following {_NAMES[leading]}."
    instead = "Antiphon keeps the time" if leading is Source.OWN else "playing freely"
    if present is not None:
        return _sentence(f"{_NAMES[present]} has stopped: {instead}")
    if wanted is not None and wanted.followed:
        return f"Nothing comes from {_NAMES[wanted]}: {instead}."
    return _sentence(instead)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."
