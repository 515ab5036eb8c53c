"""The engine's MIDI I/O process dies, hangs and loses its server; the session goes on."""

from __future__ import annotations

import logging
import os
import random
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import psutil
import pytest

from bridge.messages.requests import Audition, ChangeSettings, Start
from bridge.messages.settings import Settings
from bridge.messages.snapshot import LogEntry, TurnState
from bridge.messages.time_settings import TimeSettings
from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note, Score
from bridge.playout import protocol
from bridge.playout.problem import IoRestarted, IoSilent, JackGone, JackSilent
from bridge.synth.policy import SynthPolicy
from bridge.system.child_end import ChildEnd
from export.runtime.artefact import load_default_artefact
from gui.commands.jam import terminal_message
from gui.engine.process import Engine
from gui.engine.retry import MIN_RETRY_NS
from tests.bridge.jack_server import watched_jack_server
from tests.bridge.peer import Peer

MS, SECOND = 1_000_000, 1_000_000_000
PATIENCE_NS = 20 * SECOND
NOTES, STEP_TICKS = 2000, 18
CABLE = ["Antiphon:out", "listener:in"]


def long_score() -> Score:
    """Return six minutes of overlapping notes."""
    kinds = (Instrument.PIANO, Instrument.ORGAN)
    onsets = range(0, NOTES * STEP_TICKS, STEP_TICKS)
    notes = (
        Note(at, kinds[place % 2], 48 + place % 30, at + 2 * STEP_TICKS, 90)
        for place, at in enumerate(onsets)
    )
    return Score(tuple(notes))


@dataclass
class Jam:
    """An engine on a JACK server, and another program that hears it."""

    engine: Engine
    peer: Peer
    log: list[LogEntry] = field(default_factory=list)
    heard: list[tuple[int, list[int]]] = field(default_factory=list)

    def poll(self, until: Callable[[], object]) -> int:
        """Poll the engine until a condition holds; return how long that took."""
        begin_ns = self.engine.now_ns
        while not until():
            assert self.engine.now_ns < begin_ns + PATIENCE_NS, self.log[-5:]
            self.log += self.engine.poll(self.engine.now_ns + 10 * MS)
        return self.engine.now_ns - begin_ns

    def play_for(self, span_ns: int) -> None:
        end_ns = self.engine.now_ns + span_ns
        self.poll(lambda: self.engine.now_ns >= end_ns)

    def listen(self) -> list[list[int]]:
        """Return what the other program has heard since the last call."""
        new = self.peer.ask(hear=self.peer.ask(waiting=True))
        self.heard += new
        return [message for _, message in new]

    def hears_a_note(self) -> bool:
        return any(message[0] & 0xF0 == 0x90 for message in self.listen())

    def logged(self, event: str) -> list[LogEntry]:
        return [entry for entry in self.log if entry.event == event]

    def kill(self) -> int:
        """Kill the MIDI I/O process; return the time until a note is heard again."""
        self.listen()
        before = len(self.logged("restarted"))
        os.kill(self.engine.io_process_id, signal.SIGKILL)
        begin_ns = self.engine.now_ns
        self.poll(lambda: len(self.logged("restarted")) > before)
        self.poll(self.hears_a_note)
        return self.engine.now_ns - begin_ns


def stuck_notes(messages: list[list[int]]) -> set[tuple[int, int]]:
    """Return channel and pitch of each note-on that nothing has ended."""
    sounding = set()
    for status, *data in messages:
        kind, channel = status & 0xF0, status & 0x0F
        if kind == 0x90 and data[1]:
            sounding.add((channel, data[0]))
        elif kind in (0x80, 0x90):
            sounding.discard((channel, data[0]))
        elif kind == 0xB0 and data[0] in (120, 123):
            sounding = {each for each in sounding if each[0] != channel}
    return sounding


@pytest.fixture
def jam(peer: Peer) -> Iterator[Jam]:
    settings = Settings(sound=SynthPolicy.OFF)
    with Engine(load_default_artefact(), settings, backend="jack") as engine:
        jam = Jam(engine, peer)
        engine.post(protocol.OpenPorts())
        jam.poll(lambda: jam.logged("ready"))
        peer.ask(connect=[CABLE])
        jam.poll(lambda: engine.snapshot().output_connected)
        engine.post(Start())
        engine.post(Audition(long_score()))
        jam.poll(jam.hears_a_note)
        yield jam
    jam.listen()
    assert stuck_notes([message for _, message in jam.heard]) == set()


