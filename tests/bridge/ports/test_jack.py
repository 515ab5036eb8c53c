"""Real ports on a real JACK server, with another program at the other end of the cables."""

import os
import signal
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bridge.io.handle import MidiIo
from bridge.midi.events import NoteOff, NoteOn, TimedEvent, encode
from bridge.playout.problem import JackGone, NoJackServer, NoSuchPort
from bridge.playout.protocol import (
    Inject,
    ListPorts,
    OpenPorts,
    OutputConnected,
    Panic,
    Play,
    PortNames,
    Problem,
    Ready,
    Received,
    SetOwnTransport,
    Silence,
)
from bridge.playout.schedule import Playable, ScheduledEvent
from bridge.sync.transport import NANOSECONDS
from bridge.system.clock import SystemClock
from tests.bridge.jack_server import RATE_HZ, watched_jack_server
from tests.bridge.peer import Peer
from tests.bridge.session.conversation import Conversation, soon_ns

pytestmark = pytest.mark.device

MS = 1_000_000
FRAMES_PER_MS = RATE_HZ // 1000
ROOT = Path(__file__).parents[3]
SILENCE = [[0xB0, control, 0] for control in (64, 120, 123)]


@pytest.fixture
def talk(peer: Peer) -> Iterator[Conversation]:
    """Run the process on the server, its ports open and connected to the other program."""
    with MidiIo.start("jack") as io:
        conversation = Conversation(io)
        ready = conversation.open()
        assert (ready.input_name, ready.output_name) == ("Antiphon:in", "Antiphon:out")
        peer.ask(connect=[["player:out", ready.input_name], [ready.output_name, "listener:in"]])
        io.send(SetOwnTransport(NANOSECONDS))
        yield conversation


