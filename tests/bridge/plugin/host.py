"""A DAW for tests: our end of `clap_host.cpp`, with a transport.

A `Track` holds one instance of the plugin. Its transport works as in a DAW: it stops, plays, jumps
and loops, at a tempo in a metre. Each `run` is one block and returns what the plugin emitted, with
frames counted from the beginning of the track. Nothing happens between two blocks, so the begin of
a block is known exactly.
"""

import subprocess
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, Self

from bridge.midi.events import NoteOff, NoteOn, decode
from bridge.plugin.folder import VARIABLE
from bridge.plugin.wire import Block, FromApp, PluginHello
from bridge.system.clock import SystemClock
from tests.bridge.plugin.app import PATIENCE_S, App

RATE_HZ = 48_000

BYPASS, PLAYS, LISTENS, THRU, APP = range(5)
"""The plugin's parameters."""


class Emitted(NamedTuple):
    """What the plugin emitted, and at which frame of the track."""

    frame: int
    message: bytes


class Host:
    """A process that has loaded the plugin."""

    def __init__(self, program: Path, plugin: Path, at: str) -> None:
        self._process = subprocess.Popen(
            [program, plugin],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={VARIABLE: at},
        )

    def ask(self, *words: object) -> str:
        """Send a line, and return the answer."""
        self.send(*words)
        return self.listen()

    def send(self, *words: object) -> None:
        """Send a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self._process.stdin.flush()

    def listen(self) -> str:
        """Wait for a line."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self._process.communicate()[1]
        return line.rstrip("\n")

    def close(self) -> None:
        """End the process; it destroys its instances and must report no error."""
        _, complaints = self._process.communicate(timeout=PATIENCE_S)
        assert complaints == ""
        assert self._process.returncode == 0


class Track:
    """One instance of the plugin, and a transport."""

    def __init__(self, host: Host, app: App | None = None) -> None:
        self.host = host
        self.number = int(host.ask("new"))
        self.tempo_bpm = 120.0
        self.metre = (4, 4)
        self.playing = False
        self.frame = 0  # of the next block
        self.blocks = 0  # run so far
        self._located = (0, 0.0)  # frame, position in quarters
        self.host.ask("activate", self.number, RATE_HZ)
        self.app = app
        self.instance = 0
        if app is not None:
            self.join(app)

    def join(self, app: App, *others: int) -> None:
        """Wait until the plugin and the app have joined, beside other instances.

        The plugin reports nothing until it has read the app's hello.
        """
        self.app = app
        self.instance = app.expect(PluginHello, lambda hello: hello.instance not in others).instance
        give_up_ns = SystemClock().now_ns() + int(PATIENCE_S * 1e9)
        while not any(block.instance == self.instance for block in app.received(Block)):
            assert self.run(1) == []
            assert SystemClock().now_ns() < give_up_ns, "the plugin tells nothing"

    @property
    def position_quarters(self) -> float:
        """Where the next block begins."""
        return self.position_of(self.frame)

    def position_of(self, frame: int) -> float:
        """Return the position at a frame of the present stretch."""
        located_frame, located_quarters = self._located
        frames = frame - located_frame if self.playing else 0
        return located_quarters + frames * self.tempo_bpm / 60 / RATE_HZ

    def frame_of(self, position_quarters: float) -> int:
        """Return the frame nearest to a position of the present stretch."""
        located_frame, located_quarters = self._located
        quarters = position_quarters - located_quarters
        return located_frame + round(quarters * 60 * RATE_HZ / self.tempo_bpm)

    def locate(self, position_quarters: float) -> None:
        """Jump to a position."""
        self._located = (self.frame, position_quarters)

    def play(self, tempo_bpm: float = 120.0) -> Self:
        """Start at the present position."""
        self._located = (self.frame, self.position_quarters)
        self.tempo_bpm = tempo_bpm
        self.playing = True
        return self

    def stop(self) -> None:
        """Stop at the present position."""
        self._located = (self.frame, self.position_quarters)
        self.playing = False

    def set(self, parameter: int, value: float) -> None:
        """Set a parameter with the next block."""
        self.host.ask("set", self.number, parameter, value)

    def get(self, parameter: int) -> float:
        """Return a parameter."""
        return float(self.host.ask("get", self.number, parameter))

    def run(self, frames: int = 256, midi: Iterable[tuple[int, bytes]] = ()) -> list[Emitted]:
        """Run one block, in which the player plays `midi` at frames of the block."""
        played = [f"{at} {' '.join(str(byte) for byte in message)}" for at, message in midi]
        position = f"{self.position_quarters:.12f}"
        answer = self.host.ask(
            *("block", self.number, frames, int(self.playing), position, self.tempo_bpm),
            *self.metre,
            *played,
        )
        first = self.frame
        self.frame += frames
        self.blocks += 1
        _, *numbers = answer.split()
        values = [int(number) for number in numbers]
        events = [tuple(values[at : at + 4]) for at in range(0, len(values), 4)]
        assert all(one[0] <= other[0] < frames for one, other in pairwise(events))
        return [Emitted(first + at, bytes(message)) for at, *message in events]

    def run_to(self, frame: int, size: int = 256) -> list[Emitted]:
        """Run blocks until this frame is over."""
        emitted: list[Emitted] = []
        while self.frame <= frame:
            emitted += self.run(size)
        return emitted

    def until_emitted(self, frames: int = 1) -> Iterator[Emitted]:
        """Run blocks until the caller has enough, and yield the emitted events."""
        give_up_ns = SystemClock().now_ns() + int(PATIENCE_S * 1e9)
        while True:
            yield from self.run(frames)
            assert SystemClock().now_ns() < give_up_ns, "the plugin emits nothing more"

    def fence(self) -> list[Emitted]:
        """Run until the plugin has all the app has sent; return what it emitted meanwhile.

        The plugin's other thread runs a loop: it sends the reports of the audio thread, then it
        reads the app's messages. So when it has reported one block and then another, it has
        read in between, and the third block has them all.
        """
        emitted = self.run(1)
        self.block()
        emitted += self.run(1)
        self.block()
        return emitted + self.run(1)

    def order(self, *orders: FromApp) -> list[Emitted]:
        """Send messages and wait until they arrive; return what was emitted meanwhile."""
        assert self.app is not None
        for order in orders:
            self.app.send(order)
        return self.fence()

    def block(self, number: int = -1) -> Block:
        """Return the report of a block, by default of the last one."""
        assert self.app is not None
        wanted = number % self.blocks
        return self.app.expect(
            Block, lambda block: (block.instance, block.sequence) == (self.instance, wanted)
        )


def sounding(emitted: Iterable[Emitted]) -> set[tuple[int, int]]:
    """Return the sounding notes after these events; each note-on must follow its release."""
    strings: set[tuple[int, int]] = set()
    for event in emitted:
        match decode(event.message[0], event.message[1:]):
            case NoteOn(channel, pitch):
                assert (channel, pitch) not in strings
                strings.add((channel, pitch))
            case NoteOff(channel, pitch):
                assert (channel, pitch) in strings
                strings.remove((channel, pitch))
    return strings
