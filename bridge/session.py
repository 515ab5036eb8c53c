"""The conversation: who plays now, when the turn changes, and what is owed to whom.

A session is in one of four states. It is *stopped*; or it is *listening* for a phrase to begin; or
it is *hearing* one; or it is *answering*. What can happen in which state is the table
`TRANSITIONS`; a signal that a state does not name means nothing there.

The turn passes by silence. How long a silence must be follows the player: somewhat longer than the
usual gap between the notes just played, at least a quarter of a second, at most one. While a key is
held nobody is interrupted, and a held pedal asks for more patience. So it is known beforehand when
a silence will hand over, and the composer is told in the first pause long enough to be one: it may
begin to think. The player may also hand over at once, and may come back at any moment: what has not
sounded is taken back, what sounds is released, and the composer is told how far it was heard.

The session is pure. `step` takes the time and what has happened, and returns what is to be done:
messages for the MIDI I/O process, for the composer, and for the log. Outside, time is nanoseconds;
to the composer it is ticks, and the tempo map in here is the only bridge. Playing freely, the map
may be moved: when an answer would come late, its beginning is shifted, rather than its first notes
lost.
"""

from __future__ import annotations

import enum
from collections import deque
from dataclasses import dataclass, field, replace
from statistics import median
from typing import TYPE_CHECKING

from bridge import protocol
from bridge.dialogue import (
    Arrange,
    Begin,
    Change,
    Compose,
    Composed,
    Elapse,
    Extend,
    Foresee,
    Halt,
    HandOver,
    Happening,
    Hear,
    Inbox,
    Listen,
    LogEntry,
    Refused,
    Release,
    RollNote,
    Settings,
    Snapshot,
    State,
    Strike,
    ToComposer,
    Withdraw,
)
from bridge.events import NoteOff, NoteOn, ProgramChange, Stamped
from bridge.instruments import DRUM_CHANNEL, Instrument, fitted, of_program
from bridge.notes import DRUM_TICKS, Keys
from bridge.schedule import Due, Playable
from bridge.tempo import TempoMap

if TYPE_CHECKING:
    from collections.abc import Iterable

MS = 1_000_000
SECOND = 1000 * MS

LEAD_NS = 20 * MS
"""From hand-over to the first note: time to compute it, short enough not to be heard as waiting."""
MARGIN_NS = 8 * MS
"""What must at least remain between deciding a note and playing it."""
HORIZON_NS = 2 * SECOND
"""How far the composer may run ahead of what is heard."""
SHORTEST_ANSWER_NS, LONGEST_ANSWER_NS = 2 * SECOND, 16 * SECOND
SHORTEST_SILENCE_NS, LONGEST_SILENCE_NS = 250 * MS, SECOND
PAUSE_NS = 80 * MS
"""After so long the composer may take it that the player pauses."""
_FREELY = TempoMap()
"""Playing freely, a duration is so many ticks wherever it lies."""
_CHORD_NS = 40 * MS
_GAPS_REMEMBERED = 8
_NOTES_SHOWN = 2000


class Signal(enum.Enum):
    """What may change the state."""

    LISTEN = enum.auto()
    NOTE = enum.auto()
    HAND_OVER = enum.auto()
    FINISHED = enum.auto()
    HALT = enum.auto()


TRANSITIONS: dict[State, dict[Signal, State]] = {
    State.STOPPED: {Signal.LISTEN: State.LISTENING},
    State.LISTENING: {Signal.NOTE: State.HEARING, Signal.HALT: State.STOPPED},
    State.HEARING: {Signal.HAND_OVER: State.ANSWERING, Signal.HALT: State.STOPPED},
    State.ANSWERING: {
        Signal.NOTE: State.HEARING,  # the player comes back in
        Signal.FINISHED: State.LISTENING,
        Signal.HALT: State.STOPPED,
    },
}


@dataclass(slots=True)
class Outcome:
    """What is to be done after a step."""

    to_io: list[protocol.ToIo] = field(default_factory=list)
    to_composer: list[ToComposer] = field(default_factory=list)
    log: list[LogEntry] = field(default_factory=list)


def silence_asked(gaps_ns: Iterable[int]) -> int:
    """Return how long a silence hands over the turn, from the gaps between the last onsets.

    Half as long again as the usual one.
    """
    heard = [gap for gap in gaps_ns if gap > _CHORD_NS]
    usual = round(1.5 * median(heard)) if heard else LONGEST_SILENCE_NS // 2
    return min(LONGEST_SILENCE_NS, max(SHORTEST_SILENCE_NS, usual))


@dataclass(slots=True)
class _Phrase:
    """What the player is saying."""

    begin_ns: int
    last_onset_ns: int
    last_event_ns: int
    gaps_ns: deque[int] = field(default_factory=lambda: deque(maxlen=_GAPS_REMEMBERED))
    instruments: set[Instrument] = field(default_factory=set)
    pause_told: bool = False


