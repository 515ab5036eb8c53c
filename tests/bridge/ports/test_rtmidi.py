"""RtMidi: its times with a fake library, its ports on a real JACK server."""

from collections import deque
from collections.abc import Iterator

import pytest
import rtmidi

from bridge.io.handle import MidiIo
from bridge.midi.events import NoteOff, NoteOn
from bridge.playout.problem import NoSuchPort, NoVirtualPorts, PortGone, SystemRefused
from bridge.playout.protocol import (
    EchoDetected,
    InputLost,
    KeyboardHeard,
    ListenToKeyboard,
    ListPorts,
    OpenPorts,
    Panic,
    Play,
    PortNames,
    Problem,
    Ready,
    Received,
    Report,
    SetOwnTransport,
)
from bridge.playout.schedule import ScheduledEvent
from bridge.ports.base import PortError
from bridge.ports.rtmidi import RtMidiBackend
from bridge.ports.rtmidi_input import BUSY_NS
from bridge.sync.transport import NANOSECONDS
from tests.bridge.keyboard import Keyboard
from tests.bridge.peer import Peer
from tests.bridge.ports.rtmidi_system import System
from tests.bridge.session.conversation import Conversation, soon_ns

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


WINDOWS, MACOS = rtmidi.API_WINDOWS_MM, rtmidi.API_MACOSX_CORE


def reports(backend: RtMidiBackend, now_ns: int) -> list[Report]:
    """Look after the ports, and return what has changed and come in."""
    backend.maintain()
    return [m for m in backend.poll(now_ns) if isinstance(m, LOOKED_FOR)]


LOOKED_FOR = InputLost | KeyboardHeard | PortNames | Problem | Received


def test_a_moved_index_is_no_loss() -> None:
    system = System(WINDOWS, ["Other", "nanoKEY2"], ["Synth", "Piano"])
    backend = system.backend()
    ready = backend.open("nanoKEY2 1", "Piano 1")
    assert ready == Ready("rtmidi", "nanoKEY2", "Piano")
    assert reports(backend, MS) == []
    del system.devices["in"][0], system.devices["out"][0]
    assert reports(backend, 2 * MS) == [PortNames(("nanoKEY2",), ("Piano",), "nanoKEY2")]
    assert system.backend().open("nanoKEY2 1", "Piano 1") == ready
    system.devices["in"].remove("nanoKEY2")
    with pytest.raises(PortError) as lost:
        backend.maintain()
    assert lost.value.reason == PortGone("nanoKEY2")


def test_the_second_of_two_equal_devices_is_opened() -> None:
    system = System(MACOS, ["piano", "piano"], [])
    assert system.backend().open("piano (2)", None).input_name == "piano (2)"
    assert [port.number for port in system.open_ports] == [1]


def test_a_keyboard_is_heard_beside_our_own_ports() -> None:
    system = System(MACOS, ["IAC Driver Bus 1", "piano"], [])
    backend = system.backend()
    backend.listen_to_keyboard(wanted=True)
    assert backend.open(None, None) == Ready("rtmidi", "Antiphon in", "Antiphon out")
    assert reports(backend, MS) == [KeyboardHeard("piano")]
    system.play("piano", 0x90, 60, 100)
    (received,) = reports(backend, 2 * MS)
    assert isinstance(received, Received)
    assert [each.event for each in received.events] == [NoteOn(0, 60, 100)]
    system.devices["in"].remove("piano")
    gone = reports(backend, 3 * MS)
    assert gone == [InputLost(), KeyboardHeard(""), PortNames(("IAC Driver Bus 1",), (), "")]
    system.devices["in"].insert(0, "piano")
    assert KeyboardHeard("piano") in reports(backend, 4 * MS)
    backend.listen_to_keyboard(wanted=False)
    assert reports(backend, 5 * MS) == [InputLost(), KeyboardHeard("")]
    backend.close(6 * MS)
    assert system.open_ports == []


