"""Ports and plugins as one: who leads, what the session is told, and ports that come back."""

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bridge.io.outputs import Outputs
from bridge.io.port_keeper import AGAIN_NS, LATER_NS
from bridge.midi.events import ControlChange, Event, NoteOff, NoteOn, ProgramChange, Stamped
from bridge.midi.events import encode as encode_event
from bridge.playout.protocol import (
    Conduct,
    Emitted,
    Follow,
    FromIo,
    Monitor,
    Moved,
    OpenPorts,
    Panic,
    Patched,
    Play,
    PortNames,
    Problem,
    Ready,
    Received,
    Report,
    Silence,
)
from bridge.playout.schedule import HAND_CHANNEL, Due, Playable, Sent
from bridge.playout.sequencer import Conductor
from bridge.plugin.wire import (
    AppHello,
    Block,
    BlockFlags,
    Flush,
    Message,
    PlayAtTime,
    PluginHello,
    decode,
    encode,
)
from bridge.ports.base import PortError
from bridge.ports.loopback import LoopbackBackend
from bridge.sync.transport import NANOSECONDS, Source
from bridge.synth.feed import PLAYER_CHANNEL
from bridge.system.clock import ManualClock
from tests.bridge.synth.ear import Ear

MS, SECOND = 1_000_000, 1_000_000_000
NOW_NS = 100 * SECOND
ON, OFF = NoteOn(0, 60, 100), NoteOff(0, 60)


class Cable(LoopbackBackend):
    """A port whose cable can be pulled."""

    pulled = False
    opened = 0

    def open(self, input_name: str | None, output_name: str | None) -> Ready:
        if Cable.pulled:
            raise PortError("There is no port.")
        Cable.opened += 1
        return super().open(input_name, output_name)

    def turn(self, now_ns: int) -> list[Report]:
        if Cable.pulled:
            raise PortError("The port has gone.")
        return super().turn(now_ns)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW_NS)


@pytest.fixture
def outputs(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outputs]:
    def connect(
        _name: str, _client: str, _clock: object, conductor: Conductor | None
    ) -> LoopbackBackend:
        return Cable(conductor)

    monkeypatch.setattr(Cable, "pulled", False)
    monkeypatch.setattr(Cable, "opened", 0)
    outputs = Outputs("cable", "Antiphon", clock, connect)
    yield outputs
    outputs.close()


def emitted(told: list[FromIo]) -> list[Playable]:
    return [each.event for m in told if isinstance(m, Emitted) for each in m.events]


class Plugin:
    """A plugin instance, on a socket of its own."""

    def __init__(self, outputs: Outputs) -> None:
        (bell,) = outputs.bells
        self.app = bell.getsockname()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(10)
        self.socket.connect(self.app)

    def play(self) -> None:
        """Say that the host plays."""
        flags = BlockFlags.PLAYING | BlockFlags.POSITION_VALID
        numbers = (1, NOW_NS, 48_000.0, 0.0, 120.0, 0.0, 1, 256, 0, 0, 0, 0, 4, 4)
        self.socket.send(encode(PluginHello(5, NOW_NS)))
        self.socket.send(encode(Block(5, *numbers, None, flags)))

    def heard(self) -> Message:
        """Wait for a message."""
        message = decode(self.socket.recv(4096))
        assert isinstance(message, Message)
        return message


@pytest.fixture
def plugin(outputs: Outputs) -> Iterator[Plugin]:
    outputs.ask(OpenPorts())
    plugin = Plugin(outputs)
    yield plugin
    plugin.socket.close()


def moves(told: list[FromIo]) -> list[Moved]:
    return [message for message in told if isinstance(message, Moved)]


