"""What the engine and the MIDI I/O process say to each other.

The two are separate processes, because a garbage collection or a matrix product in the one must not
delay a note in the other. They share nothing: frozen values cross a pipe, in order, and neither
waits for an answer. What the world does wrong (no such port, a lost server) comes back as a
`Problem`, never as an exception.

All times are nanoseconds on the session clock, which the processes of one machine have in common.
"""

from dataclasses import dataclass
from math import ceil

from bridge.midi.events import TimedEvent
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange
from bridge.playout.problem import ProblemReason
from bridge.playout.schedule import ScheduledEvent, SentEvent
from bridge.playout.time_reason import TimeReason
from bridge.sync.host import HostPosition
from bridge.sync.transport import COMMON_TIME, Source, Transport


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

    events: tuple[ScheduledEvent, ...]


@dataclass(frozen=True, slots=True)
class Inject:
    """The player plays these on the desk itself, each at its time, which may still be to come."""

    events: tuple[TimedEvent, ...]


@dataclass(frozen=True, slots=True)
class Monitor:
    """Tell the synth at this UDP port all that goes out, too; None: no longer.

    What is played on the desk it is always told, and what the player plays on a port if `player`.
    """

    port: int | None
    player: bool = True


@dataclass(frozen=True, slots=True)
class Thru:
    """Send these beside what is planned: the player plays them. Their ticks are nanoseconds."""

    events: tuple[ScheduledEvent, ...]


@dataclass(frozen=True, slots=True)
class SetSync:
    """Follow this source of time, or with None the best that plays; send so much earlier.

    MIDI clock knows no bars: they are as long as `metre` says.
    """

    sync: Source | None = None
    advance_ns: int = 0
    metre: MetreChange = COMMON_TIME


@dataclass(frozen=True, slots=True)
class ObservePosition:
    """Take in where somebody who keeps time says that the music is."""

    source: Source
    position: HostPosition


@dataclass(frozen=True, slots=True)
class SetOwnTransport:
    """Go by this line where nobody else's is followed: it is free, or our own clock's."""

    transport: Transport


@dataclass(frozen=True, slots=True)
class Retract:
    """Take back what begins after a tick, and release what sounds."""

    after_tick: int


@dataclass(frozen=True, slots=True)
class Replan:
    """Take back what is planned after a tick, ends too; what takes its place comes next."""

    after_tick: int


@dataclass(frozen=True, slots=True)
class Silence:
    """Leave every plan and release what sounds."""


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
class OutputConnected:
    """Whether somebody else's port is connected to our output, as far as a back end can tell."""

    connected: bool


@dataclass(frozen=True, slots=True)
class PortNames:
    """What can be listened to, and what can be played on."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Received:
    """What came in, each event stamped with the moment it happened."""

    events: tuple[TimedEvent, ...]


@dataclass(frozen=True, slots=True)
class Emitted:
    """What went out of what was planned, with the moment it was wanted and the moment it went.

    `dropped` note-ons were so late by `at_ns` that they were not sent.
    """

    events: tuple[SentEvent, ...]
    dropped: int = 0
    at_ns: int = 0


@dataclass(frozen=True, slots=True)
class EchoDetected:
    """Some of what we sent has come back to our input, each so long after it went out."""

    delays_ns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TransportChanged:
    """The line that plans go by is another; `reason` is why it is this one."""

    transport: Transport
    reason: TimeReason


@dataclass(frozen=True, slots=True)
class PluginInstance:
    """One plugin in a host: whose notes it plays, and whether it listens to the player."""

    instance: int
    plays: Instrument | None
    listens: bool
    playing: bool


@dataclass(frozen=True, slots=True)
class Plugins:
    """The plugins that are there now."""

    instances: tuple[PluginInstance, ...]


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late events have been sent so far.

    `counts[i]` of them were below `edges_us[i]`; one more count is of those above all edges.
    """

    edges_us: tuple[int, ...]
    counts: tuple[int, ...]
    worst_ns: int

    def percentile_ns(self, fraction: float) -> int | None:
        """Return within what time this fraction of all events have been sent; None: none have.

        The time is the end of a span between two edges, since single events are not known.
        """
        total = sum(self.counts)
        if not total:
            return None
        wanted, found = ceil(fraction * total), 0
        for edge_us, count in zip(self.edges_us, self.counts, strict=False):
            found += count
            if found >= wanted:
                return min(edge_us * 1_000, self.worst_ns)
        return self.worst_ns


@dataclass(frozen=True, slots=True)
class Problem:
    """Something outside went wrong."""

    reason: ProblemReason


Command = (
    Play | Thru | SetSync | ObservePosition | SetOwnTransport | Retract | Replan | Silence | Panic
)
ToIo = OpenPorts | ListPorts | Monitor | Inject | Command | Quit
Report = Received | Emitted | EchoDetected | TransportChanged | OutputConnected | Plugins | Problem
FromIo = Ready | PortNames | Lateness | Report
