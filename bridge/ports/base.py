"""The interface of a back end, the choice of one, and the search for a port by name.

A port is a named end of a cable; a back end is a family of ports. There are three. JACK (or
PipeWire's JACK) calls us once per period of audio and places each event on its frame. RtMidi covers
every system's own ports, and sends at once. The loopback has no device: nothing comes in, and what
goes out is only recorded. All of them apply the same commands through the same `Sequencer`.

The system may refuse at any time: no server, no such port, a pulled cable. That is a `PortError`,
which carries the reason as a value.
"""

import importlib
import socket
from collections.abc import Sequence
from typing import Protocol

from bridge.playout.problem import (
    BackendReason,
    LibraryMissing,
    NoBackend,
    ProblemReason,
)
from bridge.playout.protocol import Cables, Command, PortNames, Ready, Report
from bridge.playout.sequencer import Sequencer
from bridge.ports.port_names import Naming, Port, find, identify_names
from bridge.system.clock import Clock

# Each of these modules has a `connect(client_name, clock, sequencer) -> Backend`. It is imported
# only when needed, because its library may be missing.
BACKENDS = {
    "jack": "bridge.ports.jack",
    "rtmidi": "bridge.ports.rtmidi",
    "loopback": "bridge.ports.loopback",
}
AUTO_ORDER = ("jack", "rtmidi")  # JACK first: only JACK is exact to the frame


class PortError(Exception):
    """A port or a back end cannot be used."""

    def __init__(self, reason: ProblemReason) -> None:
        super().__init__(reason)
        self.reason = reason


class Backend(Protocol):
    """One MIDI input and one MIDI output. All calls come from one thread."""

    @property
    def name(self) -> str:
        """The name by which the user chooses it."""
        ...

    @property
    def wakeup(self) -> socket.socket | None:
        """The socket that becomes readable when `poll` has reports, or None if there is none."""
        ...

    @property
    def poll_ns(self) -> int | None:
        """The longest time between calls of `poll` without a wakeup, or None for no limit."""
        ...

    def port_names(self) -> PortNames:
        """List the ports that can be connected."""
        ...

    def listen_to_keyboard(self, *, wanted: bool) -> None:
        """Listen to a keyboard that is plugged in while no input is chosen, or to none."""
        ...

    def open(self, input_name: str | None, output_name: str | None) -> Ready:
        """Open our two ports and connect them to the named ones.

        Raises:
            PortError: a port is missing, or the system refuses.

        """
        ...

    def cables(self) -> Cables:
        """Return what other programs have connected to our ports, as far as is known."""
        ...

    def restore_cables(self, cables: Cables) -> None:
        """Make these cables again, now or when their ports are there."""
        ...

    def maintain(self) -> None:
        """Check which ports exist, and listen to a keyboard that has been plugged in.

        `poll` reports what has changed.

        Raises:
            PortError: an open port has gone, and all ports must be opened again.

        """
        ...

    def next_due_ns(self) -> int | None:
        """Return when `poll` must next send an event, or None."""
        ...

    def post(self, command: Command, now_ns: int) -> None:
        """Apply a command, at once or as soon as the device allows."""
        ...

    def poll(self, now_ns: int) -> list[Report]:
        """Send what is due, receive input, and report both; raise `PortError` on a loss."""
        ...

    def close(self, now_ns: int) -> list[Report]:
        """Silence everything, close the device, and report what was sent last."""
        ...


def connect(
    backend: str, client_name: str, clock: Clock, sequencer: Sequencer | None = None
) -> Backend:
    """Connect to the named back end, or with "auto" to the first in `AUTO_ORDER` that works.

    It uses this sequencer, or a new one.

    Raises:
        PortError: no back end can be reached.

    """
    refusals: list[ProblemReason] = []
    for name in AUTO_ORDER if backend == "auto" else (backend,):
        try:
            module = importlib.import_module(BACKENDS[name])
            reached: Backend = module.connect(client_name, clock, sequencer or Sequencer())
        except PortError as error:
            refusals.append(error.reason)
        except (ImportError, OSError) as error:
            refusals.append(LibraryMissing(name, str(error)))
        else:
            return reached
    if len(refusals) == 1:
        raise PortError(refusals[0])
    raise PortError(NoBackend(tuple(each for each in refusals if isinstance(each, BackendReason))))


def find_port(wanted: str, names: Sequence[str], naming: Naming | None = None) -> str:
    """Return the name in a complete list that is meant by what was typed or stored.

    Raises:
        PortError: there is no such port, or there are several.

    """
    return choose_port(wanted, identify_names(names, naming)).name


def choose_port(wanted: str, ports: Sequence[Port]) -> Port:
    """Return the port that is meant by what was typed or stored (`port_names.find`).

    Raises:
        PortError: there is no such port, or there are several.

    """
    found = find(wanted, ports)
    if isinstance(found, Port):
        return found
    raise PortError(found)
