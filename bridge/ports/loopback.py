"""A back end without a device: what goes out is only noted, and nothing comes in.

It shows that the whole live path works, on any machine, and it is the fake that tests use. Only the
cables are pretended. The process, the pipe, the waiting, the schedule and the wire format are the
real ones, so its timing is the real timing. And it keeps time where a synth of our own is all that
there is to be heard.
"""

import socket

from bridge.playout.protocol import Command, Emitted, Panic, PortNames, Ready, Report
from bridge.playout.schedule import SentEvent
from bridge.playout.sequencer import Sequencer, without_thru
from bridge.ports.base import find_port
from bridge.system.clock import Clock


class LoopbackBackend:
    """Two ports that are connected to nothing."""

    name = "loopback"
    wakeup: socket.socket | None = None
    poll_ns: int | None = None

    def __init__(self, sequencer: Sequencer | None = None) -> None:
        self._sequencer = sequencer or Sequencer()
        self._sent: list[SentEvent] = []

    def port_names(self) -> PortNames:
        """List what can be connected: nothing."""
        return PortNames((), ())

    def open(self, input_name: str | None, output_name: str | None) -> Ready:
        """Open our two ports; there is none to connect them to."""
        for wanted in (input_name, output_name):
            if wanted is not None:
                find_port(wanted, ())
        return Ready(self.name, "loopback in", "loopback out")

    def maintain(self) -> None:
        """See that it is still there, as it always is."""

    def next_due_ns(self) -> int | None:
        """Return when the next event is due."""
        return self._sequencer.next_due_ns()

    def post(self, command: Command, now_ns: int) -> None:
        """Obey at once."""
        self._sent += self._sequencer.apply(command, now_ns)

    def poll(self, now_ns: int) -> list[Report]:
        """Send what is due, and tell of it."""
        sent = self._sent + self._sequencer.select_source(now_ns) + self._sequencer.emit(now_ns)
        self._sent = []
        return self._sequencer.report((), sent, now_ns)

    def close(self, now_ns: int) -> list[Report]:
        """Silence everything."""
        sent = without_thru(self._sent + self._sequencer.apply(Panic(), now_ns))
        return [Emitted(sent)] if sent else []


def connect(_client_name: str, _clock: Clock, sequencer: Sequencer) -> LoopbackBackend:
    """Make one; nothing can go wrong."""
    return LoopbackBackend(sequencer)
