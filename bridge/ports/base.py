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
    AmbiguousPort,
    BackendReason,
    LibraryMissing,
    NoBackend,
    NoSuchPort,
    ProblemReason,
)
from bridge.playout.protocol import Command, PortNames, Ready, Report
from bridge.playout.sequencer import Sequencer
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

    def open(self, input_name: str | None, output_name: str | None) -> Ready:
        """Open our two ports and connect them to the named ones.

        Raises:
            PortError: a port is missing, or the system refuses.

        """
        ...

    def maintain(self) -> None:
        """Check that the open ports still exist and are connected, or raise `PortError`."""
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


def find_port(wanted: str, names: Sequence[str]) -> str:
    """Return the port named `wanted`, or the only one containing it, or raise `PortError`."""
    if wanted in names:
        return wanted
    found = [name for name in names if wanted.casefold() in name.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        raise PortError(AmbiguousPort(wanted, tuple(found)))
    raise PortError(NoSuchPort(wanted, tuple(names)))
