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

from bridge.history.played import PlayedNotes
from bridge.messages.composer import (
    Replan,
    Generate,
    Generated,
    EndTake,
    Extend,
    NoteEvent,
    Retract,
)
from bridge.messages.settings import Mode, Settings
from bridge.midi.events import NoteOn, ProgramChange
from bridge.playout import protocol
from bridge.session import turns
from bridge.session.effects import Effects
from bridge.session.part import EventRenderer
from bridge.session.player import MS, SECOND, Phrase, PlayerState
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
NO_QUANTISE = Quantise()
REST_BARS, REST_NS = 2, 4 * SECOND
"""Whoever has not played for so long is accompanied no more."""
ENDING_NS = 3 * SECOND
"""Playing freely, this is how long it takes to come to an end."""


@dataclass(slots=True)
class _ActiveTake:
    """What is being said back. Ticks are the transport's."""

    take: int
    hand_over_ns: int
    turn: Turn
    until_tick: int
    last_tick: int
    plan: int = 0
    done: bool = False
    first_note_planned: bool = False
    first_note_sent: bool = False
    is_ending: bool = False
    is_audition: bool = False  # the composer knows nothing of it
    loop_phrase: Phrase | None = None  # what a loop repeats
    loop_passes: int = 0  # of a loop, so far


