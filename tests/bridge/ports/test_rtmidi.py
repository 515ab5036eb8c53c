"""RtMidi: its times with a fake library, its ports on a real JACK server."""

from collections import deque
from collections.abc import Iterator

import pytest

from bridge.io.handle import MidiIo
from bridge.midi.events import NoteOff, NoteOn
from bridge.playout.problem import NoSuchPort
from bridge.playout.protocol import (
    ListPorts,
    OpenPorts,
    Panic,
    Play,
    PortNames,
    Problem,
    Received,
    SetOwnTransport,
)
from bridge.playout.schedule import ScheduledEvent
from bridge.ports.rtmidi import RtMidiBackend
from bridge.sync.transport import NANOSECONDS
from bridge.system.clock import SystemClock
from tests.bridge.conftest import Peer
from tests.bridge.session.conversation import Conversation

MS = 1_000_000
FRAMES_PER_MS = 48
SILENCE = [[0xB0, control, 0] for control in (64, 120, 123)]


class Library:
    """A fake of the parts of `rtmidi.MidiIn` and `MidiOut` that the back end uses."""

    def __init__(self) -> None:
        self.queue: deque[tuple[list[int], float]] = deque()

    def get_message(self) -> tuple[list[int], float] | None:
        """Return the first waiting message, or None."""
        return self.queue.popleft() if self.queue else None


def stamps(looks: list[tuple[int, list[float]]]) -> list[int]:
    """Poll at these times (ms), find messages with these deltas (s); return their times (ms)."""
    library = Library()
    backend = RtMidiBackend(library, library, "Antiphon", now_ns=0)
    found: list[int] = []
    for now_ms, deltas in looks:
        library.queue.extend(([0xFE], delta_s) for delta_s in deltas)
        for report in backend.poll(now_ms * MS):
            if isinstance(report, Received):
                found += (each.time_ns // MS for each in report.events)
    return found


@pytest.mark.parametrize(
    "looks,expected",
    [
        # The intervals are the driver's, whatever the times of the polls.
        ([(5, [0.005]), (100, [0.02, 0.02, 0.02])], [5, 25, 45, 65]),
        # The first message has no interval, and came after the previous poll.
        ([(50, []), (51, [0.0])], [50]),
        # No message is earlier than the previous poll, nor later than the one that found it.
        ([(5, [0.005]), (90, []), (100, [0.02])], [5, 90]),
        ([(5, [0.005]), (10, [7.0]), (20, [0.005])], [5, 10, 15]),
        # A driver without a clock reports 0, and the times of the polls limit it.
        ([(10, [0.0]), (20, [0.0]), (30, [0.0])], [0, 10, 20]),
    ],
)
def test_the_drivers_interval_is_limited_to_possible_times(
    looks: list[tuple[int, list[float]]], expected: list[int]
) -> None:
    assert stamps(looks) == expected


@pytest.fixture
def talk(peer: Peer) -> Iterator[Conversation]:
    """Run the process with virtual ports, connected to the other program."""
    with MidiIo.start("rtmidi") as io:
        conversation = Conversation(io)
        ready = conversation.open()
        assert (ready.backend, ready.input_name, ready.output_name) == (
            "rtmidi",
            "Antiphon in",
            "Antiphon out",
        )
        ports = peer.ask(ports="Antiphon")
        [source] = [name for name in ports if name.endswith("Antiphon out")]
        [target] = [name for name in ports if name.endswith("Antiphon in")]
        peer.ask(connect=[["player:out", target], [source, "listener:in"]])
        io.send(SetOwnTransport(NANOSECONDS))
        yield conversation


@pytest.mark.device
def test_notes_go_out_and_come_in(peer: Peer, talk: Conversation) -> None:
    frame, now_ns = peer.ask(clock=True)
    talk.io.send(
        Play(tuple(ScheduledEvent(now_ns + 50 * MS, 0, NoteOn(0, pitch, 1)) for pitch in (60, 64)))
    )
    assert [message for _, message in peer.ask(hear=2)] == [[0x90, 60, 1], [0x90, 64, 1]]
    first = frame + 100 * FRAMES_PER_MS
    peer.ask(play=[(first, [0x90, 60, 0]), (first + 1, [0xC0, 7])])
    received = talk.received(2)
    assert received[0].event == NoteOff(0, 60)
    assert abs(received[0].time_ns - now_ns - 100 * MS) < 50 * MS


@pytest.mark.device
@pytest.mark.parametrize("leave", ["panic", "quit", "close"])
def test_leaving_releases_the_note(peer: Peer, talk: Conversation, leave: str) -> None:
    talk.io.send(Play((ScheduledEvent(SystemClock().now_ns() + 50 * MS, 0, NoteOn(0, 60, 100)),)))
    assert [message for _, message in peer.ask(hear=1)] == [[0x90, 60, 100]]
    {"panic": lambda: talk.io.send(Panic()), "quit": talk.leave, "close": talk.io.close}[leave]()
    assert [message for _, message in peer.ask(hear=4)] == [[0x80, 60, 64], *SILENCE]


@pytest.mark.device
@pytest.mark.usefixtures("peer")
def test_existing_ports_are_listed_and_opened_by_name() -> None:
    with MidiIo.start("rtmidi") as io:
        talk = Conversation(io)
        io.send(ListPorts())
        assert talk.expect(PortNames) == PortNames(("player:out",), ("listener:in",))
        io.send(OpenPorts("harp"))
        assert talk.expect(Problem).reason == NoSuchPort("harp", ("player:out",))
        ready = talk.open("play", "listen")
        assert (ready.input_name, ready.output_name) == ("player:out", "listener:in")
