"""Test helper for a MIDI I/O process: wait for expected messages, and keep the others."""

from typing import TypeVar

from bridge.io.handle import MidiIo
from bridge.midi.events import TimedEvent
from bridge.playout.protocol import Emitted, FromIo, OpenPorts, Problem, Quit, Ready, Received
from bridge.playout.schedule import LATE_LIMIT_NS, SentEvent
from bridge.system.clock import SystemClock
from bridge.system.units import MS

PATIENCE_S = 20.0
LEAD_NS = 500 * MS
"""How far ahead a test plans a note. A note-on that is later than `LATE_LIMIT_NS` is dropped, and
the system may suspend the test between reading the time and sending the plan."""
assert LEAD_NS > 10 * LATE_LIMIT_NS

_Message = TypeVar("_Message", bound=FromIo)


def soon_ns() -> int:
    """Return a time at which a note that is planned now is not late."""
    return SystemClock().now_ns() + LEAD_NS


class Conversation:
    """A process, and all messages that it has sent."""

    def __init__(self, io: MidiIo) -> None:
        self.io = io
        self.messages: list[FromIo] = []

    def listen(self) -> None:
        """Wait for messages of the process."""
        said = self.io.receive(PATIENCE_S)
        assert said, f"the process sends nothing more after {self.messages[-3:]}"
        self.messages += said

    def expect(self, kind: type[_Message]) -> _Message:
        """Wait for a message of this kind, remove it from `said` and return it."""
        while True:
            for message in self.messages:
                if isinstance(message, kind):
                    self.messages.remove(message)
                    return message
            self.listen()

    def open(self, input_name: str | None = None, output_name: str | None = None) -> Ready:
        """Open the ports; this must succeed."""
        self.io.send(OpenPorts(input_name, output_name))
        while not any(isinstance(message, Ready | Problem) for message in self.messages):
            self.listen()
        assert not (problems := [m for m in self.messages if isinstance(m, Problem)]), problems
        return self.expect(Ready)

    def sent(self, count: int) -> list[SentEvent]:
        """Wait until `count` events are sent in all; return them."""
        while len(found := self._sent()) < count:
            self.listen()
        return found

    def received(self, count: int) -> list[TimedEvent]:
        """Wait until `count` events have come in; return them."""
        while len(found := self._received()) < count:
            self.listen()
        return found

    def leave(self) -> list[SentEvent]:
        """Ask the process to quit, and read to its end; return all sent events."""
        self.io.send(Quit())
        return self.hear_out()

    def hear_out(self) -> list[SentEvent]:
        """Read messages until the process has ended; return all sent events."""
        while self.io.alive:
            self.messages += self.io.receive(PATIENCE_S)
        return self._sent()

    def _sent(self) -> list[SentEvent]:
        return [each for m in self.messages if isinstance(m, Emitted) for each in m.events]

    def _received(self) -> list[TimedEvent]:
        return [each for m in self.messages if isinstance(m, Received) for each in m.events]