def test_our_notes_that_come_back_on_the_keyboard_are_echoes() -> None:
    system = System(MACOS, ["piano"], ["piano"])
    backend = system.backend()
    backend.listen_to_keyboard(wanted=True)
    backend.open(None, "piano")
    assert reports(backend, MS) == [KeyboardHeard("piano")]
    backend.post(SetOwnTransport(NANOSECONDS), MS)
    backend.post(Play((ScheduledEvent(2 * MS, 0, NoteOn(0, 60, 1)),)), MS)
    backend.poll(2 * MS)
    system.play("piano", 0x90, 60, 1)
    system.play("piano", 0x90, 62, 1)
    found = backend.poll(3 * MS)
    (received,) = (report for report in found if isinstance(report, Received))
    assert [each.event for each in received.events] == [NoteOn(0, 62, 1)]
    assert any(isinstance(report, EchoDetected) for report in found)


def test_a_keyboard_that_another_program_uses_is_tried_again() -> None:
    system = System(MACOS, ["piano"], [])
    system.busy = {"piano"}
    backend = system.backend()
    backend.listen_to_keyboard(wanted=True)
    backend.open(None, None)
    assert reports(backend, MS) == []
    system.busy = set()
    assert reports(backend, 2 * MS) == []
    assert backend.poll(MS + BUSY_NS) == []
    assert reports(backend, MS + BUSY_NS) == [KeyboardHeard("piano")]


def test_on_windows_a_keyboard_is_heard_without_an_output() -> None:
    system = System(WINDOWS, ["loopMIDI Port", "piano"], ["GS"])
    backend = system.backend()
    with pytest.raises(PortError) as refusal:
        backend.open(None, None)  # nothing is left to listen on
    assert refusal.value.reason == NoVirtualPorts("in", ("loopMIDI Port", "piano"))
    backend.listen_to_keyboard(wanted=True)
    assert backend.open(None, None) == Ready("rtmidi", "", "")
    missing = Problem(NoVirtualPorts("out", ("GS",)))
    assert reports(backend, MS) == [missing, KeyboardHeard("piano")]
    backend.post(SetOwnTransport(NANOSECONDS), MS)
    backend.post(Play((ScheduledEvent(MS, 0, NoteOn(0, 60, 1)),)), MS)
    assert backend.poll(2 * MS)  # what is sent goes to the synth
    backend.close(3 * MS)


def test_a_chosen_device_in_use_is_refused() -> None:
    system = System(WINDOWS, ["piano"], ["piano"])
    system.busy = {"piano"}
    with pytest.raises(PortError) as refusal:
        system.backend().open("piano", "piano")
    assert refusal.value.reason == SystemRefused("the device is in use")


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
    due_ns = soon_ns()
    talk.io.send(Play(tuple(ScheduledEvent(due_ns, 0, NoteOn(0, pitch, 1)) for pitch in (60, 64))))
    assert [message for _, message in peer.ask(hear=2)] == [[0x90, 60, 1], [0x90, 64, 1]]
    frame, now_ns = peer.ask(clock=True)
    first = frame + 100 * FRAMES_PER_MS
    peer.ask(play=[(first, [0x90, 60, 0]), (first + 1, [0xC0, 7])])
    received = talk.received(2)
    assert received[0].event == NoteOff(0, 60)
    assert abs(received[0].time_ns - now_ns - 100 * MS) < 50 * MS


@pytest.mark.device
@pytest.mark.parametrize("leave", ["panic", "quit", "close"])
def test_leaving_releases_the_note(peer: Peer, talk: Conversation, leave: str) -> None:
    talk.io.send(Play((ScheduledEvent(soon_ns(), 0, NoteOn(0, 60, 100)),)))
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


@pytest.mark.device
@pytest.mark.usefixtures("peer")
def test_a_keyboard_on_a_bridge_is_heard_beside_our_own_port() -> None:
    bridged = "nanoKEY2 [20] (capture): nanoKEY2 MIDI 1"
    with MidiIo.start("rtmidi") as io:
        talk = Conversation(io)
        io.send(ListenToKeyboard(wanted=True))
        assert talk.open().input_name == "Antiphon in"
        for _ in range(2):
            with Keyboard("a2j", bridged) as keyboard:
                heard = talk.expect(KeyboardHeard)
                assert heard == KeyboardHeard("a2j:nanoKEY2 (capture): nanoKEY2 MIDI 1")
                keyboard.press(60)
                talk.expect(Received)
            talk.expect(InputLost)
            assert talk.expect(KeyboardHeard) == KeyboardHeard("")
