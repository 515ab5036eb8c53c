"""The JACK server of a soak, and our ends of the programs on it (`band.py`).

The server may be stopped, killed and started again under the same name; the keyboard and the
listener are then started again too. The player is a thread that plays phrases on the keyboard. What
it has played and what the listener has heard is kept here, and outlives the programs.
"""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from bridge.system.clock import SystemClock
from gui.bench.jack_rig import jack_server
from tests.soak.notes import NOTE_ON, Ledger, Strike
from tests.soak.phrases import PhraseWriter
from tests.soak.programs import DIES_WITH_US, EAR

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

BAND = Path(__file__).with_name("band.py")
ANSWER_S = 3.0
LONG_REST_S = 7.0
FLOOD_CHANNEL = 2


class Member:
    """Our end of `band.py` in one role."""

    def __init__(self, role: str, hear: Callable[[str], None] = lambda _: None) -> None:
        self._hear = hear
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self.process = subprocess.Popen(
            [*DIES_WITH_US, sys.executable, str(BAND), role],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()
        self.is_there = self._answer(20.0) is True

    def ask(self, **request: object) -> Any:
        """Send a request and return the answer; None if there is none in time."""
        with self._lock:
            assert self.process.stdin is not None
            while not self._answers.empty():  # of a request that was given up
                self._answers.get()
            try:
                self.process.stdin.write(json.dumps(request) + "\n")
                self.process.stdin.flush()
            except (OSError, ValueError):
                return None
            return self._answer(ANSWER_S)

    def end(self) -> None:
        """Let it leave, or kill it."""
        with suppress(OSError, ValueError):
            assert self.process.stdin is not None
            self.process.stdin.close()
        try:
            self.process.wait(ANSWER_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _answer(self, timeout_s: float) -> Any:
        try:
            return self._answers.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("= "):
                self._answers.put(json.loads(line[2:]))
            else:
                self._hear(line)


class Room:
    """The server, the keyboard, the listener, and the player's thread."""

    # More than 12 attributes: the server, three programs, and what was played and heard.

    def __init__(self, name: str, random: Random) -> None:
        self.name, self.ledger, self.played = name, Ledger(), list[Strike]()
        self.lost_periods = 0
        self.clock = SystemClock()
        self._server = ExitStack()
        self._phrases = PhraseWriter(random)
        self._heard_lock = threading.Lock()
        self._next: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._plays = threading.Event()
        self._keys_free = threading.Lock()
        self.keys: Member | None = None
        self.ear: Member | None = None
        self.conductor: Member | None = None
        self._thread = threading.Thread(target=self._play, name="player", daemon=True)

    def open(self) -> None:
        """Start the server and the band, and let the player play."""
        self.start_server()
        self._plays.set()
        self._thread.start()

    def close(self) -> None:
        """End all of it."""
        self._closing.set()
        self._plays.set()
        self._next.put("")
        self._thread.join(10)
        self.end_band()
        self._server.close()

    # The server.

    @property
    def server(self) -> psutil.Process | None:
        """The server's process, if it runs."""
        for child in psutil.Process().children():
            with suppress(psutil.NoSuchProcess):
                words = child.cmdline()
                if self.name in words and words[0].endswith("jackd"):
                    return child
        return None

    def start_server(self) -> None:
        """Start the server and the band."""
        self._server = ExitStack()
        self._server.enter_context(jack_server(self.name))
        self.plug_in_ear()
        self.plug_in_keys()

    def kill_server(self) -> None:
        """Kill the server; its clients lose it."""
        server = self.server
        if server is not None:
            server.send_signal(signal.SIGKILL)
        self.end_band()
        self._server.close()

    # The band.

    def end_band(self) -> None:
        """End the keyboard, the listener and the conductor."""
        with self._keys_free:
            for member in (self.keys, self.ear, self.conductor):
                if member is not None:
                    member.end()
            self.keys = self.ear = self.conductor = None

    def plug_in_keys(self) -> None:
        """Plug the keyboard in."""
        with self._keys_free:
            self.keys = Member("keys", self._note_played)

    def unplug_keys(self) -> None:
        """Pull the keyboard's cable, whatever is held down."""
        with self._keys_free:
            keys, self.keys = self.keys, None
        if keys is not None:
            keys.end()

    def plug_in_ear(self) -> None:
        """Open the listener's port."""
        self.ear = Member("ear", self._note_heard)

    def unplug_ear(self) -> None:
        """Close the listener's port; what sounds in it is of no interest any more."""
        ear, self.ear = self.ear, None
        if ear is not None:
            ear.end()
        self.ledger.cut(self.clock.now_ns())

    def conduct(self, **request: object) -> None:
        """Let the conductor do something; it joins if it is not there."""
        if self.conductor is None:
            self.conductor = Member("conductor")
        self.conductor.ask(**request)

    def dismiss_conductor(self) -> None:
        """Let the conductor stop and leave."""
        conductor, self.conductor = self.conductor, None
        if conductor is not None:
            conductor.ask(stop=True)
            conductor.end()

    def sources(self) -> list[str]:
        """Return the ports that are connected to the listener."""
        found = None if self.ear is None else self.ear.ask(sources=True)
        return found or []

    def send(self, message: bytes) -> None:
        """Play a message on the keyboard, if it is plugged in."""
        with self._keys_free:
            if self.keys is not None:
                self.keys.ask(play=message.hex())

    # The player.

    def set_playing(self, *, plays: bool) -> None:
        """Let the player go on, or pause after the present phrase."""
        (self._plays.set if plays else self._plays.clear)()

    def ask_phrase(self) -> None:
        """Let the player play a short phrase next, and pause for long."""
        self._next.put("short")

    def _play(self) -> None:
        while not self._closing.is_set():
            self._plays.wait()
            short = self._wanted()
            messages = self._phrases.short_phrase() if short else self._phrases.phrase()
            begin_ns = self.clock.now_ns()
            for at_s, message in messages:
                behind_s = (self.clock.now_ns() - begin_ns) / 1e9
                self._closing.wait(max(0.0, at_s - behind_s))
                self.send(message)
            self._rest(LONG_REST_S if short else self._phrases.rest_s())

    def _wanted(self) -> bool:
        """Return whether a short phrase has been asked for."""
        wanted = False
        with suppress(queue.Empty):
            while True:
                wanted |= self._next.get_nowait() == "short"
        return wanted

    def _rest(self, seconds: float) -> None:
        """Rest, but not while a short phrase is asked for."""
        with suppress(queue.Empty):
            self._next.put(self._next.get(timeout=seconds))

    # What is played and heard.

    def _note_played(self, line: str) -> None:
        _, at_ns, words = line.split()
        message = bytes.fromhex(words)
        if message[0] & 0xF0 == NOTE_ON and message[2]:
            strike = Strike(int(at_ns), message[0] & 0x0F, message[1], message[2])
            self.played.append(strike)

    def _note_heard(self, line: str) -> None:
        if line.startswith("x"):
            self.lost_periods += 1
            return
        _, at_ns, words = line.split()
        self.ledger.hear(int(at_ns), bytes.fromhex(words))


def cut(room: Room) -> list[str]:
    """Disconnect what is connected to the listener, as a patch bay does; return those ports."""
    sources = room.sources()
    for source in sources:
        if room.ear is not None:
            room.ear.ask(disconnect=[source, EAR])
    room.ledger.cut(room.clock.now_ns())
    return sources


def patch(room: Room, sources: list[str]) -> None:
    """Connect ports to the listener again, unless they have connected themselves."""
    for source in sources:
        if room.ear is not None:
            room.ear.ask(connect=[source, EAR])
