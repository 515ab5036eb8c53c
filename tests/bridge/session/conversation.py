"""Talk with a MIDI I/O process in a test: wait for what it must say, and keep the rest."""

from typing import TypeVar

from bridge.io.handle import MidiIo
from bridge.midi.events import TimedEvent
from bridge.playout.protocol import Emitted, FromIo, OpenPorts, Problem, Quit, Ready, Received
from bridge.playout.schedule import SentEvent

PATIENCE_S = 20.0

_Message = TypeVar("_Message", bound=FromIo)


class Conversation:
    """A process, and all that it has said."""

    def __init__(self, io: MidiIo) -> None:
        self.io = io
        self.said: list[FromIo] = []

    def listen(self) -> None:
        """Wait for the process to say something."""
        said = self.io.receive(PATIENCE_S)
        assert said, f"the process says nothing more after {self.said[-3:]}"
        self.said += said

    def expect(self, kind: type[_Message]) -> _Message:
        """Wait for a message of this kind, and take it out of what was said."""
        while True:
            for message in self.said:
                if isinstance(message, kind):
                    self.said.remove(message)
                    return message
            self.listen()

    def open(self, input_name: str | None = None, output_name: str | None = None) -> Ready:
        """Open the ports, which must succeed."""
        self.io.send(OpenPorts(input_name, output_name))
        while not any(isinstance(message, Ready | Problem) for message in self.said):
            self.listen()
        assert not (problems := [m for m in self.said if isinstance(m, Problem)]), problems
        return self.expect(Ready)

    def sent(self, count: int) -> list[SentEvent]:
        """Wait until this many events have gone out altogether; give them."""
        while len(found := self._sent()) < count:
            self.listen()
        return found

    def received(self, count: int) -> list[TimedEvent]:
        """Wait until this many events have come in altogether; give them."""
        while len(found := self._received()) < count:
            self.listen()
        return found

    def leave(self) -> list[SentEvent]:
        """Ask the process to quit, and hear it out; give what it sent since it began."""
        self.io.send(Quit())
        return self.hear_out()

    def hear_out(self) -> list[SentEvent]:
        """Listen until the process has gone; give what it sent since it began."""
        while self.io.alive:
            self.said += self.io.receive(PATIENCE_S)
        return self._sent()

    def _sent(self) -> list[SentEvent]:
        return [each for m in self.said if isinstance(m, Emitted) for each in m.events]

    def _received(self) -> list[TimedEvent]:
        return [each for m in self.said if isinstance(m, Received) for each in m.events]
