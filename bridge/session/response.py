"""What is being said back: asked of the composer, planned, amended, taken back, brought to an end.

An answer is one turn. The composer is asked for it as a whole, but may only run some seconds ahead,
and may go on when half of that has been heard. What it tells becomes events at ticks; while nobody
else keeps time and it comes late, the music is shifted rather than its first notes lost.

The player may come in while it goes on. Then it is taken back, as far as it has not been heard; or
it is amended: what lies within the next moments stands, because it is on its way, and what comes
after is decided anew, as another plan of the same take. A plan that has been replaced may still be
on its way here, and is known by its number.

A loop is answer after answer, each asked for before the last is over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bridge.history.played import Played
from bridge.messages.composer import Amend, Compose, Composed, Conclude, Extend, Happening, Withdraw
from bridge.messages.settings import Mode, Settings
from bridge.midi.events import NoteOn, ProgramChange
from bridge.playout import protocol
from bridge.session import turns
from bridge.session.effects import Outcome
from bridge.session.part import Part
from bridge.session.player import MS, SECOND, Phrase, Player
from bridge.session.turns import Turn
from bridge.sync.quantise import Quantise

if TYPE_CHECKING:
    from bridge.midi.notes import Score
    from bridge.session.timing import Timing
    from bridge.sync.transport import Transport

MARGIN_NS = 8 * MS
"""What must at least remain between deciding a note and playing it."""
COMMIT_NS = 80 * MS
"""What is planned to sound so soon stands, whatever the player does."""
HORIZON_NS = 2 * SECOND
"""How far the composer may run ahead of what is heard."""
AS_WRITTEN = Quantise()
REST_BARS, REST_NS = 2, 4 * SECOND
"""Whoever has not played for so long is accompanied no more."""
ENDING_NS = 3 * SECOND
"""Playing freely, this is how long it takes to come to an end."""


@dataclass(slots=True)
class _Answer:
    """What is being said back. Ticks are the transport's."""

    take: int
    hand_over_ns: int
    turn: Turn
    until_tick: int
    last_tick: int
    plan: int = 0
    done: bool = False
    decided: bool = False
    heard: bool = False
    concluding: bool = False
    recited: bool = False  # the composer knows nothing of it
    phrase: Phrase | None = None  # what a loop repeats
    passes: int = 0  # of a loop, so far


