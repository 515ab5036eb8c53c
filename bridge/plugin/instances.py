"""The plugins in a host, as the MIDI I/O process sees them: who is there, and what they play.

Each instance of the plugin speaks from a port of its own to ours (`bridge.plugin.wire`). One may be
for all instruments, another for the bass alone, so that a host that knows one channel only can put
every voice on a track of its own: an event goes to the instance that plays its instrument, or else
to the first that plays everything, and a release goes where its strike went. What any of them hears
of the player is heard; of their hosts, which are one and the same, the first says what time it is.

The plugins play what they are told at its frame, so what is due is sent to them a little before,
by its position in the host's music while that plays, and else by its time. What has been sent is
not ours any more: to take it back, a plugin is told to forget it all and to release what sounds.
But what the player plays by hand is taken back by nobody else, and stays until all is silenced.

It is pure: datagrams in, datagrams out, time as an argument. `bridge.plugin.socket` has the
socket.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bridge.midi.events import NoteOff, NoteOn, TimedEvent, encode
from bridge.midi.instruments import Instrument, instrument_of_channel
from bridge.midi.notes import TICKS_PER_QUARTER
from bridge.midi.parser import MidiParser
from bridge.playout.problem import PluginVersion
from bridge.playout.protocol import Panic, PluginInstance, Plugins, Problem, Silence
from bridge.playout.schedule import THRU_CHANNEL, Playable, SentEvent
from bridge.playout.sequencer import Sequencer
from bridge.plugin.wire import (
    AppBye,
    AppHello,
    Block,
    BlockFlags,
    Flush,
    FlushAll,
    FromApp,
    MidiIn,
    PlayAtPosition,
    PlayAtTime,
    Played,
    PlayNow,
    PluginBye,
    PluginHello,
    UnsupportedVersion,
    decode,
)
from bridge.plugin.wire import encode as datagram
from bridge.sync.host import HostPosition
from bridge.sync.transport import Source
from bridge.system.units import MS, SECOND

if TYPE_CHECKING:
    from bridge.playout.protocol import Command, Report

AHEAD_NS = 50 * MS
"""So long before it is due, an event is sent: longer than this process is ever held up."""
TIMEOUT_NS = SECOND
"""An instance that has not said hello for so long has gone without a word."""
SAME_CLOCK_NS = 20 * MS
"""A hello is not longer on its way: if two clocks differ by less, they are the same."""

Address = tuple[str, int]
"""Address and port of an instance."""


@dataclass(slots=True)
class _Instance:
    """What is known of one instance."""

    address: Address
    last_hello_ns: int
    last_block_ns: int = -TIMEOUT_NS  # when a block of audio was last heard of
    clock_offset_ns: int = 0  # what its clock lags behind ours
    min_offset_ns: int | None = None
    plays: Instrument | None = None
    listens: bool = True
    playing: bool = False
    epoch: int = 0
    dropped: int | None = None
    parser: MidiParser = field(default_factory=MidiParser)

    def record_hello(self, now_ns: int, plugin_ns: int) -> None:
        """Take note that it lives, and compare its clock with ours."""
        self.last_hello_ns = now_ns
        apart = now_ns - plugin_ns
        self.min_offset_ns = apart if self.min_offset_ns is None else min(self.min_offset_ns, apart)
        self.clock_offset_ns = 0 if 0 <= self.min_offset_ns < SAME_CLOCK_NS else self.min_offset_ns


class PluginInstances:
    """All instances, and the schedule that they play by."""

    def __init__(self, sequencer: Sequencer | None = None) -> None:
        self.sequencer = sequencer or Sequencer()
        self._app = secrets.randbits(64)
        self._instances: dict[int, _Instance] = {}  # in the order in which they came
        self._note_owners: dict[tuple[int, int], int] = {}  # (channel, pitch) -> who was told to
        self._reported: tuple[PluginInstance, ...] = ()
        self._datagrams: list[tuple[Address, bytes]] = []
        self._played: list[TimedEvent] = []
        self._sent: list[SentEvent] = []
        self._reports: list[Report] = []
        self._refused: set[int] = set()

    def connected(self, now_ns: int) -> bool:
        """Return whether there is anybody to play."""
        return bool(self._running(now_ns))

    def _running(self, now_ns: int) -> dict[int, _Instance]:
        """Return the instances that run: a host may keep one that it has taken out."""
        return {
            instance: its
            for instance, its in self._instances.items()
            if now_ns - its.last_block_ns <= TIMEOUT_NS
        }

    def receive(self, data: bytes, address: Address, now_ns: int) -> None:
        """Take in a datagram; what is none of ours is ignored."""
        match decode(data):
            case PluginHello(instance, time_ns):
                met = self._instances.setdefault(instance, _Instance(address, now_ns))
                met.address = address
                met.record_hello(now_ns, time_ns)
                self._send(instance, AppHello(instance, self._app))
            case PluginBye(instance):
                self._instances.pop(instance, None)
            case Block() as block if block.instance in self._instances:
                self._handle_block(block, self._instances[block.instance], now_ns)
            case MidiIn() as came if came.instance in self._instances:
                its = self._instances[came.instance]
                for event in its.parser.feed(came.message):
                    self._played.append(TimedEvent(came.time_ns + its.clock_offset_ns, event))
            case Played() as went if went.instance in self._instances:
                self._record_played(went, self._instances[went.instance])
            case UnsupportedVersion(instance, version) if instance not in self._refused:
                self._refused.add(instance)
                self._reports.append(Problem(PluginVersion(version)))

    def post(self, command: Command, now_ns: int) -> None:
        """Obey; the plugins forget what they were told if it is taken back."""
        sent = self.sequencer.apply(command, now_ns)
        if isinstance(command, Silence | Panic):
            self._flush_all()  # they may hold what to us is over: we are ahead of them
        elif sent:
            self._flush()
        if isinstance(command, Panic):
            self._play(sent, PlayNow, now_ns)

    def poll(self, now_ns: int) -> list[Report]:
        """Return the plugins what is due soon, and return what they have done since."""
        gone = [i for i, its in self._instances.items() if now_ns - its.last_hello_ns > TIMEOUT_NS]
        for instance in gone:
            del self._instances[instance]
        played = self.sequencer.receive(self._played)
        self._played = []
        if self.sequencer.select_source(now_ns):
            self._flush()
        due = self.sequencer.emit(now_ns, AHEAD_NS)
        at_position = self.sequencer.transport.source is Source.PLUGIN
        self._play(due, PlayAtPosition if at_position else PlayAtTime, now_ns)
        reports = [*self._reports, *self._report_instances(now_ns)]
        self._reports = []
        sent, self._sent = self._sent, []
        return reports + self.sequencer.report(played, sent, now_ns)

    def next_due_ns(self) -> int | None:
        """Return when `turn` has something to tell the plugins."""
        due_ns = self.sequencer.next_due_ns()
        return None if due_ns is None else due_ns - AHEAD_NS

    def disconnect(self) -> None:
        """Take leave of all instances."""
        for instance in self._instances:
            self._send(instance, FlushAll(instance))
            self._send(instance, AppBye(instance))

    def pop_datagrams(self) -> list[tuple[Address, bytes]]:
        """Return the datagrams that are to be sent, and where to."""
        letters, self._datagrams = self._datagrams, []
        return letters

    def _handle_block(self, block: Block, its: _Instance, now_ns: int) -> None:
        its.last_block_ns = now_ns
        its.plays, its.epoch = block.plays, block.epoch
        its.listens = BlockFlags.LISTENS in block.flags
        its.playing = BlockFlags.PLAYING in block.flags
        before, its.dropped = its.dropped, block.dropped_late
        self.sequencer.add_dropped(0 if before is None else block.dropped_late - before)
        leads = next(iter(self._running(now_ns)))
        if leads != block.instance or BlockFlags.POSITION_VALID not in block.flags:
            return
        position = HostPosition(
            time_ns=block.time_ns + its.clock_offset_ns,
            playing=its.playing,
            quarters=block.position_quarters,
            bpm=block.tempo_bpm,
            bar=block.bar,
            bar_quarters=block.bar_start_quarters,
            numerator=block.numerator,
            denominator=block.denominator,
            epoch=block.epoch,
        )
        self.sequencer.observe(Source.PLUGIN, position)

    def _record_played(self, went: Played, its: _Instance) -> None:
        for event in MidiParser().feed(went.message):
            if isinstance(event, Playable):
                wanted_ns, went_ns = (
                    at + its.clock_offset_ns for at in (went.wanted_ns, went.played_ns)
                )
                self._sent.append(SentEvent(wanted_ns, max(wanted_ns, went_ns), event))

    def _play(
        self, sent: list[SentEvent], how: type[PlayNow | PlayAtPosition | PlayAtTime], now_ns: int
    ) -> None:
        line = self.sequencer.transport
        running = self._running(now_ns) if sent else {}
        for each in sent:
            instance = self._instance_for(each.event, running)
            if instance is None:
                continue
            its, message = self._instances[instance], encode(each.event)
            # What is played by hand has no place in the host's song.
            if how is PlayAtPosition and each.event.channel != THRU_CHANNEL:
                quarters = line.tick / TICKS_PER_QUARTER
                quarters += (each.due_ns - line.time_ns) / line.quarter_ns
                letter: FromApp = PlayAtPosition(instance, 1, its.epoch, quarters, message)
            elif how is not PlayNow:
                letter = PlayAtTime(instance, 1, each.due_ns - its.clock_offset_ns, message)
            else:
                letter = PlayNow(instance, 1, message)
            self._send(instance, letter)

    def _instance_for(self, event: Playable, running: dict[int, _Instance]) -> int | None:
        """Return the instance that is to play an event."""
        if isinstance(event, NoteOff):
            struck = self._note_owners.pop((event.channel, event.pitch), None)
            return struck if struck in self._instances else None
        kind = instrument_of_channel(event.channel)
        named = (i for i, its in running.items() if its.plays is kind and kind is not None)
        open_to_all = (i for i, its in running.items() if its.plays is None)
        player = next(named, next(open_to_all, None))
        if isinstance(event, NoteOn) and player is not None:
            self._note_owners[event.channel, event.pitch] = player
        return player

    def _flush(self) -> None:
        by_hand = {key: who for key, who in self._note_owners.items() if key[0] == THRU_CHANNEL}
        self._note_owners = by_hand
        for instance in self._instances:
            self._send(instance, Flush(instance))

    def _flush_all(self) -> None:
        self._note_owners.clear()
        for instance in self._instances:
            self._send(instance, FlushAll(instance))

    def _send(self, instance: int, message: FromApp) -> None:
        self._datagrams.append((self._instances[instance].address, datagram(message)))

    def _report_instances(self, now_ns: int) -> list[Report]:
        """Return who is there, if that has changed."""
        now = tuple(
            PluginInstance(instance, its.plays, its.listens, its.playing)
            for instance, its in self._running(now_ns).items()
        )
        before, self._reported = self._reported, now
        return [] if now == before else [Plugins(now)]
