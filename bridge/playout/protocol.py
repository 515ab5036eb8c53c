"""The messages between the engine and the MIDI I/O process.

The two are separate processes, because a garbage collection or a matrix product in the engine must
not delay a note. They share nothing: frozen values cross a pipe, in order, and neither side waits
for a reply. An external problem (no such port, a lost server) is reported as a `Problem`, never as
an exception.

All times are nanoseconds on the session clock, which all processes of a machine share.
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
    """Open the ports, in place of open ones, and connect them to the named ports, if any."""

    input_name: str | None = None
    output_name: str | None = None


@dataclass(frozen=True, slots=True)
class ListPorts:
    """List the available ports; the reply is `PortNames`."""


@dataclass(frozen=True, slots=True)
class Play:
    """Send these events when they are due."""

    events: tuple[ScheduledEvent, ...]


@dataclass(frozen=True, slots=True)
class Click:
    """Play these clicks on the built-in synth only, if there is one, when they are due."""

    events: tuple[ScheduledEvent, ...]


@dataclass(frozen=True, slots=True)
class Inject:
    """The player plays these events in the window, each at its time, which may be in the future."""

    events: tuple[TimedEvent, ...]


@dataclass(frozen=True, slots=True)
class Monitor:
    """Send all output to the synth at this UDP port as well; None stops that.

    Events played in the window are always sent to it. The player's events on ports are sent to it
    if `player`.
    """

    port: int | None
    player: bool = True


@dataclass(frozen=True, slots=True)
class Thru:
    """Send these events, which the player plays, beside the plan. Their ticks are nanoseconds."""

    events: tuple[ScheduledEvent, ...]


@dataclass(frozen=True, slots=True)
class SetSync:
    """Follow this time source, or with None the best that plays.

    Events are sent `advance_ns` earlier. `metre` is the metre of MIDI clock, which transmits none.
    """

    sync: Source | None = None
    advance_ns: int = 0
    metre: MetreChange = COMMON_TIME


@dataclass(frozen=True, slots=True)
class ObservePosition:
    """Update the position of a host."""

    source: Source
    position: HostPosition


@dataclass(frozen=True, slots=True)
class SetOwnTransport:
    """Follow this transport when no external source is followed: free, or our own clock's."""

    transport: Transport


@dataclass(frozen=True, slots=True)
class Retract:
    """Drop notes that begin after a tick, and release what sounds."""

    after_tick: int


@dataclass(frozen=True, slots=True)
class Replan:
    """Drop what is planned after a tick, releases too; the new plan follows."""

    after_tick: int


@dataclass(frozen=True, slots=True)
class Silence:
    """Drop every plan and release what sounds."""


@dataclass(frozen=True, slots=True)
class Panic:
    """Silence everything now, by every means."""


@dataclass(frozen=True, slots=True)
class Quit:
    """Silence everything and exit."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The ports of this back end are open under these names."""

    backend: str
    input_name: str
    output_name: str


@dataclass(frozen=True, slots=True)
class OutputConnected:
    """Whether another program's port is connected to our output, as far as is known."""

    connected: bool


@dataclass(frozen=True, slots=True)
class PortNames:
    """The ports that can be opened as input and as output."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Received:
    """Events that came in, each with the time at which it happened."""

    events: tuple[TimedEvent, ...]


@dataclass(frozen=True, slots=True)
class Emitted:
    """Planned events that were sent, each with the time it was due and the time it was sent.

    `dropped` note-ons were not sent, because at `at_ns` they were too late.
    """

    events: tuple[SentEvent, ...]
    dropped: int = 0
    at_ns: int = 0


@dataclass(frozen=True, slots=True)
class EchoDetected:
    """Events that we sent have come back to our input, with these round trips."""

    delays_ns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TransportChanged:
    """The transport that plans follow has changed; `reason` says why it is this one."""

    transport: Transport
    reason: TimeReason


@dataclass(frozen=True, slots=True)
class PluginInstance:
    """A plugin in a host: the instrument it plays, and whether it passes on the player's notes."""

    instance: int
    plays: Instrument | None
    listens: bool
    playing: bool


@dataclass(frozen=True, slots=True)
class Plugins:
    """The plugins that are connected now."""

    instances: tuple[PluginInstance, ...]


@dataclass(frozen=True, slots=True)
class Lateness:
    """A histogram of the lateness of all sent events.

    `counts[i]` events were later than the edge before and below `edges_us[i]`, in microseconds. The
    last count is of those above all edges.
    """

    edges_us: tuple[int, ...]
    counts: tuple[int, ...]
    worst_ns: int

    def percentile_ns(self, fraction: float) -> int | None:
        """Return the lateness that this fraction of all events did not exceed; None without events.

        It is the upper edge of a bin, because single values are not kept.
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
    """An external problem."""

    reason: ProblemReason


Command = (
    Play | Thru | SetSync | ObservePosition | SetOwnTransport | Retract | Replan | Silence | Panic
)
ToIo = OpenPorts | ListPorts | Monitor | Inject | Click | Command | Quit
Report = Received | Emitted | EchoDetected | TransportChanged | OutputConnected | Plugins | Problem
FromIo = Ready | PortNames | Lateness | Report
