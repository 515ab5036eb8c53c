"""What a back end is, which one to take, and which port a person means.

A port is a named end of a cable; a back end is a family of ports. There are three. JACK (or
PipeWire's JACK) calls us once per period of audio and places each event on its frame. RtMidi knows
every system's own ports, and sends when it is told to, at once. The loopback has no device at all:
a pretend player plays into it, and what goes out goes nowhere. All of them obey the same commands
and keep their promises through the same `Conductor`.

The world outside may refuse at any time: no server, no such port, a cable pulled. That is a
`PortError`, which carries the reason as a value.
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

# Each of these modules has a `connect(client_name, clock, conductor) -> Backend`, and is imported
# only when it is wanted: the library under it may be missing.
BACKENDS = {
    "jack": "bridge.ports.jack",
    "rtmidi": "bridge.ports.rtmidi",
    "loopback": "bridge.ports.loopback",
}
AUTO_ORDER = ("jack", "rtmidi")  # in this order: only JACK is exact to the frame


class PortError(Exception):
    """The world outside refuses."""

    def __init__(self, reason: ProblemReason) -> None:
        super().__init__(reason)
        self.reason = reason


class Backend(Protocol):
    """One way for MIDI to come in and go out. All calls come from one thread."""

    @property
    def name(self) -> str:
        """The name that a person chooses it by."""
        ...

    @property
    def wakeup(self) -> socket.socket | None:
        """What becomes readable when `turn` has news, or None if nothing does."""
        ...

    @property
    def poll_ns(self) -> int | None:
        """How often `turn` must be called for want of a bell, or None if it need not."""
        ...

    def port_names(self) -> PortNames:
        """List what can be connected."""
        ...

    def open(self, input_name: str | None, output_name: str | None) -> Ready:
        """Open our two ports and connect them to those named, or raise `PortError`."""
        ...

    def maintain(self) -> None:
        """See that what was opened is still there and connected; `PortError` if it is not."""
        ...

    def next_due_ns(self) -> int | None:
        """Return when `turn` must be called for the sake of an event, or None if it need not."""
        ...

    def post(self, command: Command, now_ns: int) -> None:
        """Obey, at once or as soon as the device allows."""
        ...

    def poll(self, now_ns: int) -> list[Report]:
        """Send what is due, take what came in, tell of both; `PortError` if all is lost."""
        ...

    def close(self, now_ns: int) -> list[Report]:
        """Silence everything, let go of the device, and tell what was sent last."""
        ...


def connect(
    backend: str, client_name: str, clock: Clock, sequencer: Sequencer | None = None
) -> Backend:
    """Reach the back end of this name, or with "auto" the best that works; else `PortError`.

    It keeps time by this conductor, or by one of its own.
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
    """Return the port of this name, or the only one that the name is part of; else `PortError`."""
    if wanted in names:
        return wanted
    found = [name for name in names if wanted.casefold() in name.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        raise PortError(AmbiguousPort(wanted, tuple(found)))
    raise PortError(NoSuchPort(wanted, tuple(names)))
