"""A checkup: whether notes get out, whether they come back, and how long that takes.

The checkup goes through stages. Each stage waits for a snapshot or for a time to pass. First the
ports must open. Then Antiphon must be quiet, so that the notes disturb no playing. Then four soft
notes are played, and the user is asked whether they sound. If the player plays, the notes end, and
so does the checkup. The last stage waits a second for notes that a loop brings back. The time they
took is the round trip, which is also the advised output advance. No stage waits for the answer.

The class is pure: it is fed times and snapshots and returns requests for the engine. `Audition`
starts a stopped engine and stops it afterwards; `End` ends the notes early. The findings are
available at any time, as translatable sentences.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.messages.requests import Audition, End
from bridge.messages.snapshot import TurnState
from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note, Score, TempoChange
from bridge.system.units import MS, SECOND
from gui.wording import advice
from gui.wording.reasons import sentence_of
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from bridge.messages.requests import Request
    from bridge.messages.snapshot import Snapshot

_VELOCITY, _NOTE_TICKS = 44, 20
TEST_PHRASE = Score(
    tuple(
        Note(tick, Instrument.PIANO, pitch, tick + _NOTE_TICKS, _VELOCITY)
        for tick, pitch in ((0, 60), (24, 64), (48, 67), (72, 72))
    ),
    (TempoChange(0, 120.0),),
)
"""An ascending chord, one second long."""

PORTS_TIMEOUT_NS, AUDITION_TIMEOUT_NS, ECHO_WAIT_NS = 5 * SECOND, 3 * SECOND, 1 * SECOND
"""The limits for ports to open, for the notes to start, and for a loop to return them."""
_NEGLIGIBLE_NS = 1 * MS
"""A round trip below this is not audible."""
_STEP_NS = MS // 10
"""The step of an output advance."""


class CheckStatus(enum.Enum):
    """The state of a check; the value is its name."""

    PENDING = "waiting"
    OK = "well"
    WARNING = "warning"
    FAILED = "bad"
    QUESTION = "asked"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    title: Sentence
    status: CheckStatus
    sentence: Sentence


class Stage(enum.Enum):
    """What the checkup waits for."""

    IDLE = enum.auto()
    OPENING_PORTS = enum.auto()
    AWAITING_QUIET = enum.auto()
    PLAYING = enum.auto()
    AWAITING_ECHOES = enum.auto()
    DONE = enum.auto()


_UNCHECKED = Sentence("Checkup", "Not checked.")
_NOTES_PENDING = Sentence(
    "Checkup", "Four soft notes are played. You answer whether you hear them."
)
_NOTES_BY_STAGE = {
    Stage.AWAITING_QUIET: Sentence("Checkup", "Waits for a pause in the playing."),
    Stage.PLAYING: Sentence("Checkup", "They sound in a moment, or at the next bar line."),
}


class Checkup:
    """The state machine of a checkup, which can be run again."""

    def __init__(self, platform: str) -> None:
        """Prepare the advice for a system; `platform` is its `sys.platform`."""
        self._platform = platform
        self._stage = Stage.IDLE
        self._current_advance_ns = 0  # the output advance that is set
        self._reset()

    def _reset(self) -> None:
        self._snapshot: Snapshot | None = None  # the last one, while the checkup runs
        self._stage_start_ns: int | None = None  # None: starts with the next step
        self._notes_end_ns: int | None = None  # None: not known yet
        self._echoes_before: int | None = None  # the echo count before the notes
        self._heard: bool | None = None
        self._failure: Sentence | None = None  # why the checkup ended early

    @property
    def is_running(self) -> bool:
        """Whether the checkup runs."""
        return self._stage not in (Stage.IDLE, Stage.DONE)

    @property
    def asks_if_heard(self) -> bool:
        """Whether to ask the user if the notes are audible."""
        return self._notes_end_ns is not None and self._heard is None and not self._failure

    @property
    def advance_ns(self) -> int | None:
        """The advised output advance, or None if none is advised or it is already set."""
        trip_ns = self._round_trip_ns
        if (
            self.is_running
            or trip_ns is None
            or trip_ns < _NEGLIGIBLE_NS
            or self._is_compensated(trip_ns)
        ):
            return None
        return trip_ns

    def start(self) -> None:
        """Start over, with the next step."""
        self._reset()
        self._stage = Stage.OPENING_PORTS

    def record_answer(self, *, heard: bool) -> None:
        """Store the user's answer."""
        self._heard = heard

    def cancel(self) -> tuple[Request, ...]:
        """Cancel the checkup; return the requests for the engine."""
        if not self.is_running:
            return ()
        sounds = self._stage is Stage.PLAYING
        self._fail(Sentence("Checkup", "Cancelled."))
        return (End(),) if sounds else ()

    def step(self, now_ns: int, snapshot: Snapshot) -> tuple[Request, ...]:
        """Advance the checkup by the present snapshot; return the requests for the engine."""
        self._current_advance_ns = snapshot.settings.time.advance_ns
        if not self.is_running:
            return ()
        self._snapshot = snapshot
        if self._stage_start_ns is None:
            self._stage_start_ns = now_ns
        past_ns = now_ns - self._stage_start_ns
        match self._stage:
            case Stage.OPENING_PORTS:
                self._await_ports(snapshot, past_ns)
            case Stage.AWAITING_QUIET if snapshot.state in (TurnState.STOPPED, TurnState.LISTENING):
                self._echoes_before = snapshot.echo_count
                self._enter(Stage.PLAYING)
                return (Audition(TEST_PHRASE),)
            case Stage.PLAYING:
                self._await_end(snapshot, now_ns, past_ns)
            case Stage.AWAITING_ECHOES if past_ns >= ECHO_WAIT_NS:
                self._enter(Stage.DONE)
        return ()

    # Stages.

    def _enter(self, stage: Stage) -> None:
        self._stage, self._stage_start_ns = stage, None

    def _fail(self, reason: Sentence) -> None:
        self._failure = reason
        self._enter(Stage.DONE)

    def _await_ports(self, snapshot: Snapshot, elapsed_ns: int) -> None:
        if _is_open(snapshot):
            self._enter(Stage.AWAITING_QUIET)
        elif snapshot.problem is not None or elapsed_ns >= PORTS_TIMEOUT_NS:
            self._fail(_UNCHECKED)

    def _await_end(self, snapshot: Snapshot, now_ns: int, elapsed_ns: int) -> None:
        if snapshot.audition_span_ns is not None:
            _, self._notes_end_ns = snapshot.audition_span_ns
        elif self._notes_end_ns is None:
            if elapsed_ns >= AUDITION_TIMEOUT_NS:
                self._fail(Sentence("Checkup", "The engine did not play them; check again."))
        elif now_ns < self._notes_end_ns:
            self._fail(Sentence("Checkup", "Playing or Stop interrupted them; check again."))
        else:
            self._enter(Stage.AWAITING_ECHOES)

    # Findings.

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings so far, always one for each check."""
        return (
            Finding(Sentence("Checkup", "Ports"), *self._ports_finding()),
            Finding(Sentence("Checkup", "Test notes"), *self._notes_finding()),
            Finding(Sentence("Checkup", "Echoes"), *self._echoes_finding()),
            Finding(Sentence("Checkup", "Round trip"), *self._round_trip_finding()),
        )

    def _ports_finding(self) -> tuple[CheckStatus, Sentence]:
        shown = self._snapshot
        if self._stage is Stage.IDLE or shown is None:
            return CheckStatus.PENDING, Sentence("Checkup", "Are they open, and through what?")
        if not _is_open(shown):
            if self._stage is Stage.OPENING_PORTS:
                return CheckStatus.PENDING, Sentence("Checkup", "Opening ...")
            answers = bool(shown.inputs or shown.outputs)
            return CheckStatus.FAILED, advice.advise_no_ports(
                shown.problem, self._platform, responds=answers
            )
        if shown.problem is not None:
            return CheckStatus.WARNING, sentence_of(shown.problem)
        if not shown.backend:
            return CheckStatus.OK, Sentence("Checkup", "The plugin in the host is connected.")
        ports = shown.backend, shown.input_name, shown.output_name
        return CheckStatus.OK, advice.describe_open_ports(*ports, self._platform)

    def _notes_finding(self) -> tuple[CheckStatus, Sentence]:
        shown = self._snapshot
        if self._heard:
            return CheckStatus.OK, Sentence("Checkup", "You hear them.")
        if self._heard is False and shown is not None:
            name = shown.output_name
            return CheckStatus.FAILED, advice.advise_no_sound(
                name,
                own_port=name not in shown.outputs,
                plugin=bool(shown.plugins),
                output_connected=shown.output_connected,
                synth_status=shown.synth_status,
            )
        if self._failure:
            return CheckStatus.PENDING, self._failure
        if self.asks_if_heard:
            return CheckStatus.QUESTION, Sentence(
                "Checkup", "Four soft notes, up a chord: do you hear them?"
            )
        return CheckStatus.PENDING, _NOTES_BY_STAGE.get(self._stage, _NOTES_PENDING)

    def _echoes_finding(self) -> tuple[CheckStatus, Sentence]:
        if self._has_echoes:
            return CheckStatus.WARNING, Sentence(
                "Checkup",
                "The notes come back to Antiphon, which recognises and ignores them. A track that"
                " passes them on may sound them twice.",
            )
        if self._stage is Stage.DONE:
            if self._failure:
                return CheckStatus.PENDING, _UNCHECKED
            return CheckStatus.OK, Sentence("Checkup", "No note comes back: there is no loop.")
        return CheckStatus.PENDING, Sentence("Checkup", "Do the notes come back to the input?")

    def _round_trip_finding(self) -> tuple[CheckStatus, Sentence]:
        trip_ns = self._round_trip_ns
        if trip_ns is not None:
            sign, advice = self._advise_advance(trip_ns)
            return sign, advice.format(trip_ns / MS)
        if self._stage is Stage.DONE:
            if self._failure:
                return CheckStatus.PENDING, _UNCHECKED
            return CheckStatus.PENDING, Sentence(
                "Checkup",
                "Not measured: connect the output to the input once, by a cable or in the host, "
                "and check again.",
            )
        return CheckStatus.PENDING, Sentence("Checkup", "How long does a note take out and back?")

    def _advise_advance(self, round_trip_ns: int) -> tuple[CheckStatus, Sentence]:
        if round_trip_ns < _NEGLIGIBLE_NS:
            return CheckStatus.OK, Sentence(
                "Checkup", "A note takes {:.1f} ms out and back: nothing needs to be set."
            )
        if self._is_compensated(round_trip_ns):
            return CheckStatus.OK, Sentence(
                "Checkup", "A note takes {:.1f} ms out and back, and is sent earlier by that time."
            )
        return CheckStatus.QUESTION, Sentence(
            "Checkup",
            "A note takes {:.1f} ms out and back; sent earlier by that time, "
            "it is on the host's beat.",
        )

    @property
    def _has_echoes(self) -> bool:
        before, shown = self._echoes_before, self._snapshot
        return before is not None and shown is not None and shown.echo_count > before

    @property
    def _round_trip_ns(self) -> int | None:
        """Return the round trip, rounded to the step of an advance."""
        if not self._has_echoes or self._snapshot is None or self._snapshot.echo_delay_ns is None:
            return None
        return max(0, round(self._snapshot.echo_delay_ns / _STEP_NS)) * _STEP_NS

    def _is_compensated(self, round_trip_ns: int) -> bool:
        return abs(self._current_advance_ns - round_trip_ns) < _STEP_NS


def _is_open(snapshot: Snapshot) -> bool:
    return bool(snapshot.backend or snapshot.plugins)