def test_plugins_lead_as_soon_as_one_runs(outputs: Outputs, plugin: Plugin) -> None:
    (free,) = moves(outputs.turn())
    assert free.transport.source is Source.FREE
    plugin.play()
    told = outputs.turn()
    assert plugin.heard().instance == 5
    (following,) = moves(told)
    assert following.transport.source is Source.PLUGIN
    assert following.transport.epoch != free.transport.epoch
    outputs.post(Play((Due(0, following.transport.epoch, ON),)))
    assert not [m for m in outputs.turn() if isinstance(m, Emitted)]  # not through the port
    assert plugin.heard().instance == 5


def test_the_ports_lead_if_their_time_is_to_be_followed(outputs: Outputs, plugin: Plugin) -> None:
    outputs.turn()
    outputs.post(Follow(Source.CLOCK))
    outputs.turn()
    plugin.play()
    told = outputs.turn() + outputs.turn()
    assert all(move.transport.source is Source.FREE for move in moves(told))


def test_what_sounds_on_the_ports_ends_when_the_plugins_take_the_lead(
    outputs: Outputs, plugin: Plugin
) -> None:
    outputs.post(Conduct(NANOSECONDS))
    outputs.post(Play((Due(NOW_NS, 0, ON), Due(NOW_NS + SECOND, 0, OFF))))
    outputs.turn()
    plugin.play()
    told = outputs.turn() + outputs.turn() + outputs.turn()
    sent = [each.event for m in told if isinstance(m, Emitted) for each in m.events]
    assert sent == [OFF]


def test_a_port_that_goes_is_told_of_once_and_used_again_when_it_is_back(
    outputs: Outputs, clock: ManualClock
) -> None:
    outputs.ask(OpenPorts())
    outputs.turn()
    Cable.pulled = True
    told = outputs.turn()
    assert [m.text for m in told if isinstance(m, Problem)] == ["The port has gone."]
    for _ in range(5):
        clock.advance(AGAIN_NS)
        assert not [m for m in outputs.turn() if isinstance(m, Problem | Ready)]
    Cable.pulled = False
    assert not [m for m in outputs.turn() if isinstance(m, Ready)]  # not at every turn
    clock.advance(AGAIN_NS)
    told = outputs.turn()
    assert any(isinstance(message, Ready) for message in told)
    assert Cable.opened == 2


def test_what_the_ports_must_know_is_known_to_those_that_come_back(
    outputs: Outputs, clock: ManualClock
) -> None:
    outputs.ask(OpenPorts())
    outputs.post(Conduct(NANOSECONDS))
    outputs.turn()
    Cable.pulled = True
    outputs.turn()
    Cable.pulled = False
    clock.advance(AGAIN_NS)
    epoch = moves(outputs.turn() + outputs.turn())[-1].transport.epoch
    outputs.post(Play((Due(clock.now_ns(), epoch, ON),)))
    (emitted,) = (m for m in outputs.turn() if isinstance(m, Emitted))
    assert emitted.events[0].due_ns == clock.now_ns()


