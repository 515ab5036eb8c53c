"""A fake synth: a socket that records what it is sent, without sound."""

from contextlib import suppress

from bridge.midi.events import Event, decode
from bridge.synth.cable import make_cable
from bridge.synth.queue import decode_datagram

Told = list[tuple[int, Event]]


class Ear:
    """A socket in place of a synth."""

    def __init__(self) -> None:
        self.cable, self.socket = make_cable()

    def received(self) -> Told:
        """Return the received messages."""
        messages: Told = []
        with suppress(BlockingIOError):
            while (found := decode_datagram(self.socket.recv(64))) is not None:
                messages.append((found[0], decode(found[1][0], found[1][1:])))
        return messages

    def close(self) -> None:
        """Close both ends."""
        self.cable.close()
        self.socket.close()
