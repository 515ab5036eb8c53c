"""The engine with its real processes: over the loopback port, and as the window's child."""

from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

import psutil
import pytest

from bridge.messages.requests import ChangeSettings, HandOver, Request, Start, UnknownStyle
from bridge.messages.settings import Settings
from bridge.messages.snapshot import LogEntry, Snapshot, TurnState
from bridge.midi.events import NoteOff, NoteOn, TimedEvent
from bridge.playout import protocol
from bridge.playout.problem import IoExited, IoRestarted
from bridge.synth.policy import SynthPolicy
from bridge.synth.process import BACKEND_VARIABLE
from bridge.synth.reason import NoSoundDevice
from bridge.system.child_end import ChildEnd
from bridge.system.pipe import Child, start_child
from export.runtime.artefact import load_default_artefact
from gui.engine.process import Engine
from gui.engine.snapshots import Capture, Captured, Purpose, SnapshotDelta, Unpacker
from tests.bridge.peer import Peer

MS = 1_000_000
SECOND = 1000 * MS
PATIENCE_NS = 20 * SECOND


def polled(engine: Engine, until: Callable[[list[LogEntry]], bool]) -> list[LogEntry]:
    """Poll the engine until its log fulfils a condition."""
    log: list[LogEntry] = []
    give_up_ns = engine.now_ns + PATIENCE_NS
    while not until(log):
        assert engine.now_ns < give_up_ns, [entry.event for entry in log]
        log += engine.poll(engine.now_ns + 50 * MS)
    return log


def said(what: str) -> Callable[[list[LogEntry]], bool]:
    return lambda log: any(entry.event == what for entry in log)


def key_events(at_ns: int, pitch: int) -> list[TimedEvent]:
    return [
        TimedEvent(at_ns, NoteOn(0, pitch, 80)),
        TimedEvent(at_ns + 100 * MS, NoteOff(0, pitch)),
    ]


def test_the_response_yields_when_the_player_comes_back_in() -> None:
    settings = Settings(answer_ns=10 * SECOND, seed=1)
    with Engine(load_default_artefact(), settings, backend="loopback") as engine:
        engine.post(protocol.OpenPorts())
        engine.post(ChangeSettings(settings))
        engine.post(Start())
        polled(engine, said("ready"))
        begin = engine.now_ns + 100 * MS
        engine.inject([key for i in range(4) for key in key_events(begin + i * 150 * MS, 60 + i)])
        polled(engine, said("first note sent"))
        back = engine.now_ns + 300 * MS
        engine.inject(key_events(back, 72))
        polled(engine, said("retract"))
        snapshot = engine.snapshot()
        assert snapshot.state is TurnState.PLAYER
        answered = [note for note in snapshot.notes if note.answered]
        assert answered
        assert all(n.release_ns is not None and n.release_ns <= engine.now_ns for n in answered)
        engine.post(HandOver())
        polled(engine, said("first note sent"))
        every = engine.capture(Capture()).record.notes
        assert [n.onset_ns for n in every] == [n.onset_ns for n in engine.record().notes][
            : len(every)
        ]
        late = engine.capture(Capture(engine.now_ns - back + 100 * MS)).record.notes
        assert [note.pitch for note in late if not note.answered] == [72]
        assert len(late) < len(every)


@pytest.mark.device
def test_a_connected_output_silences_the_synth(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BACKEND_VARIABLE, "gramophone")
    settings = Settings(sound=SynthPolicy.AUTO)

    def seen(so: Callable[[Snapshot], bool]) -> Snapshot:
        polled(engine, lambda _: so(engine.snapshot()))
        return engine.snapshot()

    with Engine(load_default_artefact(), settings, backend="jack") as engine:
        engine.post(protocol.OpenPorts())
        polled(engine, said("ready"))
        failed = seen(lambda shown: shown.synth_failed)
        assert failed.synth_status == NoSoundDevice("gramophone")
        peer.ask(connect=[["Antiphon:out", "listener:in"]])
        shown = seen(lambda shown: shown.output_connected)
        assert (shown.synth_failed, shown.synth_status) == (False, None)
        peer.ask(disconnect=[["Antiphon:out", "listener:in"]])
        assert not seen(lambda shown: shown.synth_failed).output_connected


class WindowClient:
    """The window's end of the pipe, without a window."""

    def __init__(self) -> None:
        self.child: Child = start_child("gui.engine.process")
        self.pipe: Connection = self.child.connection
        self._unpacker = Unpacker()

    def shown(self, wanted: Callable[[Snapshot], bool]) -> Snapshot:
        """Wait for a snapshot."""
        while True:
            assert self.pipe.poll(20)
            message = self.pipe.recv()
            if isinstance(message, SnapshotDelta) and wanted(
                snapshot := self._unpacker.unpack(message)
            ):
                return snapshot

    def captured(self) -> Captured:
        """Wait for the capture."""
        while True:
            assert self.pipe.poll(20)
            message = self.pipe.recv()
            if isinstance(message, Captured):
                return message

    def send(self, request: Request | Capture) -> None:
        self.pipe.send(request)


@pytest.fixture
def window_client() -> Iterator[WindowClient]:
    window_client = WindowClient()
    yield window_client
    window_client.child.close()


def test_the_engine_process_serves_a_window_and_exits(window_client: WindowClient) -> None:
    assert window_client.shown(lambda _: True).state is TurnState.STOPPED
    window_client.send(ChangeSettings(Settings(style=(("chopin", 1.0),))))
    window_client.send(Start())
    snapshot = window_client.shown(lambda shown: shown.state is TurnState.LISTENING)
    assert snapshot.settings.style == (("chopin", 1.0),)
    window_client.send(ChangeSettings(Settings(style=(("chopan", 1.0),))))
    problem = window_client.shown(lambda shown: shown.problem is not None).problem
    assert isinstance(problem, UnknownStyle)
    assert (problem.name, "chopin" in problem.near) == ("chopan", True)
    window_client.send(Capture(SECOND, Purpose.CONTINUE))
    captured = window_client.captured()
    assert captured.purpose is Purpose.CONTINUE
    assert captured.record.notes == ()
    assert captured.text.startswith("Antiphon ")
    window_client.child.close()
    assert window_client.child.process.returncode == 0


def midi_process(engine: int) -> psutil.Process:
    """Return the MIDI I/O process of an engine's process."""
    (io,) = (
        child
        for child in psutil.Process(engine).children()
        if "bridge.io.process" in " ".join(child.cmdline())
    )
    return io


def test_the_engine_process_starts_its_midi_process_again(
    window_client: WindowClient, caplog: pytest.LogCaptureFixture
) -> None:
    window_client.shown(lambda shown: bool(shown.backend or shown.problem))
    first = midi_process(window_client.child.process.pid)
    first.kill()
    exited, again = IoExited(ChildEnd(-9)), IoRestarted(ChildEnd(-9), 1)
    assert window_client.shown(lambda shown: shown.problem == exited).sends_nothing
    assert not window_client.shown(lambda shown: shown.restarted == again).sends_nothing
    assert midi_process(window_client.child.process.pid).pid != first.pid
    window_client.child.close()
    assert window_client.child.process.returncode == 0
    # A child of the child; its exit is logged under its own name.
    assert [(each.name, each.getMessage()) for each in caplog.records] == [
        ("bridge.io.process", "bridge.io.process ended with status -9")
    ]
    caplog.clear()
