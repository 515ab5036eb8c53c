"""The connections of plugins: bounded in number, in bytes and in time, whatever a peer does."""

import random
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bridge.midi.events import NoteOff, NoteOn
from bridge.playout.problem import PluginRefused
from bridge.playout.protocol import InputLost, Play, Problem, Received, Silence
from bridge.playout.schedule import ScheduledEvent
from bridge.playout.sequencer import Sequencer
from bridge.plugin.connection import MAX_WAITING, READ_SIZE
from bridge.plugin.endpoint import PORT_FILE_NAME
from bridge.plugin.folder import VARIABLE
from bridge.plugin.instances import MAX_INSTANCES, TIMEOUT_NS
from bridge.plugin.socket import (
    INTRODUCTION_NS,
    MAX_UNKNOWN,
    REST_NS,
    TURN_ACCEPTS,
    TURN_READS,
    open_plugins,
)
from bridge.plugin.wire import (
    AppBye,
    AppHello,
    FlushAll,
    Message,
    MidiIn,
    PlayAtPosition,
    PluginBye,
    PluginHello,
    encode,
)
from tests.bridge.plugin.peers import Desk, Peer, block
from tests.bridge.plugin.test_wire import SAMPLES

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="uses Unix sockets")

ALL, OTHER = 7, 8
STRIKE = b"\x90\x3c\x64"


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    desk = Desk(folder)
    yield desk
    desk.backend.close()


def midi_in(desk: Desk, instance: int = ALL, message: bytes = STRIKE) -> MidiIn:
    return MidiIn(instance, desk.now_ns, 0.0, 1, 0, message)


def is_heard(desk: Desk) -> bool:
    return any(isinstance(report, Received) for report in desk.turn(3))


def test_nothing_listens_if_the_environment_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "")
    assert open_plugins(Sequencer()) is None


def test_a_plugin_joins_plays_and_is_played(desk: Desk) -> None:
    with desk.joined(ALL) as peer:
        assert [type(message) for message in peer.received()] == [AppHello]
        assert desk.backend.connected(desk.now_ns)
        peer.say(midi_in(desk))
        assert is_heard(desk)
        desk.backend.post(Play((ScheduledEvent(1, 1, NoteOn(0, 60, 1)),)), desk.now_ns)
        desk.turn()
        assert [type(message) for message in peer.received()] == [PlayAtPosition]


def test_the_end_of_a_connection_is_seen_at_once(desk: Desk) -> None:
    with desk.joined(ALL) as peer:
        peer.say(midi_in(desk))
        desk.turn()
    assert InputLost() in desk.turn()
    assert not desk.backend.connected(desk.now_ns)
    with desk.joined(ALL):  # it may come back at once
        assert desk.backend.connected(desk.now_ns)
    assert not desk.backend.refused


def test_a_plugin_that_says_bye_or_nothing_is_disconnected(desk: Desk) -> None:
    with desk.joined(ALL) as peer, desk.joined(OTHER) as silent:
        peer.say(PluginBye(ALL))
        desk.turn()
        assert peer.is_ended()
        assert not silent.is_ended()
        desk.now_ns += TIMEOUT_NS + 1
        desk.turn()
        assert silent.is_ended()
    assert not desk.backend.refused


def test_closing_flushes_and_says_bye(folder: Path) -> None:
    desk = Desk(folder)
    with desk.joined(ALL) as peer:
        peer.received()
        desk.backend.close()
        assert peer.received() == [FlushAll(ALL), AppBye(ALL)]
        assert peer.is_ended()


def test_a_connection_that_sends_nothing_is_ended(desk: Desk) -> None:
    with Peer(desk.folder) as peer:
        accepted_ns = desk.now_ns
        desk.turn()
        desk.now_ns = accepted_ns + INTRODUCTION_NS
        desk.turn()
        desk.now_ns = accepted_ns + INTRODUCTION_NS
        assert not peer.is_ended()
        desk.now_ns += 1
        assert Problem(PluginRefused("late", 1)) in desk.turn()
        assert peer.is_ended()


def test_the_listening_socket_rests_between_turns_that_accept(desk: Desk) -> None:
    peers = [Peer(desk.folder) for _ in range(3 * TURN_ACCEPTS)]
    desk.backend.poll(desk.now_ns)
    assert desk.backend.poll_ns == REST_NS
    accepted = len(desk.backend.wakeups)
    desk.backend.poll(desk.now_ns + REST_NS - 1)
    assert len(desk.backend.wakeups) == accepted  # without the listening socket
    desk.now_ns += REST_NS
    desk.turn(4)
    assert len(desk.backend.wakeups) == 1 + MAX_UNKNOWN
    assert desk.backend.refused["too-many"] == len(peers) - MAX_UNKNOWN
    for peer in peers:
        peer.socket.close()


