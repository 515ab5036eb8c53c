"""A socket that stands for a synth: what it would be told, without any sound."""

import socket
from contextlib import suppress

from bridge.midi.events import Event, decode
from bridge.synth.queue import decode_datagram

Told = list[tuple[int, Event]]


class Ear:
    """A socket that hears what a synth is told."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)  # noqa: FBT003 - the parameter has no name
        self.port: int = self.socket.getsockname()[1]

    def heard(self) -> Told:
        """Return what has come."""
        told: Told = []
        with suppress(BlockingIOError):
            while (found := decode_datagram(self.socket.recv(64))) is not None:
                told.append((found[0], decode(found[1][0], found[1][1:])))
        return told
