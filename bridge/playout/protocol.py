"""The messages between the engine and the MIDI I/O process.

The two are separate processes, because a garbage collection or a matrix product in the engine must
not delay a note. They share nothing: frozen values cross a pipe, in order, and neither side waits
for a reply. An external problem (no such port, a lost server) is reported as a `Problem`, never as
an exception.

All times are nanoseconds on the session clock, which all processes of a machine share.
"""

from dataclasses import dataclass
from math import ceil

from bridge.midi.controls import Control
from bridge.midi.events import TimedEvent
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange
from bridge.playout.problem import IoRestarted, ProblemReason
from bridge.playout.schedule import Playable, ScheduledEvent, SentEvent
from bridge.playout.time_reason import TimeReason
from bridge.sync.host import HostPosition
from bridge.sync.transport import COMMON_TIME, Source, Transport


@dataclass(frozen=True, slots=True)
class Cables:
    """The names of other programs' ports that are connected to our input and to our output."""

    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenPorts:
    """Open the ports, in place of open ones, and connect them to the named ports, if any.

    `cables` is None for a request of the player's. To open ports again that were open before, it
    holds the cables to make as well; the names are then the whole labels of the ports.
    """

    input_name: str | None = None
    output_name: str | None = None
    cables: Cables | None = None


@dataclass(frozen=True, slots=True)
class ListenToKeyboard:
    """Listen to a keyboard that is plugged in while no input is chosen, or from now on to none."""

    wanted: bool


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
    """Send all output to the synth at the other end of the cable as well, or no longer.

    Events played in the window are always sent to it. The player's events on ports are sent to it
    if `player`.
    """

    wanted: bool
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
    """Update the position of a host; None is a report that was not valid."""

    source: Source
    position: HostPosition | None


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
class ReleaseUnplanned:
    """Release what sounds and has no release in the plan."""


@dataclass(frozen=True, slots=True)
class Panic:
    """Silence everything now, by every means."""


@dataclass(frozen=True, slots=True)
class BindPanic:
    """Recognise a press of these controls as panic, in place of those before.

    The MIDI I/O process does so itself: panic must not wait for the engine.
    """

    controls: frozenset[Control]


@dataclass(frozen=True, slots=True)
class Release:
    """Send these ends of notes now, or when the ports are open: another process began the notes.

    The synth is silenced too.
    """

    events: tuple[Playable, ...]


@dataclass(frozen=True, slots=True)
class Ping:
    """The engine runs; answer with `Alive` at once."""


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
class Opened:
    """The request that opens the present ports again, with the same cables."""

    again: OpenPorts


@dataclass(frozen=True, slots=True)
class PortsClosed:
    """No port is open any more, or none could be opened."""


@dataclass(frozen=True, slots=True)
class Alive:
    """The process answers a `Ping`."""


@dataclass(frozen=True, slots=True)
class Restarted:
    """The process runs again after its end, or answers again if there is no reason.

    The engine reports this in its place.
    """

    reason: IoRestarted | None


@dataclass(frozen=True, slots=True)
class OutputConnected:
    """Whether another program's port is connected to our output, as far as is known."""

    connected: bool


@dataclass(frozen=True, slots=True)
class PortNames:
    """The ports that can be opened as input and as output.

    `keyboard` is the input that is listened to by default, or empty.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    keyboard: str = ""


@dataclass(frozen=True, slots=True)
class KeyboardHeard:
    """The keyboard that is listened to without having been chosen; empty for none."""

    name: str


@dataclass(frozen=True, slots=True)
class InputLost:
    """An input has gone; releases of keys and pedals that were held on it will not come."""


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
class PositionsRefused:
    """A host has reported `count` more positions that are not valid."""

    source: Source
    count: int


@dataclass(frozen=True, slots=True)
class InputThinned:
    """Of a flood of input, `count` more messages were dropped."""

    count: int


@dataclass(frozen=True, slots=True)
class PanicPressed:
    """A control that is bound to panic was pressed; its event is reported too."""


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
    Play
    | Thru
    | SetSync
    | ObservePosition
    | SetOwnTransport
    | BindPanic
    | Retract
    | Replan
    | ReleaseUnplanned
    | Silence
    | Panic
    | Release
)
ToIo = OpenPorts | ListenToKeyboard | ListPorts | Monitor | Inject | Click | Command | Ping | Quit
_Forwarded = (
    Ready
    | PortsClosed
    | Restarted
    | PortNames
    | KeyboardHeard
    | InputLost
    | Received
    | Emitted
    | EchoDetected
    | TransportChanged
    | PositionsRefused
    | InputThinned
    | OutputConnected
    | Plugins
    | Problem
)
Report = _Forwarded | PanicPressed
"""The reports of a back end; all but `PanicPressed` go on to the engine."""
ForSession = Lateness | _Forwarded
FromIo = ForSession | Opened | Alive
