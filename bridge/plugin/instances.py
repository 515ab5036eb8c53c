"""The plugin instances in a host: which ones run, and what they play.

Each instance sends from its own port to ours (`bridge.plugin.wire`). One may be for all
instruments, another for the bass alone, so that a host with one channel per track can put each
voice on its own track. An event goes to the instance for its instrument, or else to the first
instance for all instruments. A note-off goes to the instance that got its note-on. Input from every
instance is received. All instances have the same host; the first running one gives its time.

The plugins play each event at its frame, so a due event is sent to them `AHEAD_NS` in advance: by
its position in the host's music while the host plays, and otherwise by its time. An event that has
been sent cannot be cancelled alone. A flush makes a plugin drop all pending events and release what
sounds. A flush leaves MIDI thru alone, which stays until everything is silenced.

This module is pure: datagrams in, datagrams out, time as an argument. `bridge.plugin.socket` has
the socket.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bridge.midi.events import NoteOff, NoteOn, TimedEvent, encode
from bridge.midi.instruments import Instrument, instrument_of_channel
from bridge.midi.key_state import KeyState
from bridge.midi.notes import TICKS_PER_QUARTER
from bridge.midi.parser import MidiParser
from bridge.playout.problem import PluginVersion
from bridge.playout.protocol import (
    InputLost,
    Panic,
    PluginInstance,
    Plugins,
    Problem,
    Silence,
)
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
"""The time by which an event is sent in advance: longer than any delay of this process."""
TIMEOUT_NS = SECOND
"""An instance without a hello for this time has gone without a `PluginBye`."""
SAME_CLOCK_NS = 20 * MS
"""The longest travel time of a hello; two clocks that differ by less are the same clock."""

Address = tuple[str, int]
"""Address and port of an instance."""


@dataclass(slots=True)
class _Instance:
    """The state of one instance."""

    address: Address
    last_hello_ns: int
    last_block_ns: int = -TIMEOUT_NS  # when the last `Block` was received
    clock_offset_ns: int = 0  # the time by which its clock lags behind ours
    min_offset_ns: int | None = None
    plays: Instrument | None = None
    listens: bool = True
    playing: bool = False
    epoch: int = 0
    dropped: int | None = None
    parser: MidiParser = field(default_factory=MidiParser)
    keys: KeyState = field(default_factory=KeyState)  # what the player holds on its track

    @property
    def holds_keys(self) -> bool:
        """Whether keys or pedals are held on its track."""
        return bool(self.keys.sounding) or self.keys.pedal_down

    def record_hello(self, now_ns: int, plugin_ns: int) -> None:
        """Record that the instance is alive, and compare its clock with ours."""
        self.last_hello_ns = now_ns
        offset_ns = now_ns - plugin_ns
        known_ns = offset_ns if self.min_offset_ns is None else self.min_offset_ns
        self.min_offset_ns = min(known_ns, offset_ns)
        self.clock_offset_ns = 0 if 0 <= self.min_offset_ns < SAME_CLOCK_NS else self.min_offset_ns


class PluginInstances:
    """All instances, and the sequencer of what they play."""

    def __init__(self, sequencer: Sequencer | None = None) -> None:
        self.sequencer = sequencer or Sequencer()
        self._app = secrets.randbits(64)
        self._instances: dict[int, _Instance] = {}  # in order of their first hello
        self._note_owners: dict[tuple[int, int], int] = {}  # (channel, pitch) -> instance
        self._reported: tuple[PluginInstance, ...] = ()
        self._datagrams: list[tuple[Address, bytes]] = []
        self._played: list[TimedEvent] = []
        self._sent: list[SentEvent] = []
        self._reports: list[Report] = []
        self._losses: list[Report] = []
        self._refused: set[int] = set()

    def connected(self, now_ns: int) -> bool:
        """Return whether an instance runs."""
        return bool(self._running(now_ns))

    def _running(self, now_ns: int) -> dict[int, _Instance]:
        """Return the running instances; a host may keep a removed one that no longer runs."""
        return {
            instance: its
            for instance, its in self._instances.items()
            if now_ns - its.last_block_ns <= TIMEOUT_NS
        }

    def receive(self, data: bytes, address: Address, now_ns: int) -> None:
        """Process a datagram; ignore one of another format."""
        match decode(data):
            case PluginHello(instance, time_ns):
                met = self._instances.setdefault(instance, _Instance(address, now_ns))
                met.address = address
                met.record_hello(now_ns, time_ns)
                self._send(instance, AppHello(instance, self._app))
            case PluginBye(instance):
                self._remove(instance)
            case Block() as block if block.instance in self._instances:
                self._handle_block(block, self._instances[block.instance], now_ns)
            case MidiIn() as received if received.instance in self._instances:
                its = self._instances[received.instance]
                for event in its.parser.feed(received.message):
                    its.keys.feed(event)
                    self._played.append(TimedEvent(received.time_ns + its.clock_offset_ns, event))
            case Played() as played if played.instance in self._instances:
                self._record_played(played, self._instances[played.instance])
            case UnsupportedVersion(instance, version) if instance not in self._refused:
                self._refused.add(instance)
                self._reports.append(Problem(PluginVersion(version)))

    def post(self, command: Command, now_ns: int) -> None:
        """Apply a command; flush the plugins if it retracts events that they hold."""
        sent = self.sequencer.apply(command, now_ns)
        if isinstance(command, Silence | Panic):
            self._flush_all()  # they may hold events that are over here, as we send in advance
        elif sent:
            self._flush()
        if isinstance(command, Panic):
            self._play(sent, PlayNow, now_ns)

    def poll(self, now_ns: int) -> list[Report]:
        """Send the plugins what is due soon, and return their reports since the last call."""
        gone = [i for i, its in self._instances.items() if now_ns - its.last_hello_ns > TIMEOUT_NS]
        for instance in gone:
            self._remove(instance)
        running = self._running(now_ns)
        for instance, its in self._instances.items():
            if instance not in running or not its.listens:
                self._report_held(its)
        played = self.sequencer.receive(self._played)
        self._played = []
        if self.sequencer.select_source(now_ns):
            self._flush()
        due = self.sequencer.emit(now_ns, AHEAD_NS)
        at_position = self.sequencer.transport.source is Source.PLUGIN
        self._play(due, PlayAtPosition if at_position else PlayAtTime, now_ns)
        reports = [*self._reports, *self._report_instances(now_ns)]
        sent, self._sent = self._sent, []
        reports += [*self.sequencer.report(played, sent, now_ns), *self._losses]
        self._reports, self._losses = [], []
        return reports

    def next_due_ns(self) -> int | None:
        """Return when `poll` must next send to the plugins, or None."""
        due_ns = self.sequencer.next_due_ns()
        return None if due_ns is None else due_ns - AHEAD_NS

    def disconnect(self) -> None:
        """Flush all instances and say goodbye (`AppBye`)."""
        for instance in self._instances:
            self._send(instance, FlushAll(instance))
            self._send(instance, AppBye(instance))

    def pop_datagrams(self) -> list[tuple[Address, bytes]]:
        """Return the datagrams to send, each with its address."""
        datagrams, self._datagrams = self._datagrams, []
        return datagrams

    def _remove(self, instance: int) -> None:
        its = self._instances.pop(instance, None)
        if its is not None:
            self._report_held(its)

    def _report_held(self, its: _Instance) -> None:
        """Report an input that has gone while keys were held on it."""
        if its.holds_keys:
            its.keys.release_all()
            self._losses = [InputLost()]

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

    def _record_played(self, played: Played, its: _Instance) -> None:
        for event in MidiParser().feed(played.message):
            if isinstance(event, Playable):
                wanted_ns, played_ns = (
                    at + its.clock_offset_ns for at in (played.wanted_ns, played.played_ns)
                )
                self._sent.append(SentEvent(wanted_ns, max(wanted_ns, played_ns), event))

    def _play(
        self, sent: list[SentEvent], how: type[PlayNow | PlayAtPosition | PlayAtTime], now_ns: int
    ) -> None:
        transport = self.sequencer.transport
        running = self._running(now_ns) if sent else {}
        for each in sent:
            instance = self._instance_for(each.event, running)
            if instance is None:
                continue
            its, message = self._instances[instance], encode(each.event)
            # MIDI thru has no position in the host's song.
            if how is PlayAtPosition and each.event.channel != THRU_CHANNEL:
                quarters = transport.tick / TICKS_PER_QUARTER
                quarters += (each.due_ns - transport.time_ns) / transport.quarter_ns
                message_out: FromApp = PlayAtPosition(instance, 1, its.epoch, quarters, message)
            elif how is not PlayNow:
                message_out = PlayAtTime(instance, 1, each.due_ns - its.clock_offset_ns, message)
            else:
                message_out = PlayNow(instance, 1, message)
            self._send(instance, message_out)

    def _instance_for(self, event: Playable, running: dict[int, _Instance]) -> int | None:
        """Return the instance that plays an event, or None."""
        if isinstance(event, NoteOff):
            owner = self._note_owners.pop((event.channel, event.pitch), None)
            return owner if owner in self._instances else None
        kind = instrument_of_channel(event.channel)
        named = (i for i, its in running.items() if its.plays is kind and kind is not None)
        open_to_all = (i for i, its in running.items() if its.plays is None)
        player = next(named, next(open_to_all, None))
        if isinstance(event, NoteOn) and player is not None:
            self._note_owners[event.channel, event.pitch] = player
        return player

    def _flush(self) -> None:
        self._note_owners = {
            key: owner for key, owner in self._note_owners.items() if key[0] == THRU_CHANNEL
        }
        for instance in self._instances:
            self._send(instance, Flush(instance))

    def _flush_all(self) -> None:
        self._note_owners.clear()
        for instance in self._instances:
            self._send(instance, FlushAll(instance))

    def _send(self, instance: int, message: FromApp) -> None:
        self._datagrams.append((self._instances[instance].address, datagram(message)))

    def _report_instances(self, now_ns: int) -> list[Report]:
        """Return a report of the running instances if they have changed."""
        now = tuple(
            PluginInstance(instance, its.plays, its.listens, its.playing)
            for instance, its in self._running(now_ns).items()
        )
        before, self._reported = self._reported, now
        return [] if now == before else [Plugins(now)]
