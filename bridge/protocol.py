"""What the engine and the MIDI I/O process say to each other.

The two are separate processes, because a garbage collection or a matrix product in the one must not
delay a note in the other. They share nothing: frozen values cross a pipe, in order, and neither
waits for an answer. What the world does wrong (no such port, a lost server) comes back as a
`Problem`, one sentence for a person to read, never as an exception.

All times are nanoseconds on the session clock, which the processes of one machine have in common.
"""

from dataclasses import dataclass

from bridge.events import Stamped
from bridge.schedule import Due, Sent


@dataclass(frozen=True, slots=True)
class OpenPorts:
    """Open the ports, and connect them to these if they are named. Asked again, open them anew."""

    input_name: str | None = None
    output_name: str | None = None


@dataclass(frozen=True, slots=True)
class ListPorts:
    """Tell which ports there are; answered by `PortNames`."""


@dataclass(frozen=True, slots=True)
class Play:
    """Send these events when they are due."""

    dues: tuple[Due, ...]


@dataclass(frozen=True, slots=True)
class Inject:
    """Let the loopback back end's pretend player play these, each when it is due, in any epoch."""

    dues: tuple[Due, ...]


@dataclass(frozen=True, slots=True)
class Retract:
    """Take back what has not begun by `after_ns`, and release what sounds."""

    after_ns: int


@dataclass(frozen=True, slots=True)
class BeginEpoch:
    """Leave the plans of older epochs, release what sounds, and play this epoch's."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Panic:
    """Silence everything, by every means, now."""


@dataclass(frozen=True, slots=True)
class Quit:
    """Silence everything and leave."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The ports are open under these names, through this back end."""

    backend: str
    input_name: str
    output_name: str


@dataclass(frozen=True, slots=True)
class PortNames:
    """What can be listened to, and what can be played on."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Received:
    """What came in, each event stamped with the moment it happened."""

    events: tuple[Stamped, ...]


@dataclass(frozen=True, slots=True)
class Emitted:
    """What went out, with the moment it was wanted and the moment it went."""

    events: tuple[Sent, ...]


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late events have been sent so far.

    `counts[i]` of them were below `edges_us[i]`; one more count is of those above all edges.
    """

    edges_us: tuple[int, ...]
    counts: tuple[int, ...]
    worst_ns: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something outside went wrong; the text is one sentence that says what, and what to do."""

    text: str


Command = Play | Inject | Retract | BeginEpoch | Panic
ToIo = OpenPorts | ListPorts | Command | Quit
Report = Received | Emitted | Problem
FromIo = Ready | PortNames | Lateness | Report