def notes(first_ns: int, step_ns: int, count: int) -> list[ScheduledEvent]:
    """Return planned notes, one at each step, each half as long as the step."""
    plan: list[tuple[int, Playable]] = []
    for place in range(count):
        onset_ns = first_ns + place * step_ns
        plan += [(onset_ns, NoteOn(0, place % 128, 100))]
        plan += [(onset_ns + step_ns // 2, NoteOff(0, place % 128))]
    return [ScheduledEvent(due_ns, 0, event) for due_ns, event in plan]


def misses_of_the_plan(peer: Peer, talk: Conversation) -> list[float]:
    """Play a plan; return by how many frames each event missed its frame."""
    frame, now_ns = peer.ask(clock=True)
    plan = notes(now_ns + 100 * MS, 7_300_000, 100)
    talk.io.send(Play(tuple(plan)))
    received = peer.ask(hear=len(plan))
    assert [message for _, message in received] == [list(encode(due.event)) for due in plan]
    return [
        at - frame - (due.tick - now_ns) * RATE_HZ / 1e9
        for (at, _), due in zip(received, plan, strict=True)
    ]


def misses_of_an_echo(peer: Peer, talk: Conversation) -> list[float]:
    """Repeat notes 60 ms after they came; return by how many frames each missed that."""
    frame, _ = peer.ask(clock=True)
    first = frame + 100 * FRAMES_PER_MS
    played = [(first + place * 331, [0x90, place, 64]) for place in range(100)]
    peer.ask(play=played)
    echoed = 0
    while echoed < len(played) and (said := talk.io.receive(1)):
        for message in said:
            if isinstance(message, Received):
                echoed += len(message.events)
                talk.io.send(Play(tuple(due for each in message.events for due in echo(each))))
    received = peer.ask(hear=2 * len(played))
    struck = [(at, message) for at, message in received if message[0] == 0x90]
    assert [message for _, message in struck] == [message for _, message in played]
    delays = [back - out for (back, _), (out, _) in zip(struck, played, strict=True)]
    return [delay - 60 * FRAMES_PER_MS for delay in delays]


def echo(received: TimedEvent) -> tuple[ScheduledEvent, ScheduledEvent]:
    """Return the same note 60 ms later, and its release."""
    assert isinstance(received.event, NoteOn)
    again_ns = received.time_ns + 60 * MS
    end = NoteOff(received.event.channel, received.event.pitch)
    return ScheduledEvent(again_ns, 0, received.event), ScheduledEvent(again_ns + 5 * MS, 0, end)


@pytest.mark.parametrize("misses_of", [misses_of_the_plan, misses_of_an_echo])
def test_timing_is_exact_to_the_frame(
    peer: Peer, talk: Conversation, misses_of: Callable[[Peer, Conversation], list[float]]
) -> None:
    misses = misses_of(peer, talk)
    median = statistics.median(misses)
    assert abs(median) < 3  # the peer reads the two clocks to a frame or two
    far = [miss for miss in misses if abs(miss - median) > 1.5]
    assert len(far) <= 0.05 * len(misses), far


def test_incoming_events_are_parsed(peer: Peer, talk: Conversation) -> None:
    frame, now_ns = peer.ask(clock=True)
    first = frame + 50 * FRAMES_PER_MS
    messages = [[0xFE], [0xF0, 1, 2, 0xF7], [0x90, 60, 0], [0xE3, 0, 64]]
    peer.ask(play=[(first, message) for message in messages])
    received = talk.received(len(messages))
    assert received[2].event == NoteOff(0, 60)
    assert [list(encode(each.event)) for each in (received[0], received[1], received[3])] == [
        messages[0],
        messages[1],
        messages[3],
    ]
    assert len({each.time_ns for each in received}) == 1
    assert abs(received[0].time_ns - now_ns - 50 * MS) < 5 * MS


def strike(talk: Conversation, peer: Peer) -> None:
    """Start a note that would end in an hour."""
    begin_ns = soon_ns()
    talk.io.send(SetOwnTransport(NANOSECONDS))
    note = (
        ScheduledEvent(begin_ns, 0, NoteOn(0, 60, 100)),
        ScheduledEvent(begin_ns + 3600_000 * MS, 0, NoteOff(0, 60)),
    )
    talk.io.send(Play(note))
    [(_, message)] = peer.ask(hear=1)
    assert message == [0x90, 60, 100]


def ending(peer: Peer) -> list[list[int]]:
    """Return the events that end the note of `strike`."""
    return [message for _, message in peer.ask(hear=4)]


def test_panic_releases_the_note(peer: Peer, talk: Conversation) -> None:
    strike(talk, peer)
    talk.io.send(Panic())
    assert ending(peer) == [[0x80, 60, 64], *SILENCE]


def test_quit_releases_the_note(peer: Peer, talk: Conversation) -> None:
    strike(talk, peer)
    assert talk.leave()[-4].event == NoteOff(0, 60)
    assert ending(peer) == [[0x80, 60, 64], *SILENCE]


def test_closing_the_handle_releases_the_note(peer: Peer, talk: Conversation) -> None:
    strike(talk, peer)
    talk.io.close()
    assert ending(peer) == [[0x80, 60, 64], *SILENCE]


def test_midi_thru_is_sent_at_its_frame_and_released(peer: Peer, talk: Conversation) -> None:
    frame, now_ns = peer.ask(clock=True)
    begin_ns = now_ns + 100 * MS
    plan = (
        TimedEvent(begin_ns, NoteOn(0, 72, 90)),
        TimedEvent(begin_ns + 90_000 * MS, NoteOff(0, 72)),
    )
    talk.io.send(Inject(plan))
    ((at, message),) = peer.ask(hear=1)
    assert message == [0x9F, 72, 90]
    assert abs(at - frame - 100 * FRAMES_PER_MS) <= FRAMES_PER_MS
    assert talk.received(1) == [plan[0]]
    talk.io.send(Silence())
    assert [message for _, message in peer.ask(hear=1)] == [[0x8F, 72, 64]]
    talk.io.send(Inject((TimedEvent(SystemClock().now_ns(), NoteOn(0, 73, 90)),)))
    peer.ask(hear=1)
    assert talk.leave() == []  # there was no plan
    desks = [[0xBF, control, 0] for control in (64, 120, 123)]
    assert [message for _, message in peer.ask(hear=4)] == [[0x8F, 73, 64], *desks]


ENGINE = """
import sys
from bridge.system.clock import SystemClock
from bridge.midi.events import NoteOn
from bridge.io.handle import MidiIo
from bridge.playout.protocol import OpenPorts, Play, SetOwnTransport
from bridge.playout.schedule import ScheduledEvent
from bridge.sync.transport import NANOSECONDS
io = MidiIo.start("jack")
io.send(OpenPorts(None, "listener:in"))
print(io.receive(20), flush=True)
io.send(SetOwnTransport(NANOSECONDS))
due_ns = SystemClock().now_ns() + 500_000_000
io.send(Play((ScheduledEvent(due_ns, 0, NoteOn(0, 60, 100)),)))
sys.stdin.read()
"""


def test_the_sudden_end_of_the_engine_releases_the_note(peer: Peer) -> None:
    engine = subprocess.Popen(
        [sys.executable, "-c", ENGINE], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert peer.ask(hear=1)[0][1] == [0x90, 60, 100]
    engine.send_signal(signal.SIGKILL)
    assert ending(peer) == [[0x80, 60, 64], *SILENCE]
    engine.communicate()


def test_ports_are_found_by_part_of_their_name(peer: Peer) -> None:
    with MidiIo.start("jack") as io:
        talk = Conversation(io)
        io.send(ListPorts())
        names = talk.expect(PortNames)
        assert names == PortNames(inputs=("player:out",), outputs=("listener:in",))
        talk.open("PLAY", "listener:in")
        strike(talk, peer)
        peer.ask(play=[(0, [0x90, 1, 1])])
        assert talk.received(1)[0].event == NoteOn(0, 1, 1)


@pytest.mark.usefixtures("peer")
def test_a_missing_port_is_named_with_the_available_ones() -> None:
    with MidiIo.start("jack") as io:
        talk = Conversation(io)
        io.send(OpenPorts("grand piano"))
        assert talk.expect(Problem) == Problem(NoSuchPort("grand piano", ("player:out",)))
        talk.open("player")


def test_the_process_survives_the_end_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"returns-{os.getpid()}"
    monkeypatch.setenv("JACK_DEFAULT_SERVER", name)  # also while it does not run
    with watched_jack_server(name):
        io = MidiIo.start("jack")
        talk = Conversation(io)
        talk.open()
    with io:
        assert talk.expect(Problem) == Problem(JackGone())
        io.send(Play(()))
        io.send(OpenPorts())
        assert talk.expect(Problem) == Problem(NoJackServer())
        with watched_jack_server(name):
            assert talk.expect(Ready).input_name == "Antiphon:in"  # without another request
            assert talk.expect(PortNames) == PortNames((), ())
            io.close()


def test_a_change_of_the_outputs_connection_is_reported(peer: Peer, talk: Conversation) -> None:
    cable = ["Antiphon:out", "listener:in"]
    assert talk.expect(OutputConnected) == OutputConnected(connected=True)
    peer.ask(connect=[["Antiphon:out", "Antiphon:in"]])  # a connection to ourselves does not count
    peer.ask(disconnect=[cable])
    assert talk.expect(OutputConnected) == OutputConnected(connected=False)
    peer.ask(connect=[cable])
    assert talk.expect(OutputConnected) == OutputConnected(connected=True)
    talk.open()  # opened again, and so without connections
    assert talk.expect(OutputConnected) == OutputConnected(connected=False)


@pytest.mark.usefixtures("peer")
def test_a_named_output_is_connected() -> None:
    with MidiIo.start("jack") as io:
        talk = Conversation(io)
        talk.open(None, "listener:in")
        assert talk.expect(OutputConnected) == OutputConnected(connected=True)


@pytest.mark.usefixtures("talk")
def test_two_clients_have_different_names() -> None:
    with MidiIo.start("jack") as io:
        assert Conversation(io).open().input_name == "Antiphon-01:in"
