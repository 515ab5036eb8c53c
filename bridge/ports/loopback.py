"""A back end without a device: output is only recorded, and nothing comes in.

It runs the complete live path on any machine, and it is the fake that tests use. Only the cables
are missing. The process, the pipe, the waiting, the schedule and the wire format are the real ones,
so its timing is the real timing. It also keeps time when the built-in synth is the only output.
"""

import socket

from bridge.playout.protocol import Cables, Command, Emitted, Panic, PortNames, Ready, Report
from bridge.playout.schedule import SentEvent
from bridge.playout.sequencer import Sequencer, without_thru
from bridge.ports.base import find_port
from bridge.system.clock import Clock


class LoopbackBackend:
    """Two ports without a connection."""

    name = "loopback"
    wakeup: socket.socket | None = None
    poll_ns: int | None = None

    def __init__(self, sequencer: Sequencer | None = None) -> None:
        self._sequencer = sequencer or Sequencer()
        self._sent: list[SentEvent] = []

    def port_names(self) -> PortNames:
        """List the ports that can be connected: none."""
        return PortNames((), ())

    def listen_to_keyboard(self, *, wanted: bool) -> None:
        """Do nothing: nothing can be plugged in."""

    def open(self, input_name: str | None, output_name: str | None) -> Ready:
        """Open our two ports; raise `PortError` for a named port, as there are none."""
        for wanted in (input_name, output_name):
            if wanted is not None:
                find_port(wanted, ())
        return Ready(self.name, "loopback in", "loopback out")

    def cables(self) -> Cables:
        """Return none: this back end does not list them."""
        return Cables()

    def restore_cables(self, cables: Cables) -> None:
        """Do nothing: this back end makes none."""

    def maintain(self) -> None:
        """Do nothing: the loopback cannot be lost."""

    def next_due_ns(self) -> int | None:
        """Return when the next event is due, or None."""
        return self._sequencer.next_due_ns()

    def post(self, command: Command, now_ns: int) -> None:
        """Apply a command at once."""
        self._sent += self._sequencer.apply(command, now_ns)

    def poll(self, now_ns: int) -> list[Report]:
        """Send what is due, and report it."""
        sent = self._sent + self._sequencer.select_source(now_ns) + self._sequencer.emit(now_ns)
        self._sent = []
        return self._sequencer.report((), sent, now_ns)

    def close(self, now_ns: int) -> list[Report]:
        """Silence everything, and report what was sent last."""
        sent = without_thru(self._sent + self._sequencer.apply(Panic(), now_ns))
        return [Emitted(sent)] if sent else []


def connect(_client_name: str, _clock: Clock, sequencer: Sequencer) -> LoopbackBackend:
    """Return a loopback; this never fails."""
    return LoopbackBackend(sequencer)
