"""The response: how a take is requested, scheduled, replanned, retracted and ended.

A response is one turn. The request covers the whole turn, but the composer may run only some
seconds ahead of the sounding music; it may go on when half of that has sounded. The note events
that it generates become MIDI events at ticks. In free playing, late events shift the music, so that
the first note is not lost.

The player may come in during a response. Then the part of it that has not sounded is retracted; or
it is replanned (`bridge.session.together`): events within the next moments stand, because they are
being sent, and later ones are decided again, as another plan of the same take. The plan's number
identifies events of an earlier plan that arrive late.

A loop is a sequence of responses, each requested before the previous one is over.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.messages.composer import (
    EndTake,
    Extend,
    Generate,
    Generated,
    NoteEvent,
    PlayerEvents,
    Replan,
    Retract,
)
from bridge.messages.settings import Mode
from bridge.midi.events import NoteOff, NoteOn, ProgramChange
from bridge.midi.instruments import instrument_of_channel
from bridge.playout import protocol
from bridge.playout.metronome import is_click
from bridge.session import turns
from bridge.session.active_take import HORIZON_NS, ActiveTake, Loop
from bridge.session.effects import Effects
from bridge.session.event_renderer import EventRenderer
from bridge.session.harmony_line import HarmonyLine
from bridge.session.player import Phrase
from bridge.session.together import COMMIT_NS, Together
from bridge.session.turns import MARGIN_NS, Turn
from bridge.sync.quantise import Quantise
from bridge.system.units import SECOND

if TYPE_CHECKING:
    from bridge.history.played import PlayedNotes
    from bridge.messages.harmony import HeardKey
    from bridge.messages.snapshot import RollChord
    from bridge.midi.events import ChannelEvent
    from bridge.midi.notes import Score
    from bridge.session.context import Context
    from bridge.sync.transport import Transport

NO_QUANTISE = Quantise()
ENDING_NS = 3 * SECOND
"""The length of an ending in free playing."""


class Response:
    """Antiphon's turn, or no turn if it is not active."""

    def __init__(self) -> None:
        self.latency_ns: int | None = None
        """The time from the last hand-over to its first note sent."""
        self._renderer = EventRenderer()
        self._active: ActiveTake | None = None
        self._harmony = HarmonyLine()  # of the active take
        self._last_take = 0

    @property
    def is_active(self) -> bool:
        """Whether a take is being played."""
        return self._active is not None

    @property
    def end_tick(self) -> int | None:
        """The tick at which the turn ends, or None."""
        return None if self._active is None else self._active.turn.end

    @property
    def is_audition(self) -> bool:
        """Whether a score is played without the composer."""
        return self._active is not None and self._active.is_audition

    def audition_span_ns(self, transport: Transport) -> tuple[int, int] | None:
        """Return the start and the end time of the audition, or None if there is none."""
        active = self._active
        if active is None or not active.is_audition:
            return None
        return transport.ns_at(active.turn.begin), active.end_ns(transport)

    @property
    def key(self) -> HeardKey | None:
        """The key that the answer has heard."""
        return None if self._active is None else self._harmony.key

    def chords(self, transport: Transport) -> tuple[RollChord, ...]:
        """Return the chords that the answer expects."""
        return () if self._active is None else self._harmony.shown(transport)

    def reset(self) -> None:
        """Clear the record of sent programs: the receivers may have been reset."""
        self._renderer.clear()

    # To the composer.

    def generate_request(self, context: Context, phrase: Phrase, turn: Turn) -> Generate:
        """Return the request to the composer for the response to a phrase."""
        settings, transport = context.settings, context.transport
        offset = context.timing.composer_offset
        until = min(turn.end, turn.begin + transport.ticks_in(HORIZON_NS))
        script: tuple[NoteEvent, ...] = ()
        if settings.mode is Mode.LOOP:
            script = turns.loop_script(phrase, transport, turn)
        return Generate(
            self._last_take + 1,
            turn.begin + offset,
            until + offset,
            turn.end + offset,
            turns.response_instruments(phrase, settings),
            tuple(replace(each, tick=each.tick + offset) for each in script),
            accompany=settings.mode is Mode.ACCOMPANY,
            ends=settings.mode in (Mode.ANSWER, Mode.TRADE),
        )

    def start(self, context: Context, phrase: Phrase, turn: Turn, loop_passes: int = 0) -> Effects:
        """Request a turn from the composer; `loop_passes` of the loop have been played."""
        request = self.generate_request(context, phrase, turn)
        self._last_take = request.take
        until = request.until_tick - context.timing.composer_offset
        together = Together(context.transport, turn.begin, accompanies=request.accompany)
        active = ActiveTake(request.take, context.now_ns, turn, until, together)
        if context.settings.mode is Mode.LOOP and phrase.events:
            active.loop, active.first_note_sent = Loop(phrase, loop_passes), loop_passes > 0
            if context.settings.vary and loop_passes % 2:
                request = replace(request, script=())
        self._active, self._harmony = active, HarmonyLine()
        return Effects(to_composer=[request])

    def start_audition(self, context: Context, score: Score, begin_tick: int) -> Effects:
        """Play a score from a tick on, without the composer."""
        script = turns.score_script(score, context.transport, begin_tick)
        turn = Turn(begin_tick, max((each.tick for each in script), default=begin_tick) + 1)
        self._last_take += 1
        together = Together(context.transport, turn.begin, accompanies=False)
        active = ActiveTake(self._last_take, context.now_ns, turn, turn.end, together)
        active.first_note_planned = active.first_note_sent = active.is_audition = True
        active.last_tick = turn.end - 1
        self._active, self._renderer.ducked = active, False
        self._harmony = HarmonyLine()
        events = self._renderer.render(script, context.transport, NO_QUANTISE, turn, context.played)
        return Effects(to_io=[protocol.Play(events)])

    # From the composer.

    def schedule(self, context: Context, generated: Generated, *, ducked: bool) -> Effects:
        """Schedule the events that the composer has generated, softly if `ducked`."""
        effects, active = Effects(), self._active
        if active is None or (active.take, active.plan) != (generated.take, generated.plan):
            return effects  # from a retracted take or a replaced plan
        if generated.harmony is not None:
            self._harmony.add(generated.harmony, context.timing.composer_offset)
        active.together.add_planned(generated.events, generated.imagined)
        if (waited_ns := active.together.decided(context.now_ns)) is not None:
            effects.log(context.now_ns, "plan decided", waited_ns)
        events = [context.timing.from_composer(event) for event in generated.events]
        if events:
            late_ns = context.send_ns + MARGIN_NS - context.transport.ns_at(events[0].tick)
            if late_ns > 0 and not context.transport.has_bars:
                effects.to_io += context.timing.shift(late_ns)
                effects.log(context.now_ns, "shifted", late_ns)
            if not active.first_note_planned:
                active.first_note_planned = True
                waited_ns = context.now_ns - active.hand_over_ns
                effects.log(context.now_ns, "first note decided", waited_ns)
        self._renderer.ducked = ducked
        scheduled = self._renderer.render(
            events, context.transport, context.settings.quantise, active.turn, context.played
        )
        if scheduled:
            effects.to_io.append(protocol.Play(scheduled))
        if generated.done:
            last_tick = max((each.tick for each in scheduled), default=0)
            active.last_tick = min(active.turn.end, last_tick)
        return effects

    # Time.

    def next_due_ns(self, context: Context) -> int | None:
        """Return when `poll` must be called if there is no input, or None."""
        active, transport = self._active, context.transport
        if active is None:
            return None
        dues = [active.end_ns(transport) if active.done else active.extend_due_ns(transport)]
        if active.loop is not None and active.done:
            dues.append(active.loop_due_ns(transport))
        others = active.rest_end_ns(context), active.together.due_ns(transport)
        return min(dues + [due for due in others if due is not None])

    def poll(self, context: Context) -> Effects:
        """Do what is due. When the response is over, it is no longer active."""
        active, transport = self._active, context.transport
        if active is None:
            return Effects()
        if active.done and active.loop is None and context.now_ns >= active.end_ns(transport):
            self._active = None
            return _report_played(context, active)
        commit = active.together.commit_tick(context)
        if commit is not None:
            return self._replan(context, active, commit)
        return self._continue(context, active)

    def _continue(self, context: Context, active: ActiveTake) -> Effects:
        """Start the next pass of a loop or let the composer decide more, if that is due."""
        effects, transport = Effects(), context.transport
        if active.loop is not None and active.done:
            if context.now_ns >= active.loop_due_ns(transport):
                effects.add(_report_played(context, active))
                turn = Turn(active.turn.end, 2 * active.turn.end - active.turn.begin)
                passes = active.loop.passes + 1
                effects.add(self.start(context, active.loop.phrase, turn, passes))
        elif not active.done and context.now_ns >= active.extend_due_ns(transport):
            if active.until_tick >= active.turn.end:  # the composer is too slow
                effects.add(self.retract(context))
            else:
                effects.add(self._extend(context, active))
        return effects

    def _extend(self, context: Context, active: ActiveTake) -> Effects:
        ahead = context.transport.tick_at(context.now_ns + active.horizon_ns)
        active.until_tick = max(active.until_tick, min(active.turn.end, ahead))
        until_tick = active.until_tick + context.timing.composer_offset
        return Effects(to_composer=[Extend(active.take, until_tick)])

    def is_player_resting(self, context: Context) -> bool:
        """Return whether the accompanied player has rested long enough to end the accompaniment."""
        rest_end_ns = None if self._active is None else self._active.rest_end_ns(context)
        return rest_end_ns is not None and context.now_ns >= rest_end_ns

    # When the player comes in.

    def add_player_event(self, event: NoteEvent, now_ns: int) -> None:
        """Record a note event that the player plays during the take, at the composer's tick."""
        if self._active is not None:
            self._active.together.add_played(event, now_ns)

    def _replan(self, context: Context, active: ActiveTake, commit: int) -> Effects:
        """Request a new plan from the composer: events after a tick are decided again."""
        effects, transport = Effects(), context.transport
        reason = "surprise" if active.together.is_surprised else ""
        active.together.start_plan(context)
        # Events that quantising may have moved to before the commit tick stand too; near the end of
        # the turn, all events do.
        reach = context.settings.quantise.max_shift_ticks(transport)
        commit = max(commit + reach, active.turn.begin - 1)
        if reach and commit + reach >= active.turn.end:
            commit = max(commit, active.turn.end)
        active.plan, active.last_tick = active.plan + 1, None
        effects.to_io.append(protocol.Replan(commit))
        self._renderer.clear_plan(commit)
        tick = commit + context.timing.composer_offset
        events, player_plays = active.together.take_played(), active.together.player_plays
        heard = transport.last_tick_at(context.now_ns) + context.timing.composer_offset
        effects.to_composer.append(
            Replan(active.take, active.plan, tick, events, heard, player_plays)
        )
        window_ns = transport.ns_at(commit) - context.now_ns
        effects.log(context.now_ns, "replan", window_ns, reason)
        effects.log(context.now_ns, "replaced", context.played.replan(commit, context.now_ns))
        context.timing.retract(commit)
        context.timing.rewind_clicks(commit)
        return effects

    def end(self, context: Context) -> Effects:
        """Bring the take to a musical end soon: with the player who has ended, or in a bar."""
        effects, active, transport = Effects(), self._active, context.transport
        if active is None or active.is_audition:
            return effects
        commit = transport.last_tick_at(context.now_ns + COMMIT_NS)
        together = active.together.player_plays and context.player.has_ended
        if together:
            end = transport.next_grid_line(commit + 1, transport.beat_ticks)
        elif transport.has_bars:
            bar = transport.metre.bar_ticks
            end = transport.next_grid_line(commit + bar, bar)
        else:
            end = transport.tick_at(context.now_ns + ENDING_NS)
        active.is_ending = True
        if end >= active.turn.end:
            return effects
        active.turn, active.loop, active.until_tick = replace(active.turn, end=end), None, end
        effects.to_composer.append(EndTake(active.take, end + context.timing.composer_offset))
        commit = transport.last_tick_at(context.send_ns + COMMIT_NS)
        effects.add(self._replan(context, active, commit))
        effects.log(context.now_ns, "ending", transport.ns_at(end) - context.now_ns)
        return effects

    def retract(self, context: Context) -> Effects:
        """Retract the part of the take that has not sounded."""
        effects, tick = Effects(), context.transport.last_tick_at(context.send_ns)
        if self._drop(context, tick, effects):
            effects.to_io.append(protocol.Retract(tick))
            context.timing.rewind_clicks(tick)
            effects.log(context.now_ns, "retract", context.played.retract(context.now_ns))
        return effects

    def abandon(self, context: Context, before: Transport) -> Effects:
        """Drop the take: the transport that it was planned by, `before`, has broken."""
        effects = Effects()
        if self._drop(context, before.last_tick_at(context.now_ns), effects):
            context.played.retract(context.now_ns)
        return effects

    def _drop(self, context: Context, tick: int, effects: Effects) -> bool:
        """Retract the take after a tick, at the composer too; return whether there was a take."""
        active, self._active = self._active, None
        if active is None:
            return False
        effects.to_composer.append(Retract(active.take, tick + context.timing.composer_offset))
        if played := active.together.take_played():
            effects.to_composer.append(PlayerEvents(played))
        context.timing.retract(tick)
        self._renderer.clear_notes()
        return True

    # Sent events.

    def handle_emitted(self, context: Context, emitted: protocol.Emitted) -> Effects:
        """Record which events were sent, and when."""
        effects, active, transport = Effects(), self._active, context.transport
        for sent in emitted.events:
            event, due_ns = sent.event, sent.due_ns + context.settings.time.advance_ns
            if isinstance(event, ProgramChange):
                self._renderer.mark_program_sent(event.channel)
            if not isinstance(event, NoteOn):
                _confirm_release(context.played, event, due_ns)
                continue
            tick = transport.tick_at(due_ns)
            if context.settings.time.click_to_output and is_click(event, transport, tick):
                continue
            if (kind := instrument_of_channel(event.channel)) is not None:
                context.played.confirm_onset((kind, event.pitch), due_ns)
            position = transport.format_position(tick)
            effects.log(sent.sent_ns, "sent", event.pitch, position)
            if active is not None and not active.first_note_sent:
                active.first_note_sent = True
                self.latency_ns = sent.sent_ns - active.hand_over_ns
                effects.log(sent.sent_ns, "first note sent", self.latency_ns)
        if emitted.dropped:
            effects.log(emitted.at_ns, "late", emitted.dropped)
        return effects


def _confirm_release(played: PlayedNotes, event: ChannelEvent, release_ns: int) -> None:
    if isinstance(event, NoteOff) and (kind := instrument_of_channel(event.channel)) is not None:
        played.confirm_release((kind, event.pitch), release_ns)


def _report_played(context: Context, active: ActiveTake) -> Effects:
    """Report to the composer what the player has played since the last plan of a take's end."""
    events = active.together.take_played()
    if not events:
        return Effects()
    tick = active.turn.end + context.timing.composer_offset
    return Effects(to_composer=[Replan(active.take, active.plan, tick, events, tick)])
