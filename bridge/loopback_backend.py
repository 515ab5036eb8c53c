"""A back end without a device: a pretend player plays in, and what goes out is only noted.

It shows that the whole live path works, on any machine, and it is the fake that tests use. Only the
cables are pretended. The process, the pipe, the waiting, the schedule and the wire format are the
real ones, so its timing is the real timing.
"""

import heapq
import socket

from bridge.clock import Clock
from bridge.conductor import Conductor
from bridge.events import Event, Stamped, encode
from bridge.ports import find_port
from bridge.protocol import Command, Emitted, Inject, Panic, PortNames, Ready, Report
from bridge.schedule import Sent
from bridge.wire import WireParser


class LoopbackBackend:
    """Two ports that are connected to nothing, and somebody who plays into one of them."""

    name = "loopback"
    bell: socket.socket | None = None
    poll_ns: int | None = None

    def __init__(self, conductor: Conductor | None = None) -> None:
        self._conductor = conductor or Conductor()
        self._parser = WireParser()
        self._sent: list[Sent] = []
        self._hands: list[tuple[int, int, Event]] = []  # a heap of (time_ns, order, event)
        self._injected = 0

    def port_names(self) -> PortNames:
        """List what can be connected: nothing."""
        return PortNames((), ())

    def open(self, input_name: str | None, output_name: str | None) -> Ready:
        """Open our two ports; there is none to connect them to."""
        for wanted in (input_name, output_name):
            if wanted is not None:
                find_port(wanted, ())
        return Ready(self.name, "loopback in", "loopback out")

    def look_after(self) -> None:
        """See that it is still there, as it always is."""

    def next_due_ns(self) -> int | None:
        """Tell when the next event is due, played in or sent out."""
        dues = [self._conductor.next_due_ns(), self._hands[0][0] if self._hands else None]
        return min((due_ns for due_ns in dues if due_ns is not None), default=None)

    def post(self, command: Command, now_ns: int) -> None:
        """Obey at once."""
        if isinstance(command, Inject):
            for stamped in command.events:
                heapq.heappush(self._hands, (stamped.time_ns, self._injected, stamped.event))
                self._injected += 1
        else:
            self._sent += self._conductor.obey(command, now_ns)

    def turn(self, now_ns: int) -> list[Report]:
        """Send what is due, hand over what the player plays, and tell of both."""
        received: list[Stamped] = []
        while self._hands and self._hands[0][0] <= now_ns:
            _, _, event = heapq.heappop(self._hands)
            received += (Stamped(now_ns, each) for each in self._parser.feed(encode(event)))
        played = self._conductor.receive(received)
        sent = self._sent + self._conductor.lead(now_ns) + self._conductor.emit(now_ns)
        self._sent = []
        return self._conductor.report(played, sent, now_ns)

    def close(self, now_ns: int) -> list[Report]:
        """Silence everything."""
        sent = self._sent + self._conductor.obey(Panic(), now_ns)
        return [Emitted(tuple(sent))] if sent else []


def connect(_client_name: str, _clock: Clock, conductor: Conductor) -> LoopbackBackend:
    """Make one; nothing can go wrong."""
    return LoopbackBackend(conductor)
