"""Turn taking: whose turn it is, when the turn passes, and which notes must be released.

The turn passes after a silence whose length adapts to the player (`bridge.session.player`). So the
time of the hand-over is known in advance, and in a shorter pause the composer may speculate that
the silence will last. In trading, the turn passes at a bar line. A request passes it at once.

The player may come in at any moment. Then the response *yields*: notes that have not sounded are
retracted, sounding ones are released, and the composer is sent the last tick that sounded. Or the
response goes on and is *replanned*: events within the next moments stand, because they are
being sent; later ones are decided again, by a composer that has read the player's events.

Plans are in ticks of the transport (`bridge.session.timing`). In free playing the transport may be
shifted: a response that would be late starts later, so that no note is lost.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.history.played import PlayedNotes
from bridge.messages.composer import (
    Advance,
    Configure,
    Generated,
    NoteEvent,
    PlayerEvents,
    Release,
    Speculate,
)
from bridge.messages.settings import Mode, ReEntry, Settings
from bridge.messages.snapshot import RollNote, TurnState
from bridge.playout import protocol
from bridge.session import turns
from bridge.session.context import Context, Step
from bridge.session.phrase_tracker import (
    HOST_START_TOLERANCE_NS,
    LOOP_START_TOLERANCE_NS,
    PhraseTracker,
)
from bridge.session.player import Heard, Phrase, PlayerState
from bridge.session.response import Response
from bridge.session.timing import Timing
from bridge.session.turn_state import TRANSITIONS, Signal
from bridge.session.turns import LEAD_NS
from bridge.system.units import SECOND

if TYPE_CHECKING:
    from bridge.history.record import Record
    from bridge.midi.events import TimedEvent
    from bridge.midi.notes import Score
    from bridge.sync.transport import Transport


class TurnTaking:
    """The turns of a session, from its start to its stop."""

    def __init__(self, past: Record | None = None) -> None:
        self.state = TurnState.STOPPED
        self.played, self.timing, self.response = PlayedNotes(past), Timing(past), Response()
        self._player, self._phrases = PlayerState(), PhraseTracker()
        self._stop_after_audition = False

    @property
    def transport(self) -> Transport:
        """The transport that plans follow."""
        return self.timing.transport

    @property
    def has_timeline(self) -> bool:
        """Whether the transport is valid: our own is not valid before a session starts."""
        return self.state is not TurnState.STOPPED or self.timing.is_external

    def next_due_ns(self, settings: Settings) -> int | None:
        """Return when `poll` must be called if there is no input, or None."""
        if self.state is TurnState.STOPPED:
            return None
        context = Context(0, settings, self.timing, self._player, self.played)
        dues = [self.response.next_due_ns(context), self.timing.click_due_ns(settings)]
        if self.state is TurnState.PLAYER:
            dues.append(self._phrases.next_due_ns(context))
        return min((due for due in dues if due is not None), default=None)

    def _context(self, step: Step) -> Context:
        return Context(step.now_ns, step.settings, self.timing, self._player, self.played)

    def _transition(self, signal: Signal) -> bool:
        """Change the state if the signal changes it; return whether it does."""
        following = TRANSITIONS[self.state].get(signal)
        if following is None:
            return False
        self.state = following
        return True

    # Requests.

    def start(self, step: Step) -> None:
        """Start a session, which waits for a phrase."""
        if not self._transition(Signal.START):
            return
        self._player.clear()
        self._phrases.clear()
        step.effects.to_io += self.timing.start(step.settings, step.now_ns)
        self._realign_composer(step)
        step.effects.to_composer.append(Configure(step.settings))
        step.effects.log(step.now_ns, "listen")

    def stop(self, step: Step) -> None:
        """Stop the session: release everything and play nothing more."""
        if self._transition(Signal.STOP):
            self.timing.forget_past()
            self._retract(step)
            self._phrases.phrase, self._stop_after_audition = None, False
            self.release_player(step, step.now_ns)
            step.effects.to_io.append(protocol.Silence())
            step.effects.log(step.now_ns, "halt")

    def _retract(self, step: Step) -> None:
        step.effects.add(self.response.retract(self._context(step)))

    def release_player(self, step: Step, at_ns: int) -> None:
        """Release all that the player holds: its own releases are not received, or never come.

        A phrase goes on to its hand-over as after the player's own releases.
        """
        if self._player.pedal_down:
            self.played.set_pedal(at_ns, down=False)
        releases = self._player.release_all(at_ns, self.transport.tick_at(at_ns))
        self._add_heard(step, Heard(tuple(releases), is_playing=bool(releases)), at_ns)

    def panic(self, step: Step) -> None:
        """Silence everything, and wait for a new phrase."""
        self._retract(step)
        self._phrases.clear()
        self._transition(Signal.DISCONTINUITY)
        self.release_player(step, step.now_ns)
        step.effects.to_io.append(protocol.Panic())
        self.timing.rewind_clicks(self.transport.last_tick_at(step.now_ns))
        step.effects.log(step.now_ns, "panic")
        if self._stop_after_audition:
            self.stop(step)

    def end(self, step: Step) -> None:
        """Bring the response to a musical end; an audition ends at once."""
        if self.response.is_audition:
            self._retract(step)
            self._end_turn(step)
        else:
            step.effects.add(self.response.end(self._context(step)))

    def audition(self, step: Step, score: Score) -> None:
        """Play a score in place of the present turn."""
        was_stopped = self.state is TurnState.STOPPED or self._stop_after_audition
        if was_stopped:
            self.start(step)
        self._retract(step)
        self._transition(Signal.YIELD)
        self._phrases.clear()
        self._transition(Signal.HAND_OVER)
        at_ns = step.now_ns + LEAD_NS + step.settings.time.advance_ns
        self._start_own_clock(step, at_ns)  # so that our own first bar line is there
        self._stop_after_audition = was_stopped
        transport = self.transport
        begin = transport.tick_at(at_ns)
        if transport.has_bars:
            begin = transport.next_grid_line(begin, transport.metre.bar_ticks)
        step.effects.add(self.response.start_audition(self._context(step), score, begin))
        step.effects.log(step.now_ns, "audition", len(score.notes))

    def _start_own_clock(self, step: Step, at_ns: int) -> None:
        """Start our own transport at a time, if it has not started."""
        if not (self.timing.own_clock_started or self.timing.is_external):
            step.effects.to_io += self.timing.start_own_clock(step.settings, at_ns)

    def apply_settings(self, step: Step, settings: Settings) -> None:
        """Apply `settings`, in place of those of the step, from now on."""
        if settings.mode is not step.settings.mode:  # a response without an end must get one
            step.effects.add(self.response.end(self._context(step)))
        step.effects.to_composer.append(Configure(settings))
        step.effects.to_io += self.timing.apply_settings(settings, step.now_ns)
        if self._phrases.phrase is not None:
            self._phrases.phrase.pause_reported = False  # the speculation may have changed

    # From the composer and the MIDI I/O process.

    def handle_generated(self, step: Step, generated: Generated) -> None:
        """Schedule the events that the composer has generated."""
        ducked = self._is_ducked(step)
        step.effects.add(self.response.schedule(self._context(step), generated, ducked=ducked))

    def handle_emitted(self, step: Step, emitted: protocol.Emitted) -> None:
        """Record which events were sent."""
        step.effects.add(self.response.handle_emitted(self._context(step), emitted))

    # Time.

    def update_transport(self, step: Step, changed: protocol.TransportChanged) -> None:
        """Follow another transport; if that breaks the previous one, abandon the turn."""
        before = self.transport
        if not self.timing.set_transport(changed.transport):
            if self._phrases.phrase is not None and not self.response.is_active:
                self._reset_composer_if_changed(step, self._phrases.phrase)
            return
        self._abandon_turn(step, before)
        if before.source.is_external:  # earlier notes belong to the previous transport
            self._phrases.forget_before(step.now_ns - LOOP_START_TOLERANCE_NS)
        step.effects.log(step.now_ns, "time", reason=changed.reason)
        if self.state is not TurnState.STOPPED:
            self._realign_composer(step)
            self._replay_early_notes(step)

    def _abandon_turn(self, step: Step, before: Transport) -> None:
        """Drop the response and the phrase, whose epoch is over."""
        step.effects.add(self.response.abandon(self._context(step), before))
        self._phrases.clear()
        self._transition(Signal.DISCONTINUITY)
        if self._stop_after_audition:
            self.stop(step)

    def _realign_composer(self, step: Step) -> None:
        self.response.reset()
        reset = self.timing.realign(step.now_ns)
        if reset is not None:
            step.effects.to_composer.append(reset)

    def _reset_composer_if_changed(self, step: Step, phrase: Phrase) -> None:
        """Reset the composer with a phrase if tempo or metre have changed."""
        reset = self.timing.reset_if_changed(phrase.begin_tick)
        if reset is not None:
            step.effects.to_composer.append(reset)
            if again := tuple(self.timing.to_composer(each) for each in phrase.events):
                step.effects.to_composer.append(PlayerEvents(again))

    def _replay_early_notes(self, step: Step) -> None:
        """Move notes that arrived just before a host started to its start."""
        transport = self.transport
        if not transport.source.is_external:
            return
        for at_ns, event in self._phrases.pop_since(transport.time_ns - HOST_START_TOLERANCE_NS):
            tick = max(transport.tick, transport.tick_at(at_ns))
            self._add_note_event(step, replace(event, tick=tick), at_ns, replayed=True)

    # The player.

    def handle_player_event(self, step: Step, timed: TimedEvent) -> None:
        """Process a MIDI event of the player's that is not a control's."""
        self._player.follow_channels(timed.event)
        if self.state is TurnState.STOPPED:
            return
        if self._player.begins_note(timed.event):
            self._start_own_clock(step, timed.time_ns)
        pedal_down = self._player.pedal_down
        heard = self._player.handle_event(timed, self.transport)
        if self._player.pedal_down is not pedal_down:
            self.played.set_pedal(timed.time_ns, down=not pedal_down)
        self._add_heard(step, heard, timed.time_ns)

    def _add_heard(self, step: Step, heard: Heard, at_ns: int) -> None:
        if heard.is_playing and self._phrases.phrase is not None:
            self._phrases.phrase.mark_activity(at_ns)
        for event in heard.events:
            if self.timing.own_clock_started or self.timing.is_external:
                self._add_note_event(step, event, at_ns)
            else:  # a key from before the last host stopped: the composer has been reset
                self.played.end((event.instrument, event.pitch), at_ns)

    def _add_note_event(
        self, step: Step, event: NoteEvent, at_ns: int, *, replayed: bool = False
    ) -> None:
        """Add an event of the player's to the phrase and send it to the composer; show it once."""
        key = event.instrument, event.pitch
        self._phrases.remember(at_ns, event)
        if isinstance(event, Release):
            self.played.end(key, at_ns)
        else:
            if not replayed:
                self.played.add(RollNote(*key, event.velocity, at_ns))
            position = self.transport.format_position(event.tick)
            step.effects.log(at_ns, "played", event.pitch, position)
            self._start_player_turn(step, event.tick, at_ns)
        if self._phrases.phrase is not None:
            self._phrases.phrase.add(event, at_ns)
        for_composer = self.timing.to_composer(event)
        if self.response.is_active and not self._yields_to_player(step):
            self.response.add_player_event(for_composer, at_ns)
        else:
            step.effects.to_composer.append(PlayerEvents((for_composer,)))

    def _start_player_turn(self, step: Step, tick: int, at_ns: int) -> None:
        """End a response that yields to the player's note, and start a phrase."""
        if self.state is TurnState.ANSWERING and self._yields_to_player(step):
            self._retract(step)
            self._transition(Signal.YIELD)
        self._stop_after_audition = False
        self.timing.forget_past()
        self._transition(Signal.NOTE)
        if self._phrases.phrase is None:
            phrase = self._phrases.start(self._context(step), at_ns, tick)
            if not self.response.is_active:
                self._reset_composer_if_changed(step, phrase)

    def _yields_to_player(self, step: Step) -> bool:
        """Return whether a note of the player's ends the response."""
        return turns.yields_to_player(step.settings) or self.response.is_audition

    def _is_ducked(self, step: Step) -> bool:
        ducks = step.settings.re_entry is ReEntry.DUCK
        plays = step.now_ns - self._player.last_event_ns < SECOND
        return ducks and plays and self._phrases.phrase is not None

    # The turn.

    def poll(self, step: Step) -> None:
        """Do what is due."""
        if self.state is TurnState.PLAYER:
            self._poll_phrase(step)
        if self.state is TurnState.ANSWERING:
            self._poll_response(step)
        if self.state is TurnState.STOPPED:
            return
        if clicks := self.timing.clicks(step.settings, step.now_ns):
            play = protocol.Play if step.settings.time.click_to_output else protocol.Click
            step.effects.to_io.append(play(clicks))

    def _poll_phrase(self, step: Step) -> None:
        """Hand over or notify the composer of a pause, if that is due."""
        phrase = self._phrases.phrase
        hand_over_ns = self._phrases.hand_over_due_ns(self._context(step))
        pause_ns = self._phrases.pause_due_ns()
        if hand_over_ns is not None and step.now_ns >= hand_over_ns:
            self.hand_over(step, hand_over_ns)
        elif phrase is not None and pause_ns is not None and step.now_ns >= pause_ns:
            self._notify_pause(step, phrase, hand_over_ns)

    def _notify_pause(self, step: Step, phrase: Phrase, hand_over_ns: int | None) -> None:
        """Notify the composer of a pause: it may end the phrase, or a key is held."""
        phrase.pause_reported = True
        if hand_over_ns is None:
            tick = self.transport.tick_at(phrase.last_event_ns) + 1
            step.effects.to_composer.append(Advance(tick + self.timing.composer_offset))
        else:
            turn = turns.next_turn(phrase, step.settings, self.transport, hand_over_ns)
            request = self.response.generate_request(self._context(step), phrase, turn)
            step.effects.to_composer.append(Speculate(request))

    def hand_over(self, step: Step, wanted_ns: int, *, on_request: bool = False) -> None:
        """Pass the turn to Antiphon; the hand-over was due at `wanted_ns`."""
        phrase = self._phrases.phrase
        if on_request and self.state is TurnState.LISTENING:
            phrase = self._empty_phrase(step)
        if phrase is None or not self._transition(Signal.HAND_OVER):
            return
        self._reset_composer_if_changed(step, phrase)
        turn = self._next_turn(step, phrase, wanted_ns, on_request=on_request)
        self._phrases.clear()
        step.effects.add(self.response.start(self._context(step), phrase, turn))
        step.effects.log(step.now_ns, "hand-over", step.now_ns - wanted_ns)

    def _next_turn(
        self, step: Step, phrase: Phrase, wanted_ns: int, *, on_request: bool
    ) -> turns.Turn:
        """Return Antiphon's turn after a phrase, moved if it is too late to be played."""
        settings, transport = step.settings, self.transport
        turn = turns.next_turn(phrase, settings, transport, wanted_ns, on_request=on_request)
        if not transport.has_bars and (behind := self.timing.reported_tick - turn.begin) > 0:
            turn = turns.Turn(turn.begin + behind, turn.end + behind)
        if transport.has_bars:
            return turns.not_missed(turn, phrase, settings, transport, step.now_ns)
        lacking_ns = step.now_ns + LEAD_NS + settings.time.advance_ns - transport.ns_at(turn.begin)
        step.effects.to_io += self.timing.shift(lacking_ns)
        return turn

    def _empty_phrase(self, step: Step) -> Phrase:
        """Return an empty phrase, for a player who hands over before playing."""
        self._start_own_clock(step, step.now_ns)
        return Phrase.start(step.now_ns, self.transport.tick_at(step.now_ns))

    def _poll_response(self, step: Step) -> None:
        """Continue the response; when it is over, pass the turn to the player."""
        context = self._context(step)
        if self.response.is_player_resting(context):
            self._phrases.phrase = None
            step.effects.add(self.response.end(context))
        was_active, end_tick = self.response.is_active, self.response.end_tick
        was_audition = self.response.is_audition
        step.effects.add(self.response.poll(context))
        if not was_active or self.response.is_active:
            return
        if step.settings.mode is Mode.TRADE and not was_audition:
            self._phrases.expect_turn(end_tick)
        self._end_turn(step)

    def _end_turn(self, step: Step) -> None:
        """Pass the turn back to the player, or stop if the session was only an audition."""
        self._transition(Signal.FINISHED)
        step.effects.log(step.now_ns, "finished")
        if self._stop_after_audition:
            self.stop(step)
        if self._phrases.align_to_turn(self._context(step)):  # the player has started already
            self._transition(Signal.NOTE)
