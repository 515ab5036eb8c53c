"""A checkup: whether notes get out, whether they come back, and how long that takes.

It goes through stages, and each waits for something that a snapshot tells or time brings. First
ports must be *opening*, and open. Then it must be *quiet*: nobody is played over. Then four soft
notes are *sounding*, which the person is asked about; whoever plays ends them, and the checkup too.
Then it is *listening* for a second, so that what a loop of cables brings back has come. How long
that took is the round trip, and the advance to send with. Nothing waits for the person's answer.

It is pure: it is fed with times and snapshots, and gives back requests for the engine. One request
starts what is stopped and stops it afterwards (`Recite`); one ends it early (`Finish`). What it has
found out it says at any moment, in sentences that can be translated.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.messages.requests import End, Audition
from bridge.messages.snapshot import TurnState
from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note, Score, TempoChange
from bridge.session.player import MS, SECOND
from gui.wording import advice
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from bridge.messages.requests import Request
    from bridge.messages.snapshot import Snapshot

_SOFTLY, _HELD_TICKS = 44, 20
FIGURE = Score(
    tuple(
        Note(tick, Instrument.PIANO, pitch, tick + _HELD_TICKS, _SOFTLY)
        for tick, pitch in ((0, 60), (24, 64), (48, 67), (72, 72))
    ),
    (TempoChange(0, 120.0),),
)
"""Up a chord, in a second."""

OPENING_NS, ANSWER_NS, ECHOES_NS = 5 * SECOND, 3 * SECOND, 1 * SECOND
"""So long ports may take to open, the engine to begin, and a loop to bring something back."""
_LITTLE_NS = 1 * MS
"""Nobody hears a round trip that is shorter."""
_STEP_NS = MS // 10
"""An advance is set in steps of this."""


class Sign(enum.Enum):
    """How it stands with something; the value is the word for it."""

    WAITING = "waiting"
    WELL = "well"
    WARNING = "warning"
    BAD = "bad"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one thing."""

    title: Sentence
    sign: Sign
    sentence: Sentence


class Stage(enum.Enum):
    """What the checkup waits for."""

    RESTING = enum.auto()
    OPENING = enum.auto()
    QUIET = enum.auto()
    SOUNDING = enum.auto()
    LISTENING = enum.auto()
    OVER = enum.auto()


_UNCHECKED = Sentence("Checkup", "Not checked.")
_NOTES = Sentence("Checkup", "Four soft notes go out; you say whether you hear them.")
_NOTES_TO_COME = {
    Stage.QUIET: Sentence("Checkup", "Waits until nobody plays."),
    Stage.SOUNDING: Sentence("Checkup", "They come in a moment, or at the next bar line."),
}


