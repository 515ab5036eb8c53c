"""What a session shows: a snapshot for the window, and lines for the log."""

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
    """A note as a piano roll draws it; one that has not ended has no release."""

    instrument: Instrument
    pitch: int
    velocity: int
    onset_ns: int
    release_ns: int | None = None
    answered: bool = False


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Something worth a line in the log.

    A word for it, when it was, and a figure (nanoseconds or a count), a text (a name) or a reason
    where it has one.
    """

    time_ns: int
    event: str
    value: int | None = None
    text: str = ""
    reason: LoggedReason | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a window shows, as it was at `now_ns`."""

    # More than 12 attributes: each field is one thing that the window shows.

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
    """From the last hand-over to its first note sent."""
    lateness: protocol.Lateness | None = None
    """How late notes have gone out; None: none has yet."""
    echo_count: int = 0
    """How many of our own notes have come back to our input."""
    echo_delay_ns: int | None = None
    """How long those that came back last were on their way, usually."""
    processor: Processor | None = None
    """What the network runs on, and why; None until that is known."""
    synth_status: SynthReady | SynthReason | None = None
    """Where our own synth plays, or why it cannot; None where it need not."""
    synth_failed: bool = False
    """Whether it cannot, though it should: that is why nothing is heard."""
    output_connected: bool = False
    """Whether somebody else's port is connected to our output, as far as is known."""
    morph_progress: float | None = None
    """How much of a morph is done, from 0 to 1."""
    audition_span_ns: tuple[int, int] | None = None
    """From when to when what is recited goes."""
    problem: ProblemReason | UnknownStyle | None = None
    transport: Transport = _FREE_TIME
    sync_reason: TimeReason | None = None
    """Why this time is kept and no other."""
    learning: Action | None = None
    bindings: Bindings = ()
    epochs: tuple[tuple[int, Transport], ...] = ()
    """Since when there was each of the last epochs, and its line."""
    pedals: tuple[tuple[int, int | None], ...] = ()
    """From when to when the player held a sustain pedal."""
    last_played: RollNote | None = None
    last_answered: RollNote | None = None

    @property
    def worst_lateness_ns(self) -> int:
        """Return how late the latest note went out."""
        return self.lateness.worst_ns if self.lateness is not None else 0

    @property
    def beat(self) -> tuple[int, int] | None:
        """Return bar and beat, from 1; None where there are none."""
        if not self.transport.has_bars:
            return None
        return self.transport.beat_of(self.transport.last_tick_at(self.now_ns))
