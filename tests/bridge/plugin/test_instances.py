"""The plugin instances: messages in, bytes out, on a manual clock."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bridge.midi import events
from bridge.midi.events import SUSTAIN, ControlChange, NoteOff, NoteOn, TimedEvent
from bridge.midi.instruments import Instrument
from bridge.playout.input_limit import NOTE_BURST
from bridge.playout.problem import PluginRefused, PluginVersion
from bridge.playout.protocol import (
    Emitted,
    InputLost,
    Panic,
    Play,
    Plugins,
    Problem,
    Received,
    Report,
    Retract,
    Silence,
    Thru,
    TransportChanged,
)
from bridge.playout.schedule import THRU_CHANNEL, Playable, ScheduledEvent, SentEvent
from bridge.plugin.instances import AHEAD_NS, MAX_INSTANCES, TIMEOUT_NS, PluginInstances
from bridge.plugin.refusals import INTERVAL_NS
from bridge.plugin.wire import (
    VERSION,
    AppBye,
    AppHello,
    Block,
    BlockFlags,
    Flush,
    FlushAll,
    FromPlugin,
    Message,
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
from bridge.sync.transport import NANOSECONDS, Source

MS, SECOND = 1_000_000, 1_000_000_000
NOW_NS = 100 * SECOND
ALL, BASS = 7, 8  # two instances
ON, OFF = NoteOn(0, 60, 100), NoteOff(0, 60)
BASS_ON, BASS_OFF = NoteOn(4, 36, 90), NoteOff(4, 36)
KEY, KEY_UP = NoteOn(THRU_CHANNEL, 72, 90), NoteOff(THRU_CHANNEL, 72)
RUNS = BlockFlags.PLAYING | BlockFlags.POSITION_VALID | BlockFlags.LISTENS


def block(instance: int, time_ns: int, quarters: float = 0.0, epoch: int = 1) -> Block:
    """Return a block of a host that plays at 120 bpm at a position."""
    return Block(
        instance=instance,
        sequence=1,
        time_ns=time_ns,
        rate_hz=48_000,
        position_quarters=quarters,
        tempo_bpm=120,
        bar_start_quarters=0,
        epoch=epoch,
        frames=256,
        bar=0,
        emitted=0,
        dropped_late=0,
        lost=0,
        numerator=4,
        denominator=4,
        plays=Instrument.BASS if instance == BASS else None,
        flags=RUNS,
    )


class Host:
    """A host with plugins, each with a connection of its own."""

    def __init__(self, *instances: int, apart_ns: int = 0) -> None:
        self.instances, self.now_ns, self.apart_ns = PluginInstances(), NOW_NS, apart_ns
        self.to_plugins: list[Message] = []
        self.reports: list[Report] = []
        for instance in instances:
            self.say(PluginHello(instance, NOW_NS - apart_ns))
            self.say(block(instance, NOW_NS - apart_ns))
        self.turn()

    def say(self, message: FromPlugin) -> None:
        self.instances.receive(message, connection_of(message.instance), self.now_ns)

    def turn(self, now_ns: int | None = None) -> list[Report]:
        self.now_ns = now_ns or self.now_ns
        reports = self.instances.poll(self.now_ns)
        self.reports += reports
        for where, data in self.instances.pop_outgoing():
            message = decode(data)
            assert isinstance(message, Message)
            assert where == connection_of(message.instance)
            self.to_plugins.append(message)
        return reports

    def plan(self, *plan: tuple[int, Playable]) -> None:
        epoch = self.instances.sequencer.transport.epoch
        dues = tuple(ScheduledEvent(tick, epoch, event) for tick, event in plan)
        self.instances.post(Play(dues), self.now_ns)

    def play_by_hand(self, event: Playable) -> PlayAtTime:
        """Play MIDI thru now; return the message to the plugin."""
        self.instances.post(
            Thru((ScheduledEvent(self.now_ns, NANOSECONDS.epoch, event),)), self.now_ns
        )
        return PlayAtTime(ALL, 1, self.now_ns, events.encode(event))

    def orders(self) -> list[Message]:
        """Return the messages to the plugins, without hellos."""
        messages, self.to_plugins = self.to_plugins, []
        return [message for message in messages if type(message) is not AppHello]


def connection_of(instance: int) -> int:
    return 50_000 + instance


def test_a_hello_is_answered_and_running_instances_are_counted() -> None:
    host = Host()
    host.say(PluginHello(ALL, NOW_NS))
    assert host.turn() == []  # it is connected, but its host does not run it
    assert isinstance(host.to_plugins[-1], AppHello)
    assert not host.instances.connected(NOW_NS)
    host.say(block(ALL, NOW_NS))
    (plugins,) = (report for report in host.turn() if isinstance(report, Plugins))
    assert [(one.instance, one.plays) for one in plugins.instances] == [(ALL, None)]
    assert host.instances.connected(NOW_NS)


def test_the_host_is_followed_and_notes_are_sent_ahead_by_position() -> None:
    host = Host(ALL)
    (moved,) = (report for report in host.reports if isinstance(report, TransportChanged))
    assert (moved.transport.source, moved.transport.bpm) == (Source.PLUGIN, 120)
    host.plan((48, ON), (96, OFF))
    host.turn(NOW_NS + 500 * MS - AHEAD_NS - 1)
    assert host.orders() == []
    assert host.instances.next_due_ns() == NOW_NS + 500 * MS - AHEAD_NS
    host.turn(NOW_NS + 500 * MS - AHEAD_NS)
    assert host.orders() == [PlayAtPosition(ALL, 1, 1, 1.0, b"\x90\x3c\x64")]


def test_while_the_host_is_stopped_notes_are_sent_by_time() -> None:
    host = Host(ALL)
    host.say(replace(block(ALL, NOW_NS, epoch=2), flags=BlockFlags.POSITION_VALID))
    host.turn()
    transport = host.instances.sequencer.transport
    assert transport.source is Source.FREE
    tick = transport.tick_at(NOW_NS + 20 * MS)
    host.orders()
    host.plan((tick, ON))
    host.turn()
    assert host.orders() == [PlayAtTime(ALL, 1, transport.ns_at(tick), b"\x90\x3c\x64")]


def test_times_are_converted_to_the_plugins_clock() -> None:
    host = Host(ALL, apart_ns=60 * SECOND)
    host.say(MidiIn(ALL, NOW_NS - 60 * SECOND + 5, 0.0, 1, 0, b"\x90\x3c\x64"))
    received = [report for report in host.turn() if isinstance(report, Received)]
    assert received == [Received((TimedEvent(NOW_NS + 5, ON),))]
    assert host.instances.sequencer.transport.tick_at(NOW_NS + 500 * MS) == 48


def test_notes_and_releases_go_to_the_instance_of_their_instrument() -> None:
    host = Host(ALL, BASS)
    host.plan((1, ON), (1, BASS_ON), (2, OFF), (2, BASS_OFF))
    host.turn(NOW_NS)
    orders = host.orders()
    assert [order.instance for order in orders] == [ALL, BASS, ALL, BASS]


def test_a_release_goes_to_the_instance_of_its_note_on() -> None:
    host = Host(ALL)
    host.plan((1, BASS_ON), (20, BASS_OFF))
    host.turn()
    host.say(PluginHello(BASS, NOW_NS))
    host.say(block(BASS, NOW_NS))
    host.turn(NOW_NS + 200 * MS)
    assert [order.instance for order in host.orders()] == [ALL, ALL]


def test_a_retraction_flushes_the_plugins() -> None:
    host = Host(ALL, BASS)
    host.plan((1, ON), (960, OFF))
    host.turn()
    host.orders()
    host.instances.post(Retract(0), NOW_NS)
    host.turn()
    assert host.orders() == [Flush(ALL), Flush(BASS)]


def test_a_jump_of_the_hosts_flushes_and_begins_an_epoch() -> None:
    host = Host(ALL)
    host.plan((1, ON), (960, OFF))
    host.turn()
    host.orders()
    before = host.instances.sequencer.transport.epoch
    host.say(block(ALL, NOW_NS + 100 * MS, quarters=16.0, epoch=2))
    host.turn(NOW_NS + 100 * MS)
    assert host.orders() == [Flush(ALL)]
    assert host.instances.sequencer.transport.epoch == before + 1
    host.plan((769, ON))
    host.turn()
    (order,) = host.orders()
    assert isinstance(order, PlayAtPosition)
    assert order.epoch == 2


def take_back(host: Host) -> None:
    host.instances.post(Retract(0), host.now_ns)


def leap(host: Host) -> None:
    host.say(block(ALL, host.now_ns, quarters=16.0, epoch=2))


@pytest.mark.parametrize("cut", [take_back, leap])
def test_midi_thru_survives_a_flush(cut: Callable[[Host], None]) -> None:
    host = Host(ALL)
    host.plan((1, ON), (960, OFF))
    host.turn()
    struck = host.play_by_hand(KEY)
    host.turn()
    assert host.orders()[-1] == struck
    host.now_ns += 100 * MS
    cut(host)
    host.turn()
    assert host.orders() == [Flush(ALL)]
    released = host.play_by_hand(KEY_UP)
    host.turn()
    assert host.orders() == [released]


@pytest.mark.parametrize("command", [Silence(), Panic()])
def test_silence_and_panic_end_midi_thru(command: Silence | Panic) -> None:
    host = Host(ALL)
    host.play_by_hand(KEY)
    host.play_by_hand(ControlChange(THRU_CHANNEL, SUSTAIN, 127))
    host.turn()
    host.orders()
    host.instances.post(command, host.now_ns)
    host.play_by_hand(KEY_UP)  # the key comes up later, after its note has ended
    host.turn()
    first, *rest = host.orders()
    assert first == FlushAll(ALL)
    assert not any(isinstance(order, PlayAtTime) for order in rest)


def test_silence_drops_events_that_were_sent_ahead() -> None:
    host = Host(ALL)
    host.plan((1, ON), (2, OFF))
    host.turn()
    assert len(host.orders()) == 2  # for us the note is over; for the plugin it has not begun
    host.instances.post(Silence(), host.now_ns)
    host.turn()
    assert host.orders() == [FlushAll(ALL)]


def test_panic_silences_by_every_means() -> None:
    host = Host(ALL)
    host.plan((1, ON), (960, OFF))
    host.turn()
    host.orders()
    host.instances.post(Panic(), NOW_NS)
    host.turn()
    flush, *rest = host.orders()
    assert flush == FlushAll(ALL)
    assert [order.message for order in rest if isinstance(order, PlayNow)][-1] == bytes(
        (0xB0, 123, 0)
    )


def test_sent_events_are_reported_with_lateness_and_drops_are_counted() -> None:
    host = Host(ALL)
    host.say(Played(ALL, NOW_NS, NOW_NS + 7, 1, 1, b"\x90\x3c\x64"))
    host.say(replace(block(ALL, NOW_NS), dropped_late=2))
    (emitted,) = (report for report in host.turn() if isinstance(report, Emitted))
    assert emitted.events == (SentEvent(NOW_NS, NOW_NS + 7, ON),)
    assert emitted.dropped == 2


def test_an_instance_is_dropped_after_a_bye_or_a_timeout() -> None:
    host = Host(ALL, BASS)
    host.say(PluginBye(BASS))
    host.turn()
    last = host.reports[-1]
    assert isinstance(last, Plugins)
    assert [one.instance for one in last.instances] == [ALL]
    host.turn(NOW_NS + TIMEOUT_NS + 1)
    assert host.reports[-2:-1] == [Plugins(())] or Plugins(()) in host.reports
    host.plan((1, ControlChange(0, 1, 1)))
    host.turn()
    assert host.orders() == []


def press(host: Host, *played: Playable) -> None:
    for event in played:
        host.say(MidiIn(ALL, host.now_ns, 0.0, 1, 0, events.encode(event)))


def say_bye(host: Host) -> None:
    host.say(PluginBye(ALL))


def time_out(host: Host) -> None:
    host.now_ns += TIMEOUT_NS + 1


def stop_running(host: Host) -> None:
    """Stay connected without blocks, as when the host has removed the plugin."""
    host.now_ns += TIMEOUT_NS + 1
    host.say(PluginHello(ALL, host.now_ns))


def stop_listening(host: Host) -> None:
    host.say(replace(block(ALL, NOW_NS), flags=RUNS & ~BlockFlags.LISTENS))


LEAVE = [say_bye, time_out, stop_running, stop_listening]


@pytest.mark.parametrize("leave", LEAVE)
@pytest.mark.parametrize("held", [(ON,), (ControlChange(0, SUSTAIN, 127), ON, OFF)])
def test_keys_that_are_held_on_a_track_are_lost_with_it(
    leave: Callable[[Host], None], held: tuple[Playable, ...]
) -> None:
    host = Host(ALL)
    press(host, *held)
    assert InputLost() not in host.turn()
    leave(host)
    assert host.turn().count(InputLost()) == 1
    assert InputLost() not in host.turn()


def test_what_came_in_last_is_lost_too() -> None:
    host = Host(ALL)
    press(host, ON)
    host.say(PluginBye(ALL))
    kinds = [type(report) for report in host.turn()]
    assert kinds.index(Received) < kinds.index(InputLost)


@pytest.mark.parametrize("leave", LEAVE)
def test_a_track_without_held_keys_loses_nothing(leave: Callable[[Host], None]) -> None:
    host = Host(ALL)
    press(host, ON, OFF)
    host.turn()
    leave(host)
    assert InputLost() not in host.turn()


def test_another_version_is_reported_once_answered_and_ended() -> None:
    host = Host()
    for connection in range(3):
        host.instances.receive(UnsupportedVersion(ALL, VERSION + 1), connection, NOW_NS)
        host.reports += host.instances.poll(NOW_NS)
        ((where, data),) = host.instances.pop_outgoing()
        assert where == connection
        assert isinstance(decode(data), AppHello)
        assert host.instances.pop_ended() == [connection]
    problems = [report for report in host.reports if isinstance(report, Problem)]
    assert problems == [Problem(PluginVersion(VERSION + 1))]


def test_what_is_invalid_is_counted_and_reported_at_intervals() -> None:
    host = Host(ALL)
    for _ in range(1000):
        host.instances.receive(None, connection_of(ALL), host.now_ns)
    for message in (AppHello(ALL, 1), Flush(ALL)):  # no plugin sends these
        host.instances.receive(message, connection_of(ALL), host.now_ns)
    assert Problem(PluginRefused("invalid", 1002)) in host.turn()
    host.instances.receive(None, connection_of(ALL), host.now_ns)
    assert not [report for report in host.turn() if isinstance(report, Problem)]
    assert Problem(PluginRefused("invalid", 1)) in host.turn(NOW_NS + INTERVAL_NS)


FOREIGN: list[FromPlugin] = [
    block(ALL, NOW_NS, quarters=99.0, epoch=5),
    MidiIn(ALL, NOW_NS, 0.0, 1, 0, b"\x90\x3c\x64"),
    Played(ALL, NOW_NS, NOW_NS, 1, 1, b"\x90\x3c\x64"),
    PluginBye(ALL),
    PluginHello(ALL, NOW_NS - SECOND),
]


@pytest.mark.parametrize("message", FOREIGN, ids=lambda message: type(message).__name__)
@pytest.mark.parametrize("bound", [True, False])
def test_another_connection_cannot_speak_for_an_instance(
    message: FromPlugin, *, bound: bool
) -> None:
    host = Host(ALL, BASS) if bound else Host(ALL)
    transport = host.instances.sequencer.transport
    host.orders()
    host.instances.receive(message, connection_of(BASS), NOW_NS)
    assert not [r for r in host.turn() if isinstance(r, Received | Emitted | Plugins)]
    assert host.instances.sequencer.transport == transport
    assert host.orders() == []
    assert host.instances.refusals.total.total() == 1
    taken = not bound and isinstance(message, PluginHello)
    assert host.instances.pop_ended() == ([connection_of(BASS)] if taken else [])
    host.say(block(ALL, NOW_NS))  # it is still bound to its own
    assert host.instances.refusals.total.total() == 1


def test_an_instance_may_come_back_on_another_connection_after_the_end_of_its_first() -> None:
    host = Host(ALL)
    host.instances.lose(connection_of(ALL))
    host.instances.receive(PluginHello(ALL, NOW_NS), 1, NOW_NS)
    assert host.instances.is_bound(1)
    assert not host.instances.is_bound(connection_of(ALL))
    assert not host.instances.refusals.total


def test_there_are_at_most_so_many_instances() -> None:
    host = Host(*range(MAX_INSTANCES))
    host.say(PluginHello(MAX_INSTANCES, NOW_NS))
    assert host.instances.pop_ended() == [connection_of(MAX_INSTANCES)]
    assert host.instances.refusals.total == {"too-many": 1}


WRONG_NS = [-(1 << 63), -1, NOW_NS - 6 * SECOND, NOW_NS + 6 * SECOND, (1 << 63) - 1]


@pytest.mark.parametrize("time_ns", WRONG_NS)
def test_a_wrong_time_mutes_nobody(time_ns: int) -> None:
    host = Host(ALL)
    host.say(block(ALL, time_ns, quarters=64.0, epoch=7))
    host.say(MidiIn(ALL, time_ns, 0.0, 1, 0, b"\x90\x3c\x64"))
    host.say(Played(ALL, time_ns, time_ns, 1, 1, b"\x90\x3c\x64"))
    assert not [r for r in host.turn() if isinstance(r, Received | Emitted | TransportChanged)]
    assert host.instances.refusals.total == {"time": 3}
    press(host, ON)
    (received,) = (r for r in host.turn() if isinstance(r, Received))
    assert received.events == (TimedEvent(NOW_NS, ON),)


@pytest.mark.parametrize("time_ns", [-(1 << 63), -1, (1 << 63) - 1])
def test_a_hello_of_an_impossible_time_does_not_move_the_clock(time_ns: int) -> None:
    host = Host(ALL)
    host.say(PluginHello(ALL, time_ns))
    assert host.instances.refusals.total == {"time": 1}
    assert host.play_by_hand(KEY) == PlayAtTime(ALL, 1, NOW_NS, events.encode(KEY))
    host.turn()
    assert host.orders() == [PlayAtTime(ALL, 1, NOW_NS, events.encode(KEY))]


def test_a_clock_that_stopped_while_the_machine_slept_is_compared_anew() -> None:
    host = Host(ALL)
    host.now_ns += 3600 * SECOND
    host.say(PluginHello(ALL, NOW_NS))
    host.say(MidiIn(ALL, NOW_NS, 0.0, 1, 0, b"\x90\x3c\x64"))
    received = [report for report in host.turn() if isinstance(report, Received)]
    assert received == [Received((TimedEvent(host.now_ns, ON),))]


def test_what_ends_notes_passes_in_a_flood_and_at_a_wrong_time() -> None:
    host = Host(ALL)
    press(host, ON, ControlChange(0, SUSTAIN, 127))
    host.turn()
    press(host, *(NoteOn(0, 61, 1) for _ in range(5000)))
    press(host, NoteOff(0, 60))
    host.say(MidiIn(ALL, 0, 0.0, 1, 0, bytes((0xB0, SUSTAIN, 0))))
    (received,) = (r for r in host.turn() if isinstance(r, Received))
    assert [timed.event for timed in received.events[-2:]] == [
        NoteOff(0, 60),
        ControlChange(0, SUSTAIN, 0),
    ]
    assert len(received.events) == NOTE_BURST + 1  # the first note is one of them
    assert host.instances.refusals.total["time"] == 1
    host.now_ns += SECOND
    host.say(PluginHello(ALL, host.now_ns))
    press(host, ON)  # the flood is over
    assert [r for r in host.turn() if isinstance(r, Received)]


def test_a_track_that_has_lost_its_connection_has_lost_its_keys() -> None:
    host = Host(ALL)
    press(host, ON)
    host.turn()
    host.instances.lose(connection_of(ALL))
    assert InputLost() in host.turn()
    assert not host.instances.connected(NOW_NS)


def test_disconnect_sends_a_bye_to_every_instance() -> None:
    host = Host(ALL, BASS)
    host.instances.disconnect()
    host.turn()
    assert host.orders() == [FlushAll(ALL), AppBye(ALL), FlushAll(BASS), AppBye(BASS)]