class Response:
    """The answer that goes on, if one does."""

    def __init__(self, settings: Settings, timing: Timing, player: PlayerState) -> None:
        self.settings = settings
        self.effects = Effects()
        """Where to say what is to be done: that of the present step."""
        self.played = PlayedNotes()
        self.latency_ns: int | None = None
        """From the last hand-over to its first note sent."""
        self._timing, self._player = timing, player
        self._renderer = EventRenderer()
        self._active: _ActiveTake | None = None
        self._pending_events: list[NoteEvent] = []
        self._last_take = 0

    @property
    def is_active(self) -> bool:
        """Tell whether there is an answer."""
        return self._active is not None

    @property
    def _transport(self) -> Transport:
        return self._timing.transport

    def reset(self) -> None:
        """Forget what was sent; whoever listens may have forgotten it too."""
        self._renderer.clear()

    # To the composer.

    def generate_request(self, phrase: Phrase, turn: Turn) -> Generate:
        """Return what to ask the composer for, to answer a phrase."""
        base = self._timing.composer_offset
        until = min(turn.end, turn.begin + self._transport.ticks_in(HORIZON_NS))
        script: tuple[NoteEvent, ...] = ()
        if self.settings.mode is Mode.LOOP:
            script = turns.loop_script(phrase, self._transport, turn)
        return Generate(
            self._last_take + 1,
            turn.begin + base,
            until + base,
            turn.end + base,
            turns.response_instruments(phrase, self.settings),
            tuple(replace(each, tick=each.tick + base) for each in script),
            accompany=self.settings.mode is Mode.ACCOMPANY,
        )

    def start(self, now_ns: int, phrase: Phrase, turn: Turn, loop_passes: int = 0) -> None:
        """Let the composer play a turn; of a loop, after so many passes."""
        asked = self.generate_request(phrase, turn)
        self._last_take = asked.take
        until = asked.until_tick - self._timing.composer_offset
        answer = _ActiveTake(asked.take, now_ns, turn, until, turn.end, loop_passes=loop_passes)
        if self.settings.mode is Mode.LOOP and phrase.events:
            answer.loop_phrase, answer.first_note_sent = phrase, loop_passes > 0
            if self.settings.vary and loop_passes % 2:
                asked = replace(asked, script=())
        self._active = answer
        self.effects.to_composer.append(asked)

    def start_audition(self, now_ns: int, score: Score, begin_tick: int) -> None:
        """Play a score from a tick on, of which the composer learns nothing."""
        script = turns.score_script(score, self._transport, begin_tick)
        turn = Turn(begin_tick, max((each.tick for each in script), default=begin_tick) + 1)
        self._last_take += 1
        answer = _ActiveTake(self._last_take, now_ns, turn, turn.end, turn.end - 1)
        answer.done = answer.first_note_planned = answer.first_note_sent = answer.is_audition = True
        self._active, self._renderer.ducked = answer, False
        dues = self._renderer.render(script, self._transport, NO_QUANTISE, turn, self.played)
        self.effects.to_io.append(protocol.Play(dues))

    @property
    def audition_span_ns(self) -> tuple[int, int] | None:
        """Return from when to when what is recited goes, if something is."""
        answer = self._active
        if answer is None or not answer.is_audition:
            return None
        return self._transport.ns_at(answer.turn.begin), self._transport.ns_at(answer.last_tick)

    # From the composer.

    def schedule(self, now_ns: int, generated: Generated, *, ducked: bool) -> None:
        """Plan what has been composed, softly where the player plays."""
        answer = self._active
        if answer is None or (answer.take, answer.plan) != (generated.take, generated.plan):
            return  # of a take that has been withdrawn, or of a plan that has been amended
        happenings = [self._timing.from_composer(happening) for happening in generated.events]
        if happenings:
            ready_ns = now_ns + MARGIN_NS + self.settings.time.advance_ns
            late = ready_ns - self._transport.ns_at(happenings[0].tick)
            if late > 0 and not self._transport.has_bars:
                self.effects.to_io += self._timing.shift(late)
                self.effects.log(now_ns, "shifted", late)
        if happenings and not answer.first_note_planned:
            answer.first_note_planned = True
            self.effects.log(now_ns, "first note decided", now_ns - answer.hand_over_ns)
        self._renderer.ducked = ducked
        dues = self._renderer.render(
            happenings, self._transport, self.settings.quantise, answer.turn, self.played
        )
        if dues:
            self.effects.to_io.append(protocol.Play(dues))
        if generated.done:
            answer.done = True
            answer.last_tick = min(answer.turn.end, max((d.tick for d in dues), default=0))

    # As time goes by.

    def next_due_ns(self) -> int | None:
        """Return when something is to be done though nothing happens, or None."""
        answer = self._active
        if answer is None:
            return None
        dues = [self._end_ns(answer) if answer.done else self._extend_due_ns(answer)]
        if answer.loop_phrase is not None and answer.done:
            dues.append(self._transport.ns_at(answer.turn.end) - HORIZON_NS // 2)
        if self._ends_on_rest(answer):
            dues.append(self._rest_end_ns(answer))
        return min(dues)

    def poll(self, now_ns: int) -> bool:
        """Do what time asks for; tell whether the answer is over."""
        answer, transport = self._active, self._transport
        if answer is None:
            return False
        if answer.loop_phrase is not None and answer.done:
            if now_ns >= transport.ns_at(answer.turn.end) - HORIZON_NS // 2:
                turn = Turn(answer.turn.end, 2 * answer.turn.end - answer.turn.begin)
                self.start(now_ns, answer.loop_phrase, turn, answer.loop_passes + 1)
        elif answer.done:
            if now_ns >= self._end_ns(answer):
                self._active = None
                return True
        elif now_ns >= self._extend_due_ns(answer):
            if answer.until_tick >= answer.turn.end:  # the composer has not come to the end
                self.retract(now_ns)
                return True
            ahead = transport.tick_at(now_ns + HORIZON_NS)
            answer.until_tick = max(answer.until_tick, min(answer.turn.end, ahead))
            self.effects.to_composer.append(
                Extend(answer.take, answer.until_tick + self._timing.composer_offset)
            )
        return False

    @property
    def end_tick(self) -> int | None:
        """Return where the answer ends."""
        return None if self._active is None else self._active.turn.end

    def is_player_resting(self, now_ns: int) -> bool:
        """Tell whether the player who is accompanied has rested for too long."""
        answer = self._active
        return (
            answer is not None
            and self._ends_on_rest(answer)
            and now_ns >= self._rest_end_ns(answer)
        )

    def _ends_on_rest(self, active: _ActiveTake) -> bool:
        """Tell whether a rest would end the answer; who holds a chord does not rest."""
        accompanies = self.settings.mode is Mode.ACCOMPANY
        ends = active.is_ending or active.is_audition
        return accompanies and not ends and not self._player.key_down

    def _end_ns(self, active: _ActiveTake) -> int:
        """Return when an answer that has been told to its end is over."""
        whole = (
            self._transport.has_bars and not active.is_audition
        ) or active.loop_phrase is not None
        return self._transport.ns_at(active.turn.end if whole else active.last_tick)

    def _rest_end_ns(self, active: _ActiveTake) -> int:
        """Return when a player who is accompanied has rested for too long."""
        transport = self._transport
        rest_ns = REST_NS
        if transport.has_bars:
            bars = REST_BARS * transport.metre.bar_ticks
            rest_ns = transport.ns_at(bars) - transport.ns_at(0)
        return max(self._player.last_event_ns, active.hand_over_ns) + rest_ns

    def _extend_due_ns(self, active: _ActiveTake) -> int:
        """Return when the composer may go on: when half of what lies ahead has been heard.

        If it has been asked for everything, it is waited for a second longer than that lasts.
        """
        if active.until_tick >= active.turn.end:
            return self._transport.ns_at(active.turn.end) + SECOND
        return self._transport.ns_at(active.until_tick) - HORIZON_NS // 2

    # When the player comes in.

    def add_player_event(self, event: NoteEvent) -> None:
        """Take note of what the player does beside the answer, at the composer's tick."""
        self._pending_events.append(event)

    def replan(self, now_ns: int) -> None:
        """Let the answer take in what has been played, and be planned anew after that."""
        heard, self._pending_events = self._pending_events, []
        if heard and self._active is not None:
            self._replan(now_ns, self._active, tuple(heard))

    def _replan(self, now_ns: int, active: _ActiveTake, events: tuple[NoteEvent, ...]) -> None:
        transport, advance_ns = self._transport, self.settings.time.advance_ns
        commit = transport.last_tick_at(now_ns + advance_ns + COMMIT_NS)
        # Whatever may have been drawn to before that stands too; at the end, that is more.
        reach = self.settings.quantise.max_shift_ticks(transport)
        commit = max(commit + reach, active.turn.begin - 1)
        if reach and commit + reach >= active.turn.end:
            commit = max(commit, active.turn.end)
        active.plan, active.done = active.plan + 1, False
        self.effects.to_io.append(protocol.Replan(commit))
        self._renderer.clear_plan(commit)
        self.effects.to_composer.append(
            Replan(active.take, active.plan, commit + self._timing.composer_offset, events)
        )
        self.played.replan(commit, now_ns)
        self._timing.retract(commit)
        self._timing.rewind_clicks(commit)

    def end(self, now_ns: int) -> None:
        """Bring the answer to an end, where music ends."""
        answer, transport = self._active, self._transport
        if answer is None or answer.is_audition:
            return
        if transport.has_bars:
            bar = transport.metre.bar_ticks
            end = transport.next_grid_line(transport.last_tick_at(now_ns + COMMIT_NS) + bar, bar)
        else:
            end = transport.tick_at(now_ns + ENDING_NS)
        answer.is_ending = True
        if end >= answer.turn.end:
            return
        answer.turn, answer.loop_phrase = replace(answer.turn, end=end), None
        answer.until_tick = end
        self.effects.to_composer.append(EndTake(answer.take, end + self._timing.composer_offset))
        self._replan(now_ns, answer, ())
        self.effects.log(now_ns, "ending", transport.ns_at(end) - now_ns)

    def retract(self, now_ns: int) -> None:
        """Take back what of the answer has not been heard."""
        tick = self._transport.last_tick_at(now_ns + self.settings.time.advance_ns)
        if self._drop(tick):
            self.effects.to_io.append(protocol.Retract(tick))
            self._timing.rewind_clicks(tick)
            self.effects.log(now_ns, "retract", self.played.retract(now_ns))

    def abandon(self, now_ns: int, before: Transport) -> None:
        """Leave the answer, since the line that it was planned by is broken."""
        if self._drop(before.last_tick_at(now_ns)):
            self.played.retract(now_ns)

    def _drop(self, tick: int) -> bool:
        """Let the composer forget what comes after a tick; tell whether there was an answer."""
        answer, self._active = self._active, None
        self._pending_events.clear()
        if answer is None:
            return False
        self.effects.to_composer.append(Retract(answer.take, tick + self._timing.composer_offset))
        self._timing.retract(tick)
        self._renderer.clear_notes()
        return True

    # What went out.

    def handle_emitted(self, emitted: protocol.Emitted) -> None:
        """Take note of what went out, and when."""
        answer, transport = self._active, self._transport
        for sent in emitted.events:
            if isinstance(sent.event, ProgramChange):
                self._renderer.mark_program_sent(sent.event.channel)
            if not isinstance(sent.event, NoteOn):
                continue
            tick = transport.tick_at(sent.due_ns + self.settings.time.advance_ns)
            self.effects.log(
                sent.sent_ns, "sent", sent.event.pitch, transport.format_position(tick)
            )
            if answer is not None and not answer.first_note_sent:
                answer.first_note_sent = True
                self.latency_ns = sent.sent_ns - answer.hand_over_ns
                self.effects.log(sent.sent_ns, "first note sent", self.latency_ns)
        if emitted.dropped:
            self.effects.log(emitted.at_ns, "late", emitted.dropped)