def test_of_too_many_unknown_connections_the_oldest_are_ended(desk: Desk) -> None:
    with desk.joined(ALL) as player:
        silent = [Peer(desk.folder) for _ in range(5 * MAX_UNKNOWN)]
        desk.turn(5 * MAX_UNKNOWN // TURN_ACCEPTS + 2)
        assert [each.is_ended() for each in silent] == [True] * 4 * MAX_UNKNOWN + [
            False
        ] * MAX_UNKNOWN
        assert len(desk.backend.wakeups) == 2 + MAX_UNKNOWN
        with desk.joined(OTHER) as late:  # a plugin still gets in
            assert [type(message) for message in late.received()] == [AppHello]
        player.say(midi_in(desk))
        assert is_heard(desk)
        for each in silent:
            each.socket.close()


def test_connections_without_a_cookie_do_not_displace_one_that_has_sent_it(folder: Path) -> None:
    desk = Desk(folder, tcp=True)
    port, of_plugins, _ = (folder / PORT_FILE_NAME).read_text("ascii").split()
    with socket.create_connection(("127.0.0.1", int(port))) as plugin:
        plugin.sendall(bytes.fromhex(of_plugins))
        others = [
            socket.create_connection(("127.0.0.1", int(port))) for _ in range(3 * MAX_UNKNOWN)
        ]
        desk.turn(5)
        assert desk.backend.refused == {"too-many": 2 * MAX_UNKNOWN + 1}
        plugin.sendall(encode(PluginHello(ALL, desk.now_ns)) + encode(block(ALL, desk.now_ns)))
        desk.turn()
        assert desk.backend.connected(desk.now_ns)
        for other in others:
            other.close()
    desk.backend.close()


def test_there_are_at_most_so_many_connections(desk: Desk) -> None:
    peers = [desk.joined(instance) for instance in range(2 * MAX_INSTANCES)]
    desk.turn()
    assert len(desk.backend.wakeups) == 1 + MAX_INSTANCES
    assert desk.backend.refused["too-many"] == MAX_INSTANCES
    for peer in peers:
        peer.socket.close()


def test_an_instance_is_not_taken_from_a_connection_that_lives(desk: Desk) -> None:
    with desk.joined(ALL) as first, Peer(desk.folder) as second:
        first.received()
        second.say(PluginHello(ALL, 0), midi_in(desk), PluginBye(ALL), block(ALL))
        assert not is_heard(desk)
        assert second.is_ended()
        assert desk.backend.refused["taken"] == 1
        first.say(midi_in(desk))
        assert is_heard(desk)


def test_nothing_is_heard_before_a_hello(desk: Desk) -> None:
    with Peer(desk.folder) as peer:
        peer.say(block(ALL), midi_in(desk))
        assert not is_heard(desk)
        assert desk.backend.refused == {"foreign": 2}


@pytest.mark.parametrize(
    "data", [b"\0" * 64, b"GET / HTTP/1.1\r\n\r\n", encode(SAMPLES[0])[1:] * 9]
)
def test_rubbish_ends_its_connection_and_no_other(desk: Desk, data: bytes) -> None:
    with desk.joined(ALL) as player, Peer(desk.folder) as peer:
        peer.socket.sendall(data)
        desk.turn(2)
        assert peer.is_ended()
        assert desk.backend.refused == {"invalid": 1}
        player.say(midi_in(desk))
        assert is_heard(desk)


def test_rubbish_after_a_message_ends_the_connection_too(desk: Desk) -> None:
    with desk.joined(ALL) as peer:
        peer.socket.sendall(encode(midi_in(desk)) + b"\0" * 16)
        assert is_heard(desk)
        assert peer.is_ended()


def test_a_message_without_end_takes_no_memory_and_no_turn(desk: Desk) -> None:
    with desk.joined(ALL) as peer:
        with suppress(BrokenPipeError):
            for _ in range(100):
                peer.socket.sendall(encode(midi_in(desk))[:10])
                desk.turn()
        assert peer.is_ended()  # the pieces make no message


def test_a_turn_reads_little_of_a_flood(desk: Desk) -> None:
    peers = [desk.joined(instance) for instance in range(2 * TURN_READS)]
    flood = encode(block(0))
    for instance, peer in enumerate(peers):
        peer.socket.sendall(encode(block(instance)) * 100)
    handled = 0

    def count(*_: object) -> None:
        nonlocal handled
        handled += 1

    desk.backend._instances.receive = count  # type: ignore[assignment,method-assign] # noqa: SLF001
    desk.turn()
    assert handled <= TURN_READS * (READ_SIZE // len(flood) + 1)
    for _ in range(100):
        desk.turn()
    assert handled == 100 * len(peers)  # and in time it reads everything
    for peer in peers:
        peer.socket.close()


def test_connections_are_read_in_turn(desk: Desk) -> None:
    peers = [desk.joined(instance) for instance in range(3 * TURN_READS)]
    for instance, peer in enumerate(peers[:-1]):
        peer.socket.sendall(encode(block(instance)) * 500)
    peers[-1].say(midi_in(desk, len(peers) - 1))
    assert is_heard(desk)
    for peer in peers:
        peer.socket.close()


def test_a_plugin_that_reads_nothing_is_disconnected(desk: Desk) -> None:
    with desk.joined(ALL) as peer, desk.joined(OTHER) as reader:
        for _ in range(200_000):
            peer.say(PluginHello(ALL, desk.now_ns))
            reader.say(PluginHello(OTHER, desk.now_ns))
            desk.turn()
            reader.received()
            waiting = desk.backend._connections  # noqa: SLF001 - the memory that a peer can use
            assert all(len(each._waiting) <= MAX_WAITING for each in waiting.values())  # noqa: SLF001
            if desk.backend.refused:
                break
        assert desk.backend.refused == {"unread": 1}
        assert not reader.is_ended()
        assert peer.is_ended()


def test_many_orders_at_once_reach_a_slow_plugin_in_order(desk: Desk) -> None:
    with desk.joined(ALL) as peer:
        peer.received()
        events = (NoteOn(0, 60, 1), NoteOff(0, 60))
        due = tuple(ScheduledEvent(1, 1, events[each % 2]) for each in range(5000))
        desk.backend.post(Play(due), desk.now_ns)
        desk.turn()
        desk.backend.post(Silence(), desk.now_ns)
        heard: list[Message] = []
        while not heard or heard[-1] != FlushAll(ALL):
            heard += peer.received()
            desk.turn()
            assert not desk.backend.refused
        played = [each.message[0] for each in heard if isinstance(each, PlayAtPosition)]
        assert played == [0x90, 0x80] * 2500


def damaged(dice: random.Random, instance: int) -> bytes:
    """Return a message, mostly for this instance, with some wrong bytes, rarely in its header."""
    message = bytearray(encode(dice.choice(SAMPLES)))
    if dice.random() < 0.7:
        message[8:16] = instance.to_bytes(8, "little")
    first = 0 if dice.random() < 0.02 else 16
    for _ in range(dice.choice((0, 1, 1, 2, 4)) if len(message) > first else 0):
        place = dice.randrange(first, len(message))
        message[place] = dice.choice((0, 1, 0x7F, 0x80, 0xF0, 0xFF, dice.randrange(256)))
    return bytes(message)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_no_bytes_raise_and_none_disturb_another_plugin(desk: Desk, seed: int) -> None:
    """Send 25,000 damaged messages for each seed, on connections that come and go."""
    dice = random.Random(seed)
    messages = connections = 0
    with desk.joined(ALL) as player:
        while messages < 25_000:
            connections += 1
            with Peer(desk.folder) as peer:
                peer.say(PluginHello(OTHER, desk.now_ns), block(OTHER, desk.now_ns))
                desk.turn()
                while messages < 25_000 and not peer.is_ended():
                    batch = [damaged(dice, OTHER) for _ in range(dice.randrange(1, 10))]
                    messages += len(batch)
                    peer.socket.sendall(b"".join(batch))
                    desk.now_ns += dice.choice((0, 1_000_000, 20_000_000))
                    player.say(PluginHello(ALL, desk.now_ns), block(ALL, desk.now_ns))
                    if dice.random() < 0.2:
                        due = ScheduledEvent(1, 1, NoteOn(0, 60, 1))
                        desk.backend.post(Play((due,)), desk.now_ns)
                    desk.turn(2)
                    player.received()
            desk.turn()
            assert len(desk.backend.wakeups) <= 3 + MAX_UNKNOWN
        player.say(midi_in(desk))
        assert is_heard(desk)
    assert connections > 20
    assert sum(desk.backend.refused.values()) > 1000