@pytest.mark.device
def test_the_music_goes_on_after_the_process_was_killed(
    jam: Jam, caplog: pytest.LogCaptureFixture
) -> None:
    jam.play_for(2_500 * MS)
    before, played = jam.engine.snapshot(), jam.engine.record().notes
    away_ns = jam.kill()
    shown = jam.engine.snapshot()
    assert shown.restarted == IoRestarted(ChildEnd(-signal.SIGKILL), 1)
    assert (shown.problem, shown.ports_closed) == (None, False)
    assert shown.output_name == "Antiphon:out"
    assert jam.peer.ask(connections="Antiphon:out") == ["listener:in"]
    assert (shown.state, before.state) == (TurnState.ANSWERING, TurnState.ANSWERING)
    assert shown.transport == before.transport  # neither tempo nor epoch has changed
    assert shown.audition_span_ns == before.audition_span_ns
    assert [entry.event for entry in jam.log if entry.event in ("time", "listen", "halt")] == [
        "listen"
    ]
    assert len(jam.engine.record().notes) > len(played) > 3  # the history
    assert away_ns < 5 * SECOND  # see the slow test for a figure
    caplog.clear()


@pytest.mark.device
def test_what_the_dead_process_left_sounding_is_released_first(
    jam: Jam, caplog: pytest.LogCaptureFixture
) -> None:
    jam.play_for(2_500 * MS)
    jam.listen()
    before = [message for _, message in jam.heard]
    jam.kill()
    after = [message for _, message in jam.heard[len(before) :]]
    first = next(place for place, message in enumerate(after) if message[0] & 0xF0 == 0x90)
    assert stuck_notes(before)
    assert stuck_notes(before + after[:first]) == set()
    ended = [message for message in after[:first] if message[0] & 0xF0 == 0x80]
    assert {(end[0] & 0x0F, end[1]) for end in ended} >= stuck_notes(before)
    channels = {message[0] & 0x0F for message in before if message[0] & 0xF0 == 0x90}
    for channel in channels:
        for control in (123, 120):
            assert [0xB0 | channel, control, 0] in after[:first]
    caplog.clear()


@pytest.mark.device
@pytest.mark.slow
def test_twenty_kills_leave_no_note_and_take_a_second_each(
    jam: Jam, caplog: pytest.LogCaptureFixture, record_property: Callable[[str, object], None]
) -> None:
    dice, away_ns = random.Random(16), []
    for _ in range(20):
        jam.play_for(dice.randrange(2_100, 4_000) * MS)
        away_ns.append(jam.kill())
        assert jam.peer.ask(connections="Antiphon:out") == ["listener:in"]
    assert jam.engine.snapshot().state is TurnState.ANSWERING
    assert len(jam.logged("restarted")) == 20
    away_ns.sort()
    record_property("median_ms", away_ns[10] / MS)
    record_property("worst_ms", away_ns[-1] / MS)
    logging.getLogger(__name__).info("away for %s ms", [round(each / MS) for each in away_ns])
    assert away_ns[10] < 2 * SECOND
    caplog.clear()


