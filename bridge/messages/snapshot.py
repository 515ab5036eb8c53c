"""What a session shows: a snapshot for the window, and entries for the log."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bridge.messages.processor import Processor
from bridge.messages.requests import UnknownStyle
from bridge.messages.settings import Settings
from bridge.midi.controls import Action, Bindings
from bridge.midi.instruments import Instrument
from bridge.playout import protocol
from bridge.playout.problem import ProblemReason
from bridge.playout.time_reason import TimeReason
from bridge.sync.transport import Transport
from bridge.synth.policy import SynthReady
from bridge.synth.reason import SynthReason

_FREE_TIME = Transport()
LoggedReason = TimeReason | ProblemReason | UnknownStyle


class TurnState(enum.Enum):
    """Who has the turn."""

    STOPPED = "stopped"
    LISTENING = "listening"
    PLAYER = "hearing"
    ANSWERING = "answering"


@dataclass(frozen=True, slots=True)
class RollNote:
    """A note as the piano roll draws it; a sounding note has no release."""

    instrument: Instrument
    pitch: int
    velocity: int
    onset_ns: int
    release_ns: int | None = None
    answered: bool = False


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry in the log: the name of an event and its time.

    Some events have a value (nanoseconds or a count), a text (a name) or a reason.
    """

    time_ns: int
    event: str
    value: int | None = None
    text: str = ""
    reason: LoggedReason | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that the window shows, as of `now_ns`."""

    # More than 12 attributes: each field is one item that the window shows.

    now_ns: int
    state: TurnState
    settings: Settings
    notes: tuple[RollNote, ...]
    backend: str = ""
    input_name: str = ""
    output_name: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    plugins: tuple[protocol.PluginInstance, ...] = ()
    response_latency_ns: int | None = None
    """The time from the last hand-over to the first note sent."""
    lateness: protocol.Lateness | None = None
    """How late notes were sent; None if none was sent yet."""
    echo_count: int = 0
    """How many of our own notes have come back to our input."""
    echo_delay_ns: int | None = None
    """The median round trip of the latest echoes."""
    processor: Processor | None = None
    """What the network runs on, and why; None until that is known."""
    synth_status: SynthReady | SynthReason | None = None
    """Where the built-in synth plays, or why it cannot; None if it need not."""
    synth_failed: bool = False
    """Whether the built-in synth should play but cannot, so that nothing is heard."""
    output_connected: bool = False
    """Whether another program's port is connected to our output, as far as is known."""
    morph_progress: float | None = None
    """The fraction of a morph that is done, from 0 to 1."""
    audition_span_ns: tuple[int, int] | None = None
    """The begin and the end of the audition."""
    problem: ProblemReason | UnknownStyle | None = None
    transport: Transport = _FREE_TIME
    sync_reason: TimeReason | None = None
    """Why this time source is followed."""
    learning: Action | None = None
    bindings: Bindings = ()
    epochs: tuple[tuple[int, Transport], ...] = ()
    """The begin and the transport of each of the last epochs."""
    pedals: tuple[tuple[int, int | None], ...] = ()
    """The spans in which the player held a sustain pedal; None: still held."""
    last_played: RollNote | None = None
    last_answered: RollNote | None = None

    @property
    def worst_lateness_ns(self) -> int:
        """The greatest lateness of a note."""
        return self.lateness.worst_ns if self.lateness is not None else 0

    @property
    def beat(self) -> tuple[int, int] | None:
        """Bar and beat, from 1; None in free playing."""
        if not self.transport.has_bars:
            return None
        return self.transport.beat_of(self.transport.last_tick_at(self.now_ns))
