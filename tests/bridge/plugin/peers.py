"""A program at the other end of a `PluginBackend`, well-behaved or not, in the same process."""

import socket
from pathlib import Path
from typing import Self

from bridge.midi.instruments import Instrument
from bridge.playout.protocol import Report
from bridge.playout.sequencer import Sequencer
from bridge.plugin.endpoint import SOCKET_NAME
from bridge.plugin.folder import Place
from bridge.plugin.socket import PluginBackend
from bridge.plugin.stream import MessageStream
from bridge.plugin.wire import Block, BlockFlags, FromPlugin, Message, PluginHello, encode

NOW_NS = 100_000_000_000


def block(
    instance: int, time_ns: int = NOW_NS, quarters: float = 0.0, plays: Instrument | None = None
) -> Block:
    """Return a block of a host that plays at 120 bpm."""
    numbers = (1, time_ns, 48_000.0, quarters, 120.0, 0.0, 1, 256, 0, 0, 0, 0, 4, 4)
    flags = BlockFlags.PLAYING | BlockFlags.POSITION_VALID | BlockFlags.LISTENS
    return Block(instance, *numbers, plays, flags)


class Peer:
    """A connection to the back end."""

    def __init__(self, folder: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.setblocking(False)  # noqa: FBT003 - the parameter has no name
        self.socket.connect(str(folder / SOCKET_NAME))
        self._stream = MessageStream()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def say(self, *messages: FromPlugin) -> None:
        """Send messages."""
        self.socket.sendall(b"".join(map(encode, messages)))

    def received(self) -> list[Message]:
        """Return what has arrived."""
        try:
            data = self.socket.recv(1 << 20)
        except BlockingIOError:
            return []
        return [message for message in self._stream.feed(data) if isinstance(message, Message)]

    def is_ended(self) -> bool:
        """Return whether the other side has ended the connection."""
        try:
            while self.socket.recv(1 << 20):
                pass
        except BlockingIOError:
            return False
        except ConnectionError:
            return True
        return True


class Desk:
    """A back end on a manual clock."""

    def __init__(self, folder: Path, *, tcp: bool = False) -> None:
        self.folder, self.now_ns = folder, NOW_NS
        self.backend = PluginBackend(Sequencer(), Place(folder, tcp=tcp))
        self.reports: list[Report] = []

    def turn(self, times: int = 1) -> list[Report]:
        """Poll, and return the reports."""
        reports: list[Report] = []
        for _ in range(times):
            reports += self.backend.poll(self.now_ns)
            self.rest()
        self.reports += reports
        return reports

    def rest(self) -> None:
        """Let time pass until the listening socket has rested."""
        if self.backend.poll_ns is not None:
            self.now_ns += self.backend.poll_ns

    def joined(self, instance: int) -> Peer:
        """Return the connection of a running instance."""
        peer = Peer(self.folder)
        peer.say(PluginHello(instance, self.now_ns), block(instance, self.now_ns))
        self.turn()
        return peer
