"""Measure what floods of input do to a real jam: `python -m tests.floods`.

A JACK server without a sound card, the engine as the window starts it, a listener, and a program
that floods our input. Three questions are asked. The control of the first is the same flood that is
not connected to us; it comes before each flood.

- Does the server lose periods, and how busy is the MIDI I/O process?
- Does the engine answer its window meanwhile, does it keep its memory, and how soon after the flood
  is a note shown again?
- How long does panic take from the window and from a pedal, until channels are silenced (CC 120)?
  And how long with an engine that is stopped?

The report is a table on standard output. Long runs: `--seconds 60`.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import threading
from contextlib import ExitStack
from dataclasses import replace
from math import inf
from time import perf_counter_ns, sleep  # noqa: TID251 - real time is what is measured
from typing import TYPE_CHECKING, Any

import psutil

from bridge.io.handle import MidiIo
from bridge.messages.requests import Bind, ChangeSettings, HandOver, Start
from bridge.messages.settings import Mode, Settings
from bridge.messages.snapshot import Snapshot, TurnState
from bridge.midi.controls import Action, Control
from bridge.midi.events import NoteOff, NoteOn, TimedEvent
from bridge.playout.protocol import Inject, OpenPorts, Panic
from bridge.synth.policy import SynthPolicy
from bridge.system.panic_signal import PanicSignal
from bridge.system.pipe import start_child
from bridge.system.units import MS, SECOND
from gui.bench.jack_rig import RATE_HZ, jack_server
from gui.engine.snapshots import Capture, Captured, SnapshotDelta, Unpacker
from tests.bridge.flooder import Flooder
from tests.bridge.jack_server import WATCHER, Watcher
from tests.bridge.peer import Peer

if TYPE_CHECKING:
    from collections.abc import Callable

QUICK = ("notes", "keys", "controllers", "wheel", "clocks", "sysex", "illegal", "mixed")
RATES = {"dump": 300, "endless": 1_000}
PEDAL = Control(0, 66)
MEGABYTE = 1 << 20
PATIENCE_NS = 30 * SECOND


def rate_of(kind: str) -> int:
    """Return the messages a second of a flood."""
    return RATES.get(kind, 10_000)


def show(*columns: object) -> None:
    """Print a row."""
    sys.stdout.write(" | ".join(str(column) for column in columns) + "\n")
    sys.stdout.flush()


def percentile(values: list[float], fraction: float) -> float:
    """Return the value that this fraction of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(fraction * len(values)))]


# Lost periods.


def measure_periods(server: str, seconds: float) -> None:
    """Print how many periods are lost in each flood, and in the control runs between them."""
    show("flood", "sent", "passed on", "lost periods", "CPU of the I/O process")
    with ExitStack() as stack:
        process = stack.enter_context(
            subprocess.Popen(
                [sys.executable, WATCHER, server], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        )
        watcher = Watcher(process)
        watcher.count()
        io = stack.enter_context(MidiIo.start("jack"))
        io.send(OpenPorts())
        io.receive(10)
        flooder = stack.enter_context(Flooder())
        totals = {"control": 0, "flood": 0}
        for kind in ("dump", "endless", *QUICK, "dump"):
            for connected in (False, True):
                flooder.connect(wanted=connected)
                lost = _measure_run(io, flooder, watcher, kind, seconds, connected=connected)
                totals["flood" if connected else "control"] += lost
    show("all", "", "", f"control {totals['control']}, floods {totals['flood']}", "")


def _measure_run(
    io: MidiIo, flooder: Flooder, watcher: Watcher, kind: str, seconds: float, *, connected: bool
) -> int:
    usage = psutil.Process(io.process_id)
    io.receive(0.2)
    before, cpu = watcher.count(), usage.cpu_times()
    flooder.start(kind, rate_of(kind))
    end_ns, passed = perf_counter_ns() + int(seconds * SECOND), 0
    while perf_counter_ns() < end_ns:
        passed += sum(len(getattr(m, "events", ())) for m in io.receive(0.05))
    sent, after = flooder.stop(), usage.cpu_times()
    lost = watcher.count() - before
    busy = after.user + after.system - cpu.user - cpu.system
    name = kind if connected else f"control: {kind}, not connected to us"
    show(name, sent, passed, lost, f"{100 * busy / seconds:.0f} %")
    return lost


# The engine.


class Jam:
    """The engine, as the window starts it, with a window that reads what it sends."""

    def __init__(self) -> None:
        self.child = start_child("gui.engine.process")
        self.shown: Snapshot | None = None
        self.panic = PanicSignal()
        self._captured = threading.Event()
        self._unpacker = Unpacker()
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, request: Any) -> None:
        """Send a request."""
        self.child.connection.send(request)

    def wait_for(self, wanted: Callable[[Snapshot], bool], patience_ns: int = PATIENCE_NS) -> float:
        """Wait for a snapshot; return how long it took, in seconds (the patience: in vain)."""
        begin_ns = perf_counter_ns()
        while perf_counter_ns() - begin_ns < patience_ns:
            if self.shown is not None and wanted(self.shown):
                break
            sleep(0.002)
        return (perf_counter_ns() - begin_ns) / SECOND

    def round_trip(self) -> float:
        """Return how long a request takes until its reply, in seconds."""
        begin_ns = perf_counter_ns()
        self._captured.clear()
        self.send(Capture(1))
        self._captured.wait(PATIENCE_NS / SECOND)
        return (perf_counter_ns() - begin_ns) / SECOND

    def megabytes(self) -> float:
        """Return the memory of the engine and of its children."""
        engine = psutil.Process(self.child.process.pid)
        return sum(p.memory_info().rss for p in (engine, *engine.children())) / MEGABYTE

    def _read(self) -> None:
        try:
            while True:
                message = self.child.connection.recv()
                if isinstance(message, SnapshotDelta):
                    self.shown = self._unpacker.unpack(message)
                    self.panic.aim(self.shown.io_process_id)
                elif isinstance(message, Captured):
                    self._captured.set()
        except (EOFError, OSError, TypeError):  # the pipe has ended, or was closed here
            return