@dataclass(slots=True)
class _Answer:
    """What is being said back."""

    take: int
    hand_over_ns: int
    end_tick: int
    until_tick: int
    done: bool = False
    decided: bool = False
    heard: bool = False
    last_due_ns: int = 0


class Session:
    """Decides, from what has happened, what is to be done."""

    def __init__(self, settings: Settings) -> None:
        self.state = State.STOPPED
        self._settings = settings
        self._keys = Keys()
        self._programs: dict[int, int] = {}
        self._tempo = TempoMap()
        self._origin_ns: int | None = None
        self._phrase: _Phrase | None = None
        self._answer: _Answer | None = None
        self._takes = 0
        self._epoch = 0
        self._programmed: set[Instrument] = set()
        self._notes: deque[RollNote] = deque(maxlen=_NOTES_SHOWN)
        self._refusal = ""  # why the last change was not made
        self._view = Snapshot(0, self.state, settings, ())
        self._out = Outcome()

    def step(self, now_ns: int, inbox: Iterable[Inbox]) -> Outcome:
        """Take what has happened since the last step; return what is to be done."""
        self._out = Outcome()
        for item in inbox:
            self._take(now_ns, item)
        self._pass_time(now_ns)
        return self._out

    def deadline_ns(self) -> int | None:
        """Return when the next step is due though nothing happens, or None."""
        if self.state is State.HEARING and self._phrase is not None:
            if not self._phrase.pause_told:
                return self._phrase.last_event_ns + PAUSE_NS
            return self._silence_ends_ns()
        if self.state is State.ANSWERING and self._answer is not None:
            return self._answer.last_due_ns if self._answer.done else self._extend_at_ns()
        return None

    def snapshot(self, now_ns: int) -> Snapshot:
        """Return what a window shows."""
        return replace(
            self._view,
            now_ns=now_ns,
            state=self.state,
            settings=self._settings,
            notes=tuple(self._notes),
            problem=self._refusal or self._view.problem,
        )

    def _take(self, now_ns: int, item: Inbox) -> None:
        match item:
            case protocol.Received(events):
                for stamped in events:
                    self._hear(now_ns, stamped)
            case protocol.Emitted():
                self._note_sent(item)
            case Composed():
                self._plan(now_ns, item)
            case Listen():
                self._begin(now_ns)
            case Halt():
                self._halt(now_ns)
            case HandOver():
                self._hand_over(now_ns, now_ns)
            case Change(settings):
                self._change(settings)
            case protocol.Panic():
                self._halt(now_ns)
                self._out.to_io.append(item)
                self._tell(now_ns, "panic")
            case _:
                self._show(now_ns, item)

    def _change(self, settings: Settings) -> None:
        self._settings, self._refusal = settings, ""
        self._out.to_composer.append(Arrange(settings))
        if self._phrase is not None:
            self._phrase.pause_told = False  # what was foreseen may have changed

    def _show(self, now_ns: int, item: Inbox) -> None:
        match item:
            case protocol.OpenPorts():
                self._out.to_io.append(item)
            case protocol.Ready(backend, input_name, output_name):
                self._view = replace(
                    self._view,
                    backend=backend,
                    input_name=input_name,
                    output_name=output_name,
                    problem="",
                )
                self._tell(now_ns, "ready", text=backend)
            case protocol.PortNames(inputs, outputs):
                self._view = replace(self._view, inputs=inputs, outputs=outputs)
            case protocol.Lateness():
                self._view = replace(self._view, worst_lateness_ns=item.worst_ns)
                self._tell(now_ns, "lateness", item.worst_ns)
            case protocol.Problem(text):
                self._view = replace(self._view, problem=text)
                self._tell(now_ns, "problem", text=text)
            case Refused(text):
                self._refusal = text
                self._tell(now_ns, "refused", text=text)

    def _signal(self, signal: Signal) -> bool:
        """Change the state if the signal means something in it."""
        following = TRANSITIONS[self.state].get(signal)
        if following is None:
            return False
        self.state = following
        return True

    def _tell(self, now_ns: int, what: str, figure: int | None = None, text: str = "") -> None:
        self._out.log.append(LogEntry(now_ns, what, figure, text))

    # The player.

    def _begin(self, now_ns: int) -> None:
        if not self._signal(Signal.LISTEN):
            return
        self._keys, self._origin_ns = Keys(), None
        self._phrase = self._answer = None
        self._programmed.clear()
        self._out.to_composer += [Begin(), Arrange(self._settings)]
        self._tell(now_ns, "listen")

    def _halt(self, now_ns: int) -> None:
        if self._signal(Signal.HALT):
            self._take_back(now_ns)
            self._phrase = None
            self._epoch += 1
            self._out.to_io.append(protocol.BeginEpoch(self._epoch))
            self._tell(now_ns, "halt")

    def _hear(self, now_ns: int, stamped: Stamped) -> None:
        if isinstance(stamped.event, ProgramChange):
            self._programs[stamped.event.channel] = stamped.event.program
        if self.state is State.STOPPED:
            return
        self._touch(stamped)
        for event in self._keys.feed(stamped.event):
            at_ns = max(stamped.time_ns, self._origin_ns or 0)
            family = self._family(event.channel)
            placed = None if family is None else fitted(family, event.pitch)
            if placed is None:
                continue
            if isinstance(event, NoteOn):
                self._heard_strike(now_ns, at_ns, placed, event.velocity)
            else:
                self._heard_release(at_ns, placed)

    def _touch(self, stamped: Stamped) -> None:
        """Remember when the player last did anything that belongs to a phrase."""
        if self._phrase is not None:
            self._phrase.last_event_ns = max(self._phrase.last_event_ns, stamped.time_ns)
            self._phrase.pause_told = False

    def _family(self, channel: int) -> Instrument | None:
        if channel == DRUM_CHANNEL:
            return Instrument.DRUMS
        return of_program(channel, self._programs.get(channel, 0))

    def _heard_strike(
        self, now_ns: int, at_ns: int, placed: tuple[Instrument, int], velocity: int
    ) -> None:
        if self._origin_ns is None:
            self._origin_ns, self._tempo = at_ns, TempoMap(start_ns=at_ns)
        if self.state is State.ANSWERING:
            self._take_back(now_ns)
        if self._signal(Signal.NOTE) or self._phrase is None:
            self._phrase = _Phrase(at_ns, at_ns, at_ns)
        else:
            self._phrase.gaps_ns.append(at_ns - self._phrase.last_onset_ns)
        self._phrase.last_onset_ns = at_ns
        self._phrase.instruments.add(placed[0])
        self._notes.append(RollNote(*placed, velocity, at_ns))
        strike = Strike(self._tempo.tick_at(at_ns), *placed, velocity)
        self._out.to_composer.append(Hear((strike,)))

    def _heard_release(self, at_ns: int, placed: tuple[Instrument, int]) -> None:
        self._end_note(placed, at_ns)
        release = Release(self._tempo.tick_at(at_ns), *placed)
        self._out.to_composer.append(Hear((release,)))

    def _end_note(
        self, placed: tuple[Instrument, int], at_ns: int, *, answered: bool = False
    ) -> None:
        for index in range(len(self._notes) - 1, -1, -1):
            note = self._notes[index]
            if (note.answered, note.instrument, note.pitch) == (answered, *placed):
                if note.release_ns is None:
                    self._notes[index] = replace(note, release_ns=max(at_ns, note.onset_ns))
                return

    # The turn.

    def _silence_ends_ns(self) -> int | None:
        """Return when the silence will have been long enough, if nothing more is played."""
        if self._phrase is None or self._keys.key_down:
            return None
        patience = LONGEST_SILENCE_NS if self._keys.pedal_down else 0
        return self._phrase.last_event_ns + silence_asked(self._phrase.gaps_ns) + patience

    def _pass_time(self, now_ns: int) -> None:
        if self.state is State.HEARING and self._phrase is not None:
            ends = self._silence_ends_ns()
            if ends is not None and now_ns >= ends:
                self._hand_over(now_ns, ends)
            elif not self._phrase.pause_told and now_ns >= self._phrase.last_event_ns + PAUSE_NS:
                self._tell_pause(self._phrase, ends)
        answer = self._answer
        if self.state is not State.ANSWERING or answer is None:
            return
        if answer.done and now_ns >= answer.last_due_ns:
            self._signal(Signal.FINISHED)
            self._answer = self._phrase = None
            self._tell(now_ns, "finished")
        elif not answer.done and now_ns >= self._extend_at_ns():
            answer.until_tick = min(answer.end_tick, self._tempo.tick_at(now_ns + HORIZON_NS))
            self._out.to_composer.append(Extend(answer.take, answer.until_tick))

    def _extend_at_ns(self) -> int:
        """Return when the composer may go on: when half of what lies ahead has been heard."""
        assert self._answer is not None
        if self._answer.until_tick >= self._answer.end_tick:
            return self._tempo.ns_at(self._answer.end_tick) + SECOND
        return self._tempo.ns_at(self._answer.until_tick) - HORIZON_NS // 2

    def _tell_pause(self, phrase: _Phrase, ends_ns: int | None) -> None:
        """Let the composer use a pause: it may be the one that hands over, or a key is held."""
        phrase.pause_told = True
        if ends_ns is None:
            self._out.to_composer.append(Elapse(self._tempo.tick_at(phrase.last_event_ns) + 1))
        else:
            self._out.to_composer.append(Foresee(self._answer_to(phrase, ends_ns)))

    def _answer_to(self, phrase: _Phrase, at_ns: int) -> Compose:
        """Return what to ask for if the turn passes at a time."""
        spoken = phrase.last_event_ns - phrase.begin_ns
        length = min(LONGEST_ANSWER_NS, max(SHORTEST_ANSWER_NS, spoken))
        begin = self._tempo.tick_at(at_ns)
        end = begin + _FREELY.tick_at(self._settings.answer_ns or length)
        until = min(end, begin + _FREELY.tick_at(HORIZON_NS))
        instruments = self._settings.instruments or tuple(sorted(phrase.instruments))
        return Compose(self._takes + 1, begin, until, end, instruments)

    def _hand_over(self, now_ns: int, wanted_ns: int) -> None:
        phrase = self._phrase
        if phrase is None or not self._signal(Signal.HAND_OVER):
            return
        asked = self._answer_to(phrase, wanted_ns)
        self._shift(now_ns + LEAD_NS - self._tempo.ns_at(asked.begin_tick))
        self._takes = asked.take
        ends_ns = self._tempo.ns_at(asked.end_tick)
        self._answer = _Answer(
            asked.take, now_ns, asked.end_tick, asked.until_tick, last_due_ns=ends_ns
        )
        self._out.to_composer.append(asked)
        self._tell(now_ns, "hand-over", now_ns - wanted_ns)

    def _shift(self, by_ns: int) -> None:
        """Move the music later, or earlier, from now on; only playing freely may do this."""
        assert self._origin_ns is not None
        self._origin_ns += by_ns
        self._tempo = TempoMap(start_ns=self._origin_ns)

    # The answer.

    def _plan(self, now_ns: int, composed: Composed) -> None:
        answer = self._answer
        if answer is None or answer.take != composed.take:
            return  # of a take that has been withdrawn
        if composed.happenings:
            late = now_ns + MARGIN_NS - self._tempo.ns_at(composed.happenings[0].tick)
            if late > 0:
                self._shift(late)
                self._tell(now_ns, "shifted", late)
        if composed.happenings and not answer.decided:
            answer.decided = True
            self._tell(now_ns, "first note decided", now_ns - answer.hand_over_ns)
        dues = [due for happening in composed.happenings for due in self._dues(happening)]
        if dues:
            answer.last_due_ns = max(answer.last_due_ns, *(due.due_ns for due in dues))
            self._out.to_io.append(protocol.Play(tuple(dues)))
        if composed.done:
            answer.done = True

    def _dues(self, happening: Happening) -> list[Due]:
        kind, due_ns = happening.instrument, self._tempo.ns_at(happening.tick)
        channel = kind.spec.channel
        if isinstance(happening, Release):
            self._end_note((kind, happening.pitch), due_ns, answered=True)
            return [self._due(due_ns, NoteOff(channel, happening.pitch))]
        note = RollNote(kind, happening.pitch, happening.velocity, due_ns, answered=True)
        dues = []
        if kind is not Instrument.DRUMS and kind not in self._programmed:
            dues.append(self._due(due_ns, ProgramChange(channel, kind.spec.program)))
        self._programmed.add(kind)
        dues.append(self._due(due_ns, NoteOn(channel, happening.pitch, happening.velocity)))
        if kind is Instrument.DRUMS:
            end_ns = self._tempo.ns_at(happening.tick + DRUM_TICKS)
            note = replace(note, release_ns=end_ns)
            dues.append(self._due(end_ns, NoteOff(channel, happening.pitch)))
        self._notes.append(note)
        return dues

    def _due(self, due_ns: int, event: Playable) -> Due:
        return Due(due_ns, self._epoch, event)

    def _note_sent(self, emitted: protocol.Emitted) -> None:
        answer = self._answer
        for sent in emitted.events:
            if answer is not None and not answer.heard and isinstance(sent.event, NoteOn):
                answer.heard = True
                taken = sent.sent_ns - answer.hand_over_ns
                self._view = replace(self._view, hand_over_ns=taken)
                self._tell(sent.sent_ns, "first note sent", taken)

    def _take_back(self, now_ns: int) -> None:
        """Withdraw what of the answer has not been heard."""
        if self._answer is None:
            return
        self._out.to_io.append(protocol.Retract(now_ns))
        self._out.to_composer.append(Withdraw(self._answer.take, self._tempo.tick_at(now_ns)))
        self._answer = None
        kept = [n for n in self._notes if not n.answered or n.onset_ns < now_ns]
        taken = len(self._notes) - len(kept)
        self._notes.clear()
        for note in kept:
            sounds = note.answered and (note.release_ns is None or note.release_ns > now_ns)
            self._notes.append(replace(note, release_ns=now_ns) if sounds else note)
        self._tell(now_ns, "retract", taken)