class Answering:
    """The answer that goes on, if one does."""

    def __init__(self, settings: Settings, timing: Timing, player: Player) -> None:
        self.settings = settings
        self.out = Outcome()
        """Where to say what is to be done: that of the present step."""
        self.played = Played()
        self.hand_over_ns: int | None = None
        """From the last hand-over to its first note sent."""
        self._timing, self._player = timing, player
        self._part = Part()
        self._answer: _Answer | None = None
        self._amendments: list[Happening] = []
        self._takes = 0

    @property
    def goes_on(self) -> bool:
        """Tell whether there is an answer."""
        return self._answer is not None

    @property
    def _transport(self) -> Transport:
        return self._timing.transport

    def begin_anew(self) -> None:
        """Forget what was sent; whoever listens may have forgotten it too."""
        self._part.clear()

    # To the composer.

    def asked(self, phrase: Phrase, turn: Turn) -> Compose:
        """Return what to ask the composer for, to answer a phrase."""
        base = self._timing.base
        until = min(turn.end, turn.begin + self._transport.ticks_in(HORIZON_NS))
        script: tuple[Happening, ...] = ()
        if self.settings.mode is Mode.LOOP:
            script = turns.loop_pass(phrase, self._transport, turn)
        return Compose(
            self._takes + 1,
            turn.begin + base,
            until + base,
            turn.end + base,
            turns.invited(phrase, self.settings),
            tuple(replace(each, tick=each.tick + base) for each in script),
            together=self.settings.mode is Mode.ACCOMPANY,
        )

    def ask(self, now_ns: int, phrase: Phrase, turn: Turn, passes: int = 0) -> None:
        """Let the composer play a turn; of a loop, after so many passes."""
        asked = self.asked(phrase, turn)
        self._takes = asked.take
        until = asked.until_tick - self._timing.base
        answer = _Answer(asked.take, now_ns, turn, until, turn.end, passes=passes)
        if self.settings.mode is Mode.LOOP and phrase.happenings:
            answer.phrase, answer.heard = phrase, passes > 0
            if self.settings.vary and passes % 2:
                asked = replace(asked, script=())
        self._answer = answer
        self.out.to_composer.append(asked)

    def recite(self, now_ns: int, score: Score, begin: int) -> None:
        """Play a score from a tick on, of which the composer learns nothing."""
        script = turns.recital(score, self._transport, begin)
        turn = Turn(begin, max((each.tick for each in script), default=begin) + 1)
        self._takes += 1
        answer = _Answer(self._takes, now_ns, turn, turn.end, turn.end - 1)
        answer.done = answer.decided = answer.heard = answer.recited = True
        self._answer, self._part.soft = answer, False
        dues = self._part.dues(script, self._transport, AS_WRITTEN, turn, self.played)
        self.out.to_io.append(protocol.Play(dues))

    @property
    def recital_ns(self) -> tuple[int, int] | None:
        """Return from when to when what is recited goes, if something is."""
        answer = self._answer
        if answer is None or not answer.recited:
            return None
        return self._transport.ns_at(answer.turn.begin), self._transport.ns_at(answer.last_tick)

    # From the composer.

    def plan(self, now_ns: int, composed: Composed, *, softly: bool) -> None:
        """Plan what has been composed, softly where the player plays."""
        answer = self._answer
        if answer is None or (answer.take, answer.plan) != (composed.take, composed.plan):
            return  # of a take that has been withdrawn, or of a plan that has been amended
        happenings = [self._timing.ours(happening) for happening in composed.happenings]
        if happenings:
            ready_ns = now_ns + MARGIN_NS + self.settings.time.advance_ns
            late = ready_ns - self._transport.ns_at(happenings[0].tick)
            if late > 0 and not self._transport.grid:
                self.out.to_io += self._timing.shift(late)
                self.out.tell(now_ns, "shifted", late)
        if happenings and not answer.decided:
            answer.decided = True
            self.out.tell(now_ns, "first note decided", now_ns - answer.hand_over_ns)
        self._part.soft = softly
        dues = self._part.dues(
            happenings, self._transport, self.settings.quantise, answer.turn, self.played
        )
        if dues:
            self.out.to_io.append(protocol.Play(dues))
        if composed.done:
            answer.done = True
            answer.last_tick = min(answer.turn.end, max((d.tick for d in dues), default=0))

    # As time goes by.

    def due_ns(self) -> int | None:
        """Return when something is to be done though nothing happens, or None."""
        answer = self._answer
        if answer is None:
            return None
        dues = [self._over_ns(answer) if answer.done else self._extend_at_ns(answer)]
        if answer.phrase is not None and answer.done:
            dues.append(self._transport.ns_at(answer.turn.end) - HORIZON_NS // 2)
        if self._may_be_left_alone(answer):
            dues.append(self._rest_ns(answer))
        return min(dues)

    def go_on(self, now_ns: int) -> bool:
        """Do what time asks for; tell whether the answer is over."""
        answer, transport = self._answer, self._transport
        if answer is None:
            return False
        if answer.phrase is not None and answer.done:
            if now_ns >= transport.ns_at(answer.turn.end) - HORIZON_NS // 2:
                turn = Turn(answer.turn.end, 2 * answer.turn.end - answer.turn.begin)
                self.ask(now_ns, answer.phrase, turn, answer.passes + 1)
        elif answer.done:
            if now_ns >= self._over_ns(answer):
                self._answer = None
                return True
        elif now_ns >= self._extend_at_ns(answer):
            if answer.until_tick >= answer.turn.end:  # the composer has not come to the end
                self.withdraw(now_ns)
                return True
            ahead = transport.tick_at(now_ns + HORIZON_NS)
            answer.until_tick = max(answer.until_tick, min(answer.turn.end, ahead))
            self.out.to_composer.append(Extend(answer.take, answer.until_tick + self._timing.base))
        return False

    @property
    def end_tick(self) -> int | None:
        """Return where the answer ends."""
        return None if self._answer is None else self._answer.turn.end

    def is_left_alone(self, now_ns: int) -> bool:
        """Tell whether the player who is accompanied has rested for too long."""
        answer = self._answer
        return (
            answer is not None
            and self._may_be_left_alone(answer)
            and now_ns >= self._rest_ns(answer)
        )

    def _may_be_left_alone(self, answer: _Answer) -> bool:
        """Tell whether a rest would end the answer; who holds a chord does not rest."""
        accompanies = self.settings.mode is Mode.ACCOMPANY
        ends = answer.concluding or answer.recited
        return accompanies and not ends and not self._player.key_down

    def _over_ns(self, answer: _Answer) -> int:
        """Return when an answer that has been told to its end is over."""
        whole = (self._transport.grid and not answer.recited) or answer.phrase is not None
        return self._transport.ns_at(answer.turn.end if whole else answer.last_tick)

    def _rest_ns(self, answer: _Answer) -> int:
        """Return when a player who is accompanied has rested for too long."""
        transport = self._transport
        rest_ns = REST_NS
        if transport.grid:
            bars = REST_BARS * transport.metre.bar_ticks
            rest_ns = transport.ns_at(bars) - transport.ns_at(0)
        return max(self._player.last_event_ns, answer.hand_over_ns) + rest_ns

    def _extend_at_ns(self, answer: _Answer) -> int:
        """Return when the composer may go on: when half of what lies ahead has been heard.

        If it has been asked for everything, it is waited for a second longer than that lasts.
        """
        if answer.until_tick >= answer.turn.end:
            return self._transport.ns_at(answer.turn.end) + SECOND
        return self._transport.ns_at(answer.until_tick) - HORIZON_NS // 2

    # When the player comes in.

    def take_in(self, happening: Happening) -> None:
        """Take note of what the player does beside the answer, at the composer's tick."""
        self._amendments.append(happening)

    def amend(self, now_ns: int) -> None:
        """Let the answer take in what has been played, and be planned anew after that."""
        heard, self._amendments = self._amendments, []
        if heard and self._answer is not None:
            self._replan(now_ns, self._answer, tuple(heard))

    def _replan(self, now_ns: int, answer: _Answer, heard: tuple[Happening, ...]) -> None:
        transport, advance_ns = self._transport, self.settings.time.advance_ns
        commit = transport.passed(now_ns + advance_ns + COMMIT_NS)
        # Whatever may have been drawn to before that stands too; at the end, that is more.
        reach = self.settings.quantise.reach(transport)
        commit = max(commit + reach, answer.turn.begin - 1)
        if reach and commit + reach >= answer.turn.end:
            commit = max(commit, answer.turn.end)
        answer.plan, answer.done = answer.plan + 1, False
        self.out.to_io.append(protocol.Replan(commit))
        self._part.clear_plan(commit)
        self.out.to_composer.append(
            Amend(answer.take, answer.plan, commit + self._timing.base, heard)
        )
        self.played.reopen(commit, now_ns)
        self._timing.untell(commit)
        self._timing.click_again(commit)

    def conclude(self, now_ns: int) -> None:
        """Bring the answer to an end, where music ends."""
        answer, transport = self._answer, self._transport
        if answer is None or answer.recited:
            return
        if transport.grid:
            bar = transport.metre.bar_ticks
            end = transport.next_line(transport.passed(now_ns + COMMIT_NS) + bar, bar)
        else:
            end = transport.tick_at(now_ns + ENDING_NS)
        answer.concluding = True
        if end >= answer.turn.end:
            return
        answer.turn, answer.phrase = replace(answer.turn, end=end), None
        answer.until_tick = end
        self.out.to_composer.append(Conclude(answer.take, end + self._timing.base))
        self._replan(now_ns, answer, ())
        self.out.tell(now_ns, "ending", transport.ns_at(end) - now_ns)

    def withdraw(self, now_ns: int) -> None:
        """Take back what of the answer has not been heard."""
        tick = self._transport.passed(now_ns + self.settings.time.advance_ns)
        if self._leave(tick):
            self.out.to_io.append(protocol.Retract(tick))
            self._timing.click_again(tick)
            self.out.tell(now_ns, "retract", self.played.cut(now_ns))

    def break_off(self, now_ns: int, before: Transport) -> None:
        """Leave the answer, since the line that it was planned by is broken."""
        if self._leave(before.passed(now_ns)):
            self.played.cut(now_ns)

    def _leave(self, tick: int) -> bool:
        """Let the composer forget what comes after a tick; tell whether there was an answer."""
        answer, self._answer = self._answer, None
        self._amendments.clear()
        if answer is None:
            return False
        self.out.to_composer.append(Withdraw(answer.take, tick + self._timing.base))
        self._timing.untell(tick)
        self._part.clear_notes()
        return True

    # What went out.

    def note_sent(self, emitted: protocol.Emitted) -> None:
        """Take note of what went out, and when."""
        answer, transport = self._answer, self._transport
        for sent in emitted.events:
            if isinstance(sent.event, ProgramChange):
                self._part.note_program(sent.event.channel)
            if not isinstance(sent.event, NoteOn):
                continue
            tick = transport.tick_at(sent.due_ns + self.settings.time.advance_ns)
            self.out.tell(sent.sent_ns, "sent", sent.event.pitch, transport.told(tick))
            if answer is not None and not answer.heard:
                answer.heard = True
                self.hand_over_ns = sent.sent_ns - answer.hand_over_ns
                self.out.tell(sent.sent_ns, "first note sent", self.hand_over_ns)
        if emitted.dropped:
            self.out.tell(emitted.at_ns, "late", emitted.dropped)