@pytest.mark.device
def test_a_server_that_returns_gets_its_cables_and_releases(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server dies while notes sound; it returns, and so does the other program."""
    name = f"returns-{os.getpid()}"
    monkeypatch.setenv("JACK_DEFAULT_SERVER", name)  # also while it does not run
    settings = Settings(sound=SynthPolicy.OFF)
    with watched_jack_server(name):
        engine = Engine(load_default_artefact(), settings, backend="jack")
        peer = Peer()
        jam = Jam(engine, peer)
        engine.post(protocol.OpenPorts())
        jam.poll(lambda: jam.logged("ready"))
        peer.ask(connect=[CABLE, ["player:out", "Antiphon:in"]])
        jam.poll(lambda: engine.snapshot().output_connected)
        engine.post(Start())
        engine.post(Audition(long_score()))
        jam.poll(jam.hears_a_note)
        jam.play_for(2 * SECOND)
        jam.listen()
        before = [message for _, message in jam.heard]
        assert stuck_notes(before)
        peer.close()
    jam.poll(lambda: engine.snapshot().problem == JackGone())
    assert engine.snapshot().has_no_outlet
    assert engine.snapshot().state is not TurnState.STOPPED
    with watched_jack_server(name):
        peer = jam.peer = Peer()  # before or after our ports: either may be first
        jam.heard.clear()
        jam.poll(lambda: engine.snapshot().problem is None)
        jam.poll(lambda: engine.snapshot().output_connected)
        assert peer.ask(connections="Antiphon:out") == ["listener:in"]
        jam.poll(lambda: peer.ask(connections="Antiphon:in") == ["player:out"])
        engine.post(Start())
        engine.post(Audition(long_score()))
        jam.poll(jam.hears_a_note)
        engine.close()
        jam.listen()
        assert stuck_notes([message for _, message in jam.heard]) == set()
        peer.close()


@pytest.mark.device
def test_a_server_that_hangs_is_named_and_hangs_nobody(peer: Peer, jack_name: str) -> None:
    """Stop the server's process: nothing is called, and no call returns."""
    settings = Settings(sound=SynthPolicy.OFF)
    with Engine(load_default_artefact(), settings, backend="jack") as engine:
        jam = Jam(engine, peer)
        engine.post(protocol.OpenPorts())
        jam.poll(lambda: jam.logged("ready"))
        peer.ask(connect=[CABLE])
        engine.post(Start())
        engine.post(Audition(long_score()))
        jam.poll(jam.hears_a_note)
        server = server_process(jack_name)
        server.suspend()
        try:
            jam.poll(lambda: engine.snapshot().problem == JackSilent())
            assert engine.snapshot().sends_nothing
            slowest_ns = max(jam.poll(lambda: engine.snapshot().now_ns > 0) for _ in range(20))
            assert slowest_ns < SECOND
        finally:
            server.resume()
        jam.poll(lambda: engine.snapshot().problem is None)
        jam.listen()
        jam.poll(jam.hears_a_note)
    jam.listen()
    assert stuck_notes([message for _, message in jam.heard]) == set()


@pytest.mark.device
def test_a_key_that_is_released_while_the_process_stands_still_is_not_held(peer: Peer) -> None:
    settings = Settings(sound=SynthPolicy.OFF)
    with Engine(load_default_artefact(), settings, backend="jack") as engine:
        jam = Jam(engine, peer)
        engine.post(protocol.OpenPorts())
        jam.poll(lambda: jam.logged("ready"))
        peer.ask(connect=[["player:out", "Antiphon:in"]])
        engine.post(Start())
        frame, _ = peer.ask(clock=True)
        peer.ask(play=[[frame + 4800, [0x90, 60, 80]]])
        jam.poll(lambda: engine.snapshot().notes)
        process = psutil.Process(engine.io_process_id)
        process.suspend()
        frame, _ = peer.ask(clock=True)
        peer.ask(play=[[frame + 4800, [0x80, 60, 0]]])
        jam.play_for(SECOND)
        process.resume()
        jam.poll(lambda: engine.snapshot().notes[0].release_ns is not None)


def server_process(name: str) -> psutil.Process:
    """Return the process of one of our JACK servers."""
    (server,) = (
        each
        for each in psutil.Process().children(recursive=True)
        if each.name() == "jackd" and name in each.cmdline()
    )
    return server


@pytest.fixture
def alone() -> Iterator[Jam]:
    """Yield an engine over the loopback, without another program."""
    settings = Settings(sound=SynthPolicy.OFF)
    with Engine(load_default_artefact(), settings, backend="loopback") as engine:
        jam = Jam(engine, cast("Peer", None))
        engine.post(protocol.OpenPorts())
        jam.poll(lambda: jam.logged("ready"))
        yield jam


def test_a_process_that_hangs_is_named_and_goes_on(alone: Jam) -> None:
    engine = alone.engine
    process = psutil.Process(engine.io_process_id)
    process.suspend()
    alone.poll(lambda: engine.snapshot().problem == IoSilent())
    assert engine.snapshot().sends_nothing
    engine.post(Start())
    engine.post(Audition(long_score()))  # more than the pipe holds
    for _ in range(100):
        engine.post(protocol.Panic())
    alone.play_for(500 * MS)
    process.resume()
    alone.poll(lambda: engine.snapshot().problem is None)
    engine.post(Audition(long_score()))
    alone.poll(lambda: alone.logged("sent"))
    assert engine.io_process_id == process.pid


def test_a_process_that_dies_at_once_is_not_started_all_the_time(
    alone: Jam, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The first start is at once, and the others are seconds apart."""
    count = tmp_path / "starts"
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\n"
        "if 'bridge.io.process' in sys.orig_argv:\n"
        f"    open({str(count)!r}, 'a').write('.')\n"
        "    os._exit(3)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    os.kill(alone.engine.io_process_id, signal.SIGKILL)
    alone.poll(count.exists)
    alone.play_for(MIN_RETRY_NS // 2)
    assert count.read_text() == "."
    alone.poll(lambda: count.read_text() == "..")
    assert alone.engine.snapshot().sends_nothing
    monkeypatch.delenv("PYTHONPATH")
    alone.poll(lambda: alone.logged("restarted"))
    assert alone.engine.snapshot().problem is None
    caplog.clear()


def test_every_setting_is_set_again(alone: Jam, caplog: pytest.LogCaptureFixture) -> None:
    engine = alone.engine
    settings = replace(engine.snapshot().settings, time=TimeSettings(bpm=140.0))
    engine.post(ChangeSettings(settings))
    engine.post(Start())
    alone.poll(lambda: alone.logged("time"))  # our own clock is followed
    engine.post(Audition(long_score()))
    alone.poll(lambda: alone.logged("sent"))
    before, count = engine.snapshot(), len(alone.logged("sent"))
    os.kill(engine.io_process_id, signal.SIGKILL)
    alone.poll(lambda: alone.logged("restarted"))
    alone.poll(lambda: len(alone.logged("sent")) > count + 3)
    shown = engine.snapshot()
    assert (shown.transport, shown.settings) == (before.transport, before.settings)
    assert shown.transport.bpm == pytest.approx(140)
    (first,) = alone.logged("restarted")
    assert first.reason == IoRestarted(ChildEnd(-signal.SIGKILL), 1)
    assert terminal_message(first) == (
        "The MIDI process had ended (signal 9), and was started again."
    )
    caplog.clear()