def test_a_taken_port_is_a_problem_and_not_the_end(
    outputs: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        monkeypatch.setenv("ANTIPHON_PORT", str(other.getsockname()[1]))
        told = outputs.ask(OpenPorts())
    assert [type(message) for message in told] == [Ready, Problem]
    assert "is Antiphon running already" in told[1].text  # type: ignore[union-attr]


def test_ports_that_come_after_they_were_asked_for_are_opened_and_seldom_looked_for(
    outputs: Outputs, clock: ManualClock
) -> None:
    Cable.pulled = True
    assert outputs.ask(OpenPorts()) == [Problem("There is no port.")]
    Cable.pulled = False
    clock.advance(LATER_NS - 1)
    assert outputs.turn() == []
    clock.advance(1)
    told = outputs.turn()
    ready = Ready("loopback", "loopback in", "loopback out")
    assert [m for m in told if isinstance(m, Ready | PortNames)] == [ready, PortNames((), ())]


def test_nobody_is_connected_to_ports_that_are_lost(
    outputs: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs.ask(OpenPorts())
    with monkeypatch.context() as once:
        once.setattr(Cable, "turn", lambda _cable, _now_ns: [Patched(connected=True)])
        assert Patched(connected=True) in outputs.turn()
    Cable.pulled = True
    assert Patched(connected=False) in outputs.turn()
    Cable.pulled = False
    assert not [m for m in outputs.ask(OpenPorts()) if isinstance(m, Patched)]


KEY, KEY_UP = NoteOn(HAND_CHANNEL, 60, 100), NoteOff(HAND_CHANNEL, 60)


def by_hand(outputs: Outputs, *plan: tuple[int, Playable]) -> None:
    outputs.play_by_hand(Stamped(NOW_NS + at_ns, event) for at_ns, event in plan)


def heard(told: list[FromIo]) -> list[Stamped]:
    return [each for m in told if isinstance(m, Received) for each in m.events]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, Playable]]:
    """Write down what goes out on the port, the desk's notes too."""
    written: list[tuple[int, Playable]] = []
    report = Conductor.report

    def write(
        conductor: Conductor, played: tuple[Stamped, ...], sent: list[Sent], now_ns: int
    ) -> list[Report]:
        written.extend((each.due_ns - NOW_NS, each.event) for each in sent)
        return report(conductor, played, sent, now_ns)

    monkeypatch.setattr(Conductor, "report", write)
    return written


def test_the_desk_is_heard_and_goes_out_at_its_time(
    outputs: Outputs, clock: ManualClock, wire: list[tuple[int, Playable]]
) -> None:
    outputs.ask(OpenPorts())
    by_hand(outputs, (10, ON), (20, OFF))
    outputs.turn()
    assert outputs.next_due_ns() == NOW_NS + 10
    clock.advance(15)
    assert heard(outputs.turn()) == [Stamped(NOW_NS + 10, ON)]
    clock.advance(15)
    told = outputs.turn()
    assert heard(told) == [Stamped(NOW_NS + 20, OFF)]
    assert wire == [(10, KEY), (20, KEY_UP)]
    assert outputs.next_due_ns() is None


def test_without_any_port_the_desk_is_heard_all_the_same(
    outputs: Outputs, clock: ManualClock
) -> None:
    Cable.pulled = True
    outputs.ask(OpenPorts())
    by_hand(outputs, (10, ON))
    assert outputs.next_due_ns() == NOW_NS + 10
    clock.advance(10)
    assert heard(outputs.turn()) == [Stamped(NOW_NS + 10, ON)]


@pytest.mark.parametrize("command", [Silence(), Panic()])
def test_what_is_still_to_come_from_the_desk_is_forgotten(
    outputs: Outputs,
    clock: ManualClock,
    wire: list[tuple[int, Playable]],
    command: Silence | Panic,
) -> None:
    outputs.ask(OpenPorts())
    by_hand(outputs, (0, ON), (10, NoteOn(0, 61, 1)), (20, OFF))
    outputs.turn()
    outputs.post(command)
    clock.advance(SECOND)
    assert heard(outputs.turn()) == []
    assert [event for _, event in wire if not isinstance(event, ControlChange)] == [KEY, KEY_UP]


def test_a_plugin_that_leads_plays_the_desk_and_what_is_still_to_come_of_it(
    outputs: Outputs, plugin: Plugin, wire: list[tuple[int, Playable]], clock: ManualClock
) -> None:
    by_hand(outputs, (0, ON), (20 * MS, NoteOn(0, 62, 1)))
    outputs.turn()
    assert wire == [(0, KEY)]
    plugin.play()
    outputs.turn()  # the port is silenced, and the plugin told the rest
    clock.advance(20 * MS)
    outputs.turn()
    assert wire[1] == (0, KEY_UP)
    messages: list[Message] = []
    while not messages or isinstance(messages[-1], AppHello | Flush):
        messages.append(plugin.heard())
    (told,) = (m.message for m in messages if isinstance(m, PlayAtTime))
    assert told == encode_event(NoteOn(HAND_CHANNEL, 62, 1))


