"""What a back end is, which one to take, and which port a person means.

A port is a named end of a cable; a back end is a family of ports. There are three. JACK (or
PipeWire's JACK) calls us once per period of audio and places each event on its frame. RtMidi knows
every system's own ports, and sends when it is told to, at once. The loopback has no device at all:
a pretend player plays into it, and what goes out goes nowhere. All of them obey the same commands
and keep their promises through the same `Conductor`.

The world outside may refuse at any time: no server, no such port, a cable pulled. That is a
`PortError`, and its text is a sentence for the person at the desk: first what is wrong, and then,
after a semicolon, what to do.
"""

import importlib
import socket
from collections.abc import Sequence
from typing import Protocol

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
NO_PORTS_HINT = "Antiphon goes on without ports, and opens them when you start one of these"


class PortError(Exception):
    """The world outside refuses; the text is one sentence that says what, and what to do."""


class Backend(Protocol):
    """One way for MIDI to come in and go out. All calls come from one thread."""

    @property
    def name(self) -> str:
        """Give the name that a person chooses it by."""
        ...

    @property
    def wakeup(self) -> socket.socket | None:
        """Give what becomes readable when `turn` has news, or None if nothing does."""
        ...

    @property
    def poll_ns(self) -> int | None:
        """Tell how often `turn` must be called for want of a bell, or None if it need not."""
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
        """Tell when `turn` must be called for the sake of an event, or None if it need not."""
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
    refusals: list[str] = []
    for name in AUTO_ORDER if backend == "auto" else (backend,):
        try:
            module = importlib.import_module(BACKENDS[name])
            reached: Backend = module.connect(client_name, clock, sequencer or Sequencer())
        except PortError as error:
            refusals.append(str(error))
        except (ImportError, OSError) as error:
            refusals.append(f"The library of the {name} back end does not load ({error}).")
        else:
            return reached
    raise PortError(refusals[0] if len(refusals) == 1 else _join_refusals(refusals))


def _join_refusals(refusals: Sequence[str]) -> str:
    """Make one sentence of several: all that is wrong, and what is done about it."""
    first, *others = (text.partition(";")[0].rstrip(".") for text in refusals)
    lowered = [text[:1].lower() + text[1:] for text in others]
    return f"{', and '.join([first, *lowered])}; {NO_PORTS_HINT}."


def find_port(wanted: str, names: Sequence[str]) -> str:
    """Give the port of this name, or the only one that the name is part of; else `PortError`."""
    if wanted in names:
        return wanted
    found = [name for name in names if wanted.casefold() in name.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        raise PortError(f'"{wanted}" may be any of these ports: {", ".join(found)}.')
    there_are = f"there are: {', '.join(names)}" if names else "there are none"
    raise PortError(f'There is no port "{wanted}"; {there_are}.')