def start_jam() -> Jam:
    """Start an engine that waits for a phrase."""
    jam = Jam()
    jam.wait_for(lambda shown: bool(shown.backend))
    jam.send(ChangeSettings(Settings(mode=Mode.ANSWER, sound=SynthPolicy.OFF, seed=1)))
    jam.send(Bind(((PEDAL, Action.PANIC),)))
    jam.send(Start())
    jam.wait_for(lambda shown: shown.state is TurnState.LISTENING and shown.processor is not None)
    return jam


def key_is_shown(peer: Peer, jam: Jam) -> float:
    """Strike a key ten times a second until a strike is shown; return after how many seconds.

    The first strikes may fall to the limit of the flood. A program of the flood may move the pitch.
    """
    begin_ns = perf_counter_ns()

    def is_shown() -> bool:
        notes = () if jam.shown is None else jam.shown.notes
        return any(note.velocity == 77 and note.onset_ns >= begin_ns for note in notes)

    while not is_shown() and perf_counter_ns() - begin_ns < PATIENCE_NS:
        peer.ask(play=[(0, [0x90, 60, 77]), (0, [0x80, 60, 0])])
        struck_ns = perf_counter_ns()
        while not is_shown() and perf_counter_ns() - struck_ns < SECOND // 10:
            sleep(0.002)
    return (perf_counter_ns() - begin_ns) / SECOND


def measure_engine(peer: Peer, seconds: float) -> None:
    """Print what each flood does to the engine, and to the answer after it."""
    show("flood", "round trip p50, worst (ms)", "memory (MB)", "key shown after (s)", "answers (s)")
    jam = start_jam()
    peer.ask(connect=[["player:out", "Antiphon:in"]])
    with Flooder() as flooder:
        for kind in ("", *QUICK, "dump", "mixed"):
            if kind:
                flooder.start(kind, rate_of(kind))
            before, end_ns = jam.megabytes(), perf_counter_ns() + int(seconds * SECOND)
            trips = []
            while perf_counter_ns() < end_ns:
                trips.append(1e3 * jam.round_trip())
                sleep(0.05)
            flooder.stop()
            shown_s = key_is_shown(peer, jam)
            memory = f"{before:.0f} to {jam.megabytes():.0f}"
            peer.ask(play=[(0, [0xB0, 123, 0])])  # keys that the flood has left down
            answers_s = _answer(peer, jam)
            worst = f"{statistics.median(trips):.0f}, {max(trips):.0f}"
            show(kind or "control", worst, memory, f"{shown_s:.2f}", f"{answers_s:.1f}")
        show("dropped", 0 if jam.shown is None else jam.shown.thinned_messages)
    jam.child.close()