class Checkup:
    """The course of one checkup after another."""

    def __init__(self, platform: str) -> None:
        """Give advice for this system, as `sys.platform` names it."""
        self._platform = platform
        self._stage = Stage.RESTING
        self._set_ns = 0  # the output advance now
        self._start_over()

    def _start_over(self) -> None:
        self._shown: Snapshot | None = None  # what was shown last, while it ran
        self._since_ns: int | None = None  # when the stage began; None: with the next step
        self._ends_ns: int | None = None  # when the notes end, as far as they have begun
        self._echoes_before: int | None = None  # how many there were before the notes
        self._heard: bool | None = None
        self._broken: Sentence | None = None  # why it ended before its end

    @property
    def running(self) -> bool:
        """Tell whether it wants to be fed."""
        return self._stage not in (Stage.RESTING, Stage.OVER)

    @property
    def asks(self) -> bool:
        """Tell whether the person is to say if the notes are heard."""
        return self._ends_ns is not None and self._heard is None and not self._broken

    @property
    def advance_ns(self) -> int | None:
        """Return the output advance that is advised, if one is and it is not set already."""
        trip_ns = self._trip_ns
        if self.running or trip_ns is None or trip_ns < _LITTLE_NS or self._is_set(trip_ns):
            return None
        return trip_ns

    def begin(self) -> None:
        """Begin anew, with the next step."""
        self._start_over()
        self._stage = Stage.OPENING

    def hear(self, *, heard: bool) -> None:
        """Take the person's answer."""
        self._heard = heard

    def cancel(self) -> tuple[Request, ...]:
        """Leave it; return what the engine is to be asked for."""
        if not self.running:
            return ()
        sounds = self._stage is Stage.SOUNDING
        self._stop(Sentence("Checkup", "Cancelled."))
        return (End(),) if sounds else ()

    def step(self, now_ns: int, snapshot: Snapshot) -> tuple[Request, ...]:
        """Take what is shown now; return what the engine is to be asked for."""
        self._set_ns = snapshot.settings.time.advance_ns
        if not self.running:
            return ()
        self._shown = snapshot
        if self._since_ns is None:
            self._since_ns = now_ns
        past_ns = now_ns - self._since_ns
        match self._stage:
            case Stage.OPENING:
                self._await_ports(snapshot, past_ns)
            case Stage.QUIET if snapshot.state in (TurnState.STOPPED, TurnState.LISTENING):
                self._echoes_before = snapshot.echo_count
                self._pass_to(Stage.SOUNDING)
                return (Audition(FIGURE),)
            case Stage.SOUNDING:
                self._await_end(snapshot, now_ns, past_ns)
            case Stage.LISTENING if past_ns >= ECHOES_NS:
                self._pass_to(Stage.OVER)
        return ()

    # The stages.

    def _pass_to(self, stage: Stage) -> None:
        self._stage, self._since_ns = stage, None

    def _stop(self, why: Sentence) -> None:
        self._broken = why
        self._pass_to(Stage.OVER)

    def _await_ports(self, snapshot: Snapshot, past_ns: int) -> None:
        if _is_open(snapshot):
            self._pass_to(Stage.QUIET)
        elif snapshot.problem or past_ns >= OPENING_NS:
            self._stop(_UNCHECKED)

    def _await_end(self, snapshot: Snapshot, now_ns: int, past_ns: int) -> None:
        if snapshot.audition_span_ns is not None:
            _, self._ends_ns = snapshot.audition_span_ns
        elif self._ends_ns is None:
            if past_ns >= ANSWER_NS:
                self._stop(Sentence("Checkup", "The engine did not play them; check again."))
        elif now_ns < self._ends_ns:
            self._stop(Sentence("Checkup", "Somebody came in, or stopped; check again."))
        else:
            self._pass_to(Stage.LISTENING)

    # What has been found out.

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what is known by now, always about the same things."""
        return (
            Finding(Sentence("Checkup", "Ports"), *self._ports()),
            Finding(Sentence("Checkup", "Test notes"), *self._notes()),
            Finding(Sentence("Checkup", "Echoes"), *self._echoes()),
            Finding(Sentence("Checkup", "Round trip"), *self._trip()),
        )

    def _ports(self) -> tuple[Sign, Sentence]:
        shown = self._shown
        if self._stage is Stage.RESTING or shown is None:
            return Sign.WAITING, Sentence("Checkup", "Are they open, and through what?")
        if not _is_open(shown):
            if self._stage is Stage.OPENING:
                return Sign.WAITING, Sentence("Checkup", "Opening ...")
            answers = bool(shown.inputs or shown.outputs)
            return Sign.BAD, advice.unopened(shown.problem, self._platform, answers=answers)
        if shown.problem:
            return Sign.WARNING, Sentence.verbatim(shown.problem)
        if not shown.backend:
            return Sign.WELL, Sentence("Checkup", "The plugin in the host is heard.")
        ports = shown.backend, shown.input_name, shown.output_name
        return Sign.WELL, advice.opened(*ports, self._platform)

    def _notes(self) -> tuple[Sign, Sentence]:
        shown = self._shown
        if self._heard:
            return Sign.WELL, Sentence("Checkup", "You hear them.")
        if self._heard is False and shown is not None:
            name = shown.output_name
            return Sign.BAD, advice.unheard(
                name,
                own=name not in shown.outputs,
                plugin=bool(shown.plugins),
                patched=shown.output_connected,
                sound=shown.synth_status,
                mute=shown.synth_failed,
            )
        if self._broken:
            return Sign.WAITING, self._broken
        if self.asks:
            return Sign.ASKED, Sentence("Checkup", "Four soft notes, up a chord: do you hear them?")
        return Sign.WAITING, _NOTES_TO_COME.get(self._stage, _NOTES)

    def _echoes(self) -> tuple[Sign, Sentence]:
        if self._came_back:
            return Sign.WARNING, Sentence(
                "Checkup",
                "The notes come back to Antiphon, which knows them for its own; but a track that "
                "passes them on may sound them twice, unless you want just that.",
            )
        if self._stage is Stage.OVER:
            if self._broken:
                return Sign.WAITING, _UNCHECKED
            return Sign.WELL, Sentence("Checkup", "No note comes back: there is no loop.")
        return Sign.WAITING, Sentence("Checkup", "Does what goes out come back in?")

    def _trip(self) -> tuple[Sign, Sentence]:
        trip_ns = self._trip_ns
        if trip_ns is not None:
            sign, told = self._told_of_trip(trip_ns)
            return sign, told.format(trip_ns / MS)
        if self._stage is Stage.OVER:
            if self._broken:
                return Sign.WAITING, _UNCHECKED
            return Sign.WAITING, Sentence(
                "Checkup",
                "Not measured: connect the output to the input once, by a cable or in the host, "
                "and check again.",
            )
        return Sign.WAITING, Sentence("Checkup", "How long is a note on its way out and back?")

    def _told_of_trip(self, trip_ns: int) -> tuple[Sign, Sentence]:
        if trip_ns < _LITTLE_NS:
            return Sign.WELL, Sentence(
                "Checkup", "A note takes {:.1f} ms out and back: nothing needs to be set."
            )
        if self._is_set(trip_ns):
            return Sign.WELL, Sentence(
                "Checkup", "A note takes {:.1f} ms out and back, and is sent so much earlier."
            )
        return Sign.ASKED, Sentence(
            "Checkup",
            "A note takes {:.1f} ms out and back; sent so much earlier, it is in the host's time.",
        )

    @property
    def _came_back(self) -> bool:
        before, shown = self._echoes_before, self._shown
        return before is not None and shown is not None and shown.echo_count > before

    @property
    def _trip_ns(self) -> int | None:
        """Return the round trip, to a step of what can be set."""
        if not self._came_back or self._shown is None or self._shown.echo_delay_ns is None:
            return None
        return max(0, round(self._shown.echo_delay_ns / _STEP_NS)) * _STEP_NS

    def _is_set(self, trip_ns: int) -> bool:
        return abs(self._set_ns - trip_ns) < _STEP_NS


def _is_open(snapshot: Snapshot) -> bool:
    return bool(snapshot.backend or snapshot.plugins)
