"""A back end without a device: what goes out is only noted, and nothing comes in.

It shows that the whole live path works, on any machine, and it is the fake that tests use. Only the
cables are pretended. The process, the pipe, the waiting, the schedule and the wire format are the
real ones, so its timing is the real timing. And it keeps time where a synth of our own is all that
there is to be heard.
"""

import socket

from bridge.playout.protocol import Command, Emitted, Panic, PortNames, Ready, Report
from bridge.playout.schedule import Sent
from bridge.playout.sequencer import Conductor, planned
from bridge.ports.base import find_port
from bridge.system.clock import Clock


class LoopbackBackend:
    """Two ports that are connected to nothing."""

    name = "loopback"
    bell: socket.socket | None = None
    poll_ns: int | None = None

    def __init__(self, conductor: Conductor | None = None) -> None:
        self._conductor = conductor or Conductor()
        self._sent: list[Sent] = []

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
        """Tell when the next event is due."""
        return self._conductor.next_due_ns()

    def post(self, command: Command, now_ns: int) -> None:
        """Obey at once."""
        self._sent += self._conductor.obey(command, now_ns)

    def turn(self, now_ns: int) -> list[Report]:
        """Send what is due, and tell of it."""
        sent = self._sent + self._conductor.lead(now_ns) + self._conductor.emit(now_ns)
        self._sent = []
        return self._conductor.report((), sent, now_ns)

    def close(self, now_ns: int) -> list[Report]:
        """Silence everything."""
        sent = planned(self._sent + self._conductor.obey(Panic(), now_ns))
        return [Emitted(sent)] if sent else []


def connect(_client_name: str, _clock: Clock, conductor: Conductor) -> LoopbackBackend:
    """Make one; nothing can go wrong."""
    return LoopbackBackend(conductor)
