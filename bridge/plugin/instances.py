"""The plugin instances in a host: which ones run, and what they play.

Each instance has a connection of its own (`bridge.plugin.wire`), to which its first hello binds it:
what another connection sends in its name is refused, and it is gone when its connection ends. One
instance may be for all instruments, another for the bass alone, so that a host with one channel per
track can put each voice on its own track. An event goes to the instance for its instrument, or else
to the first instance for all instruments. A note-off goes to the instance that got its note-on.
Input from every instance is received. All instances have the same host; the first running one gives
its time.

The plugins play each event at its frame, so a due event is sent to them `AHEAD_NS` in advance: by
its position in the host's music while the host plays, and otherwise by its time. An event that has
been sent cannot be cancelled alone. A flush makes a plugin drop all pending events and release what
sounds. A flush leaves MIDI thru alone, which stays until everything is silenced.

Nothing that a peer sends is trusted. What is refused is counted (`bridge.plugin.refusals`), and no
message raises.

This module is pure: messages in, bytes out, time as an argument. `bridge.plugin.socket` has the
sockets.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from bridge.midi.events import (
    SWITCH_ON,
    ChannelEvent,
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    TimedEvent,
    encode,
)
from bridge.midi.instruments import Instrument, instrument_of_channel
from bridge.midi.key_state import KeyState
from bridge.midi.notes import TICKS_PER_QUARTER
from bridge.midi.parser import MAX_LIVE_SYSEX, MidiParser
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
from bridge.plugin.plugin_clock import PluginClock
from bridge.plugin.refusals import Refusals
from bridge.plugin.wire import (
    AppBye,
    AppHello,
    Block,
    BlockFlags,
    Flush,
    FlushAll,
    FromApp,
    Message,
    MidiIn,
    PlayAtPosition,
    PlayAtTime,
    Played,
    PlayNow,
    PluginBye,
    PluginHello,
    UnsupportedVersion,
)
from bridge.plugin.wire import encode as encode_message
from bridge.sync.host import HostPosition
from bridge.sync.transport import Source
from bridge.system.units import MS, SECOND

if TYPE_CHECKING:
    from bridge.playout.protocol import Command, Report

AHEAD_NS = 50 * MS
"""The time by which an event is sent in advance: longer than any delay of this process."""
TIMEOUT_NS = SECOND
"""An instance that has sent nothing for this time is gone, and its connection is ended."""
MAX_INSTANCES = 64


@dataclass(slots=True)
class _Instance:
    """The state of one instance."""

    connection: int
    last_heard_ns: int
    clock: PluginClock
    last_block_ns: int | None = None  # when the last `Block` was received
    plays: Instrument | None = None
    listens: bool = True
    playing: bool = False
    epoch: int = 0
    dropped: int | None = None
    parser: MidiParser = field(default_factory=partial(MidiParser, MAX_LIVE_SYSEX))
    keys: KeyState = field(default_factory=KeyState)  # what the player holds on its track

    @property
    def holds_keys(self) -> bool:
        """Whether keys or pedals are held on its track."""
        return bool(self.keys.sounding) or self.keys.pedal_down


def _ends_notes(event: Event) -> bool:
    """Return whether an event releases a key or a pedal."""
    lifts = isinstance(event, ControlChange) and event.value < SWITCH_ON
    return lifts or isinstance(event, NoteOff)


class PluginInstances:
    """All instances, and the sequencer of what they play."""

    # More than 12 attributes: the sequencer and the refusals are public, the rest is its state.

    def __init__(self, sequencer: Sequencer | None = None) -> None:
        self.sequencer = sequencer or Sequencer()
        self.refusals = Refusals()
        self._app = secrets.randbits(64)
        self._instances: dict[int, _Instance] = {}  # in order of their first hello
        self._bound: dict[int, int] = {}  # connection -> instance
        self._note_owners: dict[tuple[int, int], int] = {}  # (channel, pitch) -> instance
        self._reported: tuple[PluginInstance, ...] = ()
        self._outgoing: list[tuple[int, bytes]] = []
        self._played: list[TimedEvent] = []
        self._sent: list[SentEvent] = []
        self._reports: list[Report] = []
        self._losses: list[Report] = []
        self._versions: set[int] = set()  # other versions that were reported
        self._ended: list[int] = []

    def connected(self, now_ns: int) -> bool:
        """Return whether an instance runs."""
        return bool(self._running(now_ns))

    def _running(self, now_ns: int) -> dict[int, _Instance]:
        """Return the running instances; a host may keep a removed one that no longer runs."""
        return {
            instance: its
            for instance, its in self._instances.items()
            if its.last_block_ns is not None and now_ns - its.last_block_ns <= TIMEOUT_NS
        }

    def is_bound(self, connection: int) -> bool:
        """Return whether a connection belongs to an instance."""
        return connection in self._bound

    def receive(
        self, message: Message | UnsupportedVersion | None, connection: int, now_ns: int
    ) -> None:
        """Process a message of a connection (see `MessageStream.feed`)."""
        match message:
            case PluginHello():
                self._greet(message, connection, now_ns)
            case UnsupportedVersion(instance, version):
                self._refuse_version(instance, version, connection)
            case Block() | MidiIn() | Played() | PluginBye():
                if self._bound.get(connection) == message.instance:
                    its = self._instances[message.instance]
                    its.last_heard_ns = now_ns
                    self._handle(message, its, now_ns)
                else:
                    self.refusals.add("foreign")
            case _:
                self.refusals.add("invalid")

    def lose(self, connection: int) -> None:
        """Remove the instance of a connection that has ended."""
        if (instance := self._bound.get(connection)) is not None:
            self._remove(instance)

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
        gone = [i for i, its in self._instances.items() if now_ns - its.last_heard_ns > TIMEOUT_NS]
        for instance in gone:
            self._end(instance)
        running = self._running(now_ns)
        for instance, its in self._instances.items():
            if instance not in running or not its.listens:
                self._report_held(its)
        played = self.sequencer.receive(self._played, now_ns)
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
        return [*reports, *self.refusals.report(now_ns)]

    def next_due_ns(self) -> int | None:
        """Return when `poll` must next send to the plugins, or None."""
        due_ns = self.sequencer.next_due_ns()
        return None if due_ns is None else due_ns - AHEAD_NS

    def disconnect(self) -> None:
        """Flush all instances and say goodbye (`AppBye`)."""
        for instance in self._instances:
            self._send(instance, FlushAll(instance))
            self._send(instance, AppBye(instance))

    def pop_outgoing(self) -> list[tuple[int, bytes]]:
        """Return the messages to send, each with its connection."""
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    def pop_ended(self) -> list[int]:
        """Return the connections to end after `pop_outgoing` has been sent."""
        ended, self._ended = self._ended, []
        return ended

    def _greet(self, hello: PluginHello, connection: int, now_ns: int) -> None:
        """Bind a connection to the instance of its first hello, and answer every hello."""
        known = self._bound.get(connection)
        if known is None:
            if hello.instance in self._instances or len(self._instances) == MAX_INSTANCES:
                taken = hello.instance in self._instances
                self.refusals.add("taken" if taken else "too-many")
                self._ended.append(connection)
                return
            self._instances[hello.instance] = _Instance(connection, now_ns, PluginClock())
            self._bound[connection] = hello.instance
        elif known != hello.instance:
            self.refusals.add("foreign")
            return
        its = self._instances[hello.instance]
        its.last_heard_ns = now_ns
        if not its.clock.record(now_ns, hello.time_ns):
            self.refusals.add("time")
        self._send(hello.instance, AppHello(hello.instance, self._app))

    def _refuse_version(self, instance: int, version: int, connection: int) -> None:
        """Report another version, once, and answer with ours before the connection is ended."""
        if version not in self._versions:
            self._versions.add(version)
            self._reports.append(Problem(PluginVersion(version)))
        hello = encode_message(AppHello(instance, self._app))
        self._outgoing.append((connection, hello))
        self._ended.append(connection)

    def _handle(
        self, message: Block | MidiIn | Played | PluginBye, its: _Instance, now_ns: int
    ) -> None:
        match message:
            case Block():
                self._handle_block(message, its, now_ns)
            case MidiIn():
                self._record_midi_in(message, its, now_ns)
            case Played():
                self._record_played(message, its, now_ns)
            case PluginBye():
                self._end(message.instance)

    def _end(self, instance: int) -> None:
        self._ended.append(self._instances[instance].connection)
        self._remove(instance)

    def _remove(self, instance: int) -> None:
        its = self._instances.pop(instance)
        del self._bound[its.connection]
        self._report_held(its)

    def _report_held(self, its: _Instance) -> None:
        """Report an input that has gone while keys were held on it."""
        if its.holds_keys:
            its.keys.release_all()
            self._losses = [InputLost()]

    def _handle_block(self, block: Block, its: _Instance, now_ns: int) -> None:
        time_ns = its.clock.session_ns(block.time_ns, now_ns)
        if time_ns is None:
            self.refusals.add("time")
            return
        its.last_block_ns = now_ns
        its.plays, its.epoch = block.plays, block.epoch
        its.listens = BlockFlags.LISTENS in block.flags
        its.playing = BlockFlags.PLAYING in block.flags
        before, its.dropped = its.dropped, block.dropped_late
        self.sequencer.add_dropped(0 if before is None else max(0, block.dropped_late - before))
        leads = next(iter(self._running(now_ns)))
        if leads != block.instance or BlockFlags.POSITION_VALID not in block.flags:
            return
        position = HostPosition.checked(
            now_ns,
            time_ns=time_ns,
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

    def _record_midi_in(self, received: MidiIn, its: _Instance, now_ns: int) -> None:
        """Record an event of the player; at a wrong time, only what ends notes."""
        time_ns = its.clock.session_ns(received.time_ns, now_ns)
        if time_ns is None:
            self.refusals.add("time")
        for event in its.parser.feed_packet(received.message):
            if time_ns is not None or _ends_notes(event):
                its.keys.feed(event)
                self._played.append(TimedEvent(now_ns if time_ns is None else time_ns, event))

    def _record_played(self, played: Played, its: _Instance, now_ns: int) -> None:
        played_ns = its.clock.session_ns(played.played_ns, now_ns)
        if played_ns is None:
            self.refusals.add("time")
            return
        wanted_ns = its.clock.session_ns(played.wanted_ns, now_ns) or played_ns
        for event in MidiParser().feed(played.message):
            if isinstance(event, Playable):
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
                message_out = PlayAtTime(instance, 1, each.due_ns - its.clock.offset_ns, message)
            else:
                message_out = PlayNow(instance, 1, message)
            self._send(instance, message_out)

    def _instance_for(self, event: ChannelEvent, running: dict[int, _Instance]) -> int | None:
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
        self._outgoing.append((self._instances[instance].connection, encode_message(message)))

    def _report_instances(self, now_ns: int) -> list[Report]:
        """Return a report of the running instances if they have changed."""
        now = tuple(
            PluginInstance(instance, its.plays, its.listens, its.playing)
            for instance, its in self._running(now_ns).items()
        )
        before, self._reported = self._reported, now
        return [] if now == before else [Plugins(now)]
