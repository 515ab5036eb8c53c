"""The output of a session for people: snapshots for the window, and entries for the log."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bridge.messages.harmony import HeardKey
from bridge.messages.journal_reason import JournalReason
from bridge.messages.processor import Processor
from bridge.messages.requests import UnknownStyle
from bridge.messages.settings import Settings
from bridge.midi.controls import Action, Bindings
from bridge.midi.instruments import Instrument
from bridge.playout import protocol
from bridge.playout.problem import IoExited, IoRestarted, IoSilent, JackSilent, ProblemReason
from bridge.playout.time_reason import TimeReason
from bridge.sync.transport import Transport
from bridge.synth.policy import SynthReady
from bridge.synth.reason import SynthReason

_FREE_TIME = Transport()
LoggedReason = TimeReason | ProblemReason | UnknownStyle | JournalReason


class TurnState(enum.Enum):
    """The state of turn taking."""

    STOPPED = "stopped"
    LISTENING = "listening"
    PLAYER = "hearing"
    ANSWERING = "answering"


@dataclass(frozen=True, slots=True)
class RollNote:
    """A note of the piano roll; a sounding note has no release."""

    instrument: Instrument
    pitch: int
    velocity: int
    onset_ns: int
    release_ns: int | None = None
    answered: bool = False


@dataclass(frozen=True, slots=True)
class RollChord:
    """A chord above the piano roll."""

    name: str
    begin_ns: int
    end_ns: int


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
    """The state that the window shows, at `now_ns`."""

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
    keyboard: str = ""
    """The keyboard that is listened to without having been chosen; empty for none."""
    plugins: tuple[protocol.PluginInstance, ...] = ()
    response_latency_ns: int | None = None
    """The time from the last hand-over to the first note sent."""
    lateness: protocol.Lateness | None = None
    """The lateness of sent notes; None before the first."""
    echo_count: int = 0
    """The number of our own notes that have come back to our input."""
    echo_delay_ns: int | None = None
    """The median round trip of the latest echoes."""
    processor: Processor | None = None
    """The processor that the network runs on, and the reason; None until it is known."""
    synth_status: SynthReady | SynthReason | None = None
    """Where the built-in synth plays, or why it cannot; None if it is not needed."""
    synth_failed: bool = False
    """Whether the built-in synth is needed but cannot play, so that there is no sound."""
    journal_trouble: JournalReason | None = None
    """Why what is played is not journalled in the usual place; None if it is."""
    output_connected: bool = False
    """Whether another program's port is connected to our output, as far as is known."""
    morph_progress: float | None = None
    """The fraction of a morph that is done, from 0 to 1."""
    audition_span_ns: tuple[int, int] | None = None
    """The start and the end time of the audition."""
    ports_closed: bool = False
    """Whether MIDI ports are lost, or could not be opened."""
    ports: protocol.OpenPorts | None = None
    """The request that opens the present ports again, with their cables."""
    restarted: IoRestarted | None = None
    """Why the MIDI I/O process was started again, the last time; None if it never was."""
    problem: ProblemReason | UnknownStyle | None = None
    transport: Transport = _FREE_TIME
    sync_reason: TimeReason | None = None
    """The reason for following this time source."""
    learning: Action | None = None
    bindings: Bindings = ()
    epochs: tuple[tuple[int, Transport], ...] = ()
    """The start time of each of the last epochs, with its transport."""
    pedals: tuple[tuple[int, int | None], ...] = ()
    """The spans in which the player held a sustain pedal; None: still held."""
    last_played: RollNote | None = None
    last_answered: RollNote | None = None
    key: HeardKey | None = None
    """The key that the answer has heard; None if it has heard none, or there is no answer."""
    chords: tuple[RollChord, ...] = ()
    """The chords that the answer expects, as far as it has heard a form."""
    refused_positions: int = 0
    """The number of positions of hosts that were not valid."""
    thinned_messages: int = 0
    """The number of received messages that were dropped from a flood."""
    io_process_id: int = 0
    """The number of the MIDI I/O process; 0 if none runs."""

    @property
    def sends_nothing(self) -> bool:
        """Whether no note can be sent now, because the MIDI I/O process or JACK stands still."""
        return isinstance(self.problem, IoExited | IoSilent | JackSilent)

    @property
    def has_no_outlet(self) -> bool:
        """Whether notes that are sent reach nothing: no port, no plugin and no synth."""
        synth = isinstance(self.synth_status, SynthReady)
        return self.ports_closed and not (self.plugins or synth)

    @property
    def beat(self) -> tuple[int, int] | None:
        """Bar and beat, from 1; None in free playing."""
        if not self.transport.has_bars:
            return None
        return self.transport.beat_of(self.transport.last_tick_at(self.now_ns))
