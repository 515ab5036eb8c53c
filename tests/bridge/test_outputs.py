"""Ports and plugins as one: who leads, what the session is told, and ports that come back."""

import socket
from collections.abc import Iterator

import pytest

from bridge import ports
from bridge.clock import ManualClock
from bridge.conductor import Conductor
from bridge.events import NoteOff, NoteOn
from bridge.loopback_backend import LoopbackBackend
from bridge.outputs import AGAIN_NS, Outputs
from bridge.plugin_wire import Block, BlockFlags, Message, PluginHello, decode, encode
from bridge.ports import PortError
from bridge.protocol import (
    Conduct,
    Emitted,
    Follow,
    FromIo,
    Moved,
    OpenPorts,
    Play,
    Problem,
    Ready,
    Report,
)
from bridge.schedule import Due
from bridge.transport import NANOSECONDS, Source

SECOND = 1_000_000_000
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
    def connect(_name: str, _client: str, _clock: object, conductor: Conductor) -> Cable:
        return Cable(conductor)

    monkeypatch.setattr("bridge.outputs.connect", connect)
    monkeypatch.setattr(Cable, "pulled", False)
    monkeypatch.setattr(Cable, "opened", 0)
    monkeypatch.setitem(ports.BACKENDS, "cable", "none")
    outputs = Outputs("cable", "Antiphon", clock)
    yield outputs
    outputs.close()


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


def test_ports_that_cannot_be_opened_are_not_looked_for(
    outputs: Outputs, clock: ManualClock
) -> None:
    Cable.pulled = True
    assert outputs.ask(OpenPorts()) == [Problem("There is no port.")]
    Cable.pulled = False
    clock.advance(10 * AGAIN_NS)
    assert not [m for m in outputs.turn() if isinstance(m, Ready)]