def test_ports_that_come_back_play_what_is_still_to_come_from_the_desk(
    outputs: Outputs, clock: ManualClock, wire: list[tuple[int, Playable]]
) -> None:
    outputs.ask(OpenPorts())
    by_hand(outputs, (0, ON), (3 * SECOND, NoteOn(0, 62, 1)))
    outputs.turn()
    Cable.pulled = True
    outputs.turn()
    Cable.pulled = False
    for _ in range(3):
        clock.advance(AGAIN_NS)
        outputs.turn()
    outputs.turn()
    assert wire == [(0, KEY), (3 * SECOND, NoteOn(HAND_CHANNEL, 62, 1))]


@pytest.fixture
def ear() -> Iterator[Ear]:
    ear = Ear()
    yield ear
    ear.socket.close()


def told_of(ear: Ear) -> list[tuple[int, Event]]:
    """Return what a synth was told, without the programs."""
    told = ((due_ns - NOW_NS, event) for due_ns, event in ear.heard())
    return [(due_ns, event) for due_ns, event in told if not isinstance(event, ProgramChange)]


@pytest.mark.parametrize("player", [True, False])
def test_a_synth_is_told_what_the_player_plays_on_a_port_if_that_is_wanted(
    outputs: Outputs, ear: Ear, monkeypatch: pytest.MonkeyPatch, *, player: bool
) -> None:
    outputs.ask(OpenPorts())
    outputs.monitor(Monitor(ear.port, player))
    monkeypatch.setattr(
        Cable, "turn", lambda _cable, now_ns: [Received((Stamped(now_ns, NoteOn(3, 50, 7)),))]
    )
    assert heard(outputs.turn())
    assert told_of(ear) == ([(0, NoteOn(PLAYER_CHANNEL, 50, 7))] if player else [])


def test_keys_that_are_down_end_on_a_synth_with_the_port_they_are_at(
    outputs: Outputs, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs.ask(OpenPorts())
    outputs.monitor(Monitor(ear.port))
    with monkeypatch.context() as once:
        played = [Received((Stamped(NOW_NS, NoteOn(3, 50, 7)),))]
        once.setattr(Cable, "turn", lambda _cable, _now_ns: played)
        outputs.turn()
    Cable.pulled = True
    outputs.turn()
    assert told_of(ear)[1:] == [(0, NoteOff(PLAYER_CHANNEL, 50))]


def test_a_synth_goes_on_while_ports_are_looked_for_and_ends_with_what_leads_nowhere(
    outputs: Outputs, ear: Ear, clock: ManualClock
) -> None:
    outputs.ask(OpenPorts())
    outputs.post(Conduct(NANOSECONDS))
    outputs.monitor(Monitor(ear.port))
    outputs.turn()
    Cable.pulled = True
    epoch = moves(outputs.turn() + outputs.turn())[-1].transport.epoch
    outputs.post(Play((Due(NOW_NS, epoch, ON), Due(NOW_NS + 5 * SECOND, epoch, OFF))))
    assert emitted(outputs.turn()) == [ON]
    assert told_of(ear) == [(0, ON)]
    Cable.pulled = False
    clock.advance(AGAIN_NS)
    told = outputs.turn()
    assert [type(m) for m in told if isinstance(m, Ready | Emitted)] == [Emitted, Ready]
    assert told_of(ear)[0] == (SECOND, OFF)


def test_nobody_stands_in_for_ports_that_nobody_asked_for_or_when_nobody_listens(
    outputs: Outputs, ear: Ear
) -> None:
    outputs.monitor(Monitor(ear.port))
    assert not outputs.open
    Cable.pulled = True
    outputs.ask(OpenPorts())
    assert moves(outputs.turn())
    outputs.monitor(Monitor(None))
    outputs.turn()
    outputs.post(Conduct(replace(NANOSECONDS, time_ns=1)))
    assert not moves(outputs.turn())