def _answer(peer: Peer, jam: Jam) -> float:
    """Play a phrase until one is answered; return after how many seconds.

    A clock that was in the flood is silent a second later: then the turn of a first phrase ends.
    """
    jam.send(Panic())
    begin_ns = perf_counter_ns()
    for _ in range(3):
        frame, _ = peer.ask(clock=True)
        for place, pitch in enumerate((60, 64, 67, 72)):
            at = frame + RATE_HZ // 5 * (place + 1)
            peer.ask(play=[(at, [0x90, pitch, 90]), (at + RATE_HZ // 10, [0x80, pitch, 0])])
        if jam.wait_for(lambda shown: shown.state is TurnState.ANSWERING, 4 * SECOND) < 4:
            break
    jam.send(Panic())
    return (perf_counter_ns() - begin_ns) / SECOND


# Panic.


def measure_panic(peer: Peer, tries: int) -> None:
    """Print how long panic takes from the window and from a pedal, in each flood."""
    show("panic from", "flood", "tries", "median (ms)", "p99 (ms)", "worst (ms)")
    jam = start_jam()
    peer.ask(connect=[["player:out", "Antiphon:in"], ["Antiphon:out", "listener:in"]])
    at_ns = perf_counter_ns()
    jam.send(Inject((TimedEvent(at_ns, NoteOn(0, 1, 1)), TimedEvent(at_ns, NoteOff(0, 1)))))
    with Flooder() as flooder:
        for kind in ("", *QUICK, "generating"):
            if kind == "generating":
                jam.send(ChangeSettings(replace(Settings(), mode=Mode.TAKE_OVER, seed=1)))
            elif kind:
                flooder.start(kind)
            for name, press in (("window", press_window), ("pedal", press_pedal)):
                _show_panic(name, kind, [_panic(peer, jam, press, kind) for _ in range(tries)])
            flooder.stop()
        os.kill(jam.child.process.pid, signal.SIGSTOP)
        for name, press in (("window", press_window), ("pedal", press_pedal)):
            _show_panic(
                name,
                "stopped engine",
                [_panic(peer, jam, press, "stopped engine") for _ in range(tries)],
            )
        os.kill(jam.child.process.pid, signal.SIGCONT)
    jam.child.close()


def _show_panic(name: str, kind: str, delays: list[float]) -> None:
    columns = (statistics.median(delays), percentile(delays, 0.99), max(delays))
    show(name, kind or "none", len(delays), *(f"{each:.1f}" for each in columns))


def press_window(_peer: Peer, jam: Jam) -> int:
    """Request panic as the window does; return when."""
    now_ns = perf_counter_ns()
    jam.panic.send()
    jam.send(Panic())
    return now_ns


def press_pedal(peer: Peer, _jam: Jam) -> int:
    """Press the pedal that is bound to panic; return when."""
    frame: int
    frame, now_ns = peer.ask(clock=True)
    press = frame + RATE_HZ // 20
    peer.ask(play=[(press, [0xB0, 66, 127]), (press + RATE_HZ // 50, [0xB0, 66, 0])])
    return int(now_ns) + SECOND // 20


def _panic(peer: Peer, jam: Jam, press: Callable[[Peer, Jam], int], kind: str) -> float:
    """Panic once; return after how many milliseconds all sound is off (infinity: never)."""
    if kind == "generating":
        jam.send(HandOver())
        jam.wait_for(lambda shown: shown.state is TurnState.ANSWERING)
    if kind != "stopped engine":
        for _ in range(2):  # the engine has carried out the last panic, too
            jam.round_trip()
    sleep(0.1)
    while waiting := peer.ask(waiting=True):
        peer.ask(hear=waiting)
    frame, clock_ns = peer.ask(clock=True)
    pressed_ns = press(peer, jam)
    while True:
        heard = peer.ask(hear=1)
        if not heard:
            return inf
        ((at, message),) = heard
        if message[0] >> 4 == 0xB and message[1] == 120:
            break
    silent_ns = clock_ns + (at - frame) * SECOND // RATE_HZ
    return float(silent_ns - pressed_ns) / MS


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="of each flood")
    parser.add_argument("--tries", type=int, default=20, help="of each panic")
    parser.add_argument("--period", type=int, default=128, help="of the server, in frames")
    parser.add_argument("--only", choices=("periods", "engine", "panic"))
    asked = parser.parse_args()
    with jack_server(None, asked.period) as server:
        if asked.only in (None, "periods"):
            measure_periods(server, asked.seconds)
        if asked.only in (None, "engine"):
            with_peer(lambda peer: measure_engine(peer, asked.seconds))
        if asked.only in (None, "panic"):
            with_peer(lambda peer: measure_panic(peer, asked.tries))


def with_peer(measure: Callable[[Peer], None]) -> None:
    """Measure with another program on the server, connected to our input when it is there."""
    peer = Peer()
    try:
        measure(peer)
    finally:
        peer.close()


if __name__ == "__main__":
    main()
