"""A fake synth: a socket that records what it is sent, without sound."""

import socket
from contextlib import suppress

from bridge.midi.events import Event, decode
from bridge.synth.queue import decode_datagram

Told = list[tuple[int, Event]]


class Ear:
    """A socket in place of a synth."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)  # noqa: FBT003 - the parameter has no name
        self.port: int = self.socket.getsockname()[1]

    def received(self) -> Told:
        """Return the received messages."""
        messages: Told = []
        with suppress(BlockingIOError):
            while (found := decode_datagram(self.socket.recv(64))) is not None:
                messages.append((found[0], decode(found[1][0], found[1][1:])))
        return messages
