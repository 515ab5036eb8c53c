"""The session: who plays now, when the turn changes, and who must release what.

A session is in one of four states. It is *stopped*; or it is *listening* for a phrase to start; or
the *player* plays one; or it is *answering*. `TRANSITIONS` is the table of what can happen in which
state; a signal that a state does not name means nothing there. When the turn passes, and how long
it lasts, depends on the mode (`bridge.session.turns`).

The turn passes by silence. How long a silence must be follows the player (`bridge.session.player`).
So it is known in advance when a silence will hand over, and in the first pause that is long enough
the composer may speculate that this is the one. When trading the turn passes at a bar line. The
player may also ask for it and hand over at once.

The player may come in at any moment. Then the response *yields*: what has not sounded is retracted,
what sounds is released, and the composer learns how far it was heard. Or the response goes on and
is *replanned*: what lies within the next moments stands, because it is on its way; what comes after
is decided again, by a composer that has read what was played.

The session is pure. `step` takes the time and what has happened, and returns what is to be done:
messages for the MIDI I/O process and for the composer, and entries for the log. Plans are in ticks
of the transport (`bridge.session.timing`), which says when they are. In free playing the transport
may be moved: when a response would come late, its start is shifted, so that no note is lost.
"""

from __future__ import annotations

import enum
from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.history.played import PlayedNotes
from bridge.history.record import Record
from bridge.messages.composer import (
    Advance,
    Configure,
    Generated,
    NoteEvent,
    PlayerEvents,
    Release,
    Speculate,
)
from bridge.messages.requests import (
    Audition,
    Bind,
    ChangeSettings,
    End,
    HandOver,
    Learn,
    Morph,
    Refused,
    Request,
    SetBlendPath,
    Start,
    Stop,
)
from bridge.messages.settings import Mode, ReEntry, Settings
from bridge.messages.snapshot import RollNote, Snapshot, TurnState
from bridge.midi.controls import Action, Control, ControlMap, TriggeredAction
from bridge.midi.events import NoteOn, TimedEvent
from bridge.playout import protocol
from bridge.session import turns
from bridge.session.context import Context
from bridge.session.effects import Effects
from bridge.session.io_status import SessionStatus
from bridge.session.phrase_tracker import PhraseTracker
from bridge.session.player import MS, SECOND, Phrase, PlayerState
from bridge.session.response import MARGIN_NS, Response
from bridge.session.style_control import StyleControl
from bridge.session.timing import Timing
from bridge.session.turns import LEAD_NS
from bridge.sync.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.midi.notes import Score


Inbox = protocol.FromIo | Generated | Refused | Request
"""What a session is stepped with."""
HOST_START_TOLERANCE_NS = 60 * MS
"""Hosts send their first notes up to this long before they report that they play."""
LOOP_START_TOLERANCE_NS = 25 * MS
"""The first note of a host's loop comes up to this long before the report of the jump."""


class Signal(enum.Enum):
    """What may change the state."""

    START = enum.auto()
    NOTE = enum.auto()
    HAND_OVER = enum.auto()
    YIELD = enum.auto()
    FINISHED = enum.auto()
    DISCONTINUITY = enum.auto()
    STOP = enum.auto()


TRANSITIONS: dict[TurnState, dict[Signal, TurnState]] = {
    TurnState.STOPPED: {Signal.START: TurnState.LISTENING},
    TurnState.LISTENING: {
        Signal.NOTE: TurnState.PLAYER,
        Signal.HAND_OVER: TurnState.ANSWERING,  # without a phrase
        Signal.STOP: TurnState.STOPPED,
    },
    TurnState.PLAYER: {
        Signal.HAND_OVER: TurnState.ANSWERING,
        Signal.DISCONTINUITY: TurnState.LISTENING,  # the host has stopped or jumped
        Signal.STOP: TurnState.STOPPED,
    },
    TurnState.ANSWERING: {
        Signal.YIELD: TurnState.LISTENING,  # the player comes back in
        Signal.FINISHED: TurnState.LISTENING,
        Signal.DISCONTINUITY: TurnState.LISTENING,
        Signal.STOP: TurnState.STOPPED,
    },
}


class Session:
    """Decides, from what has happened, what is to be done."""

    def __init__(self, settings: Settings) -> None:
        self.state = TurnState.STOPPED
        self.settings = settings
        """How it answers now."""
        self.status = SessionStatus()
        """What is known of the ports, and what is shown of the session besides its music."""
        self._player, self._controls = PlayerState(), ControlMap()
        self._timing, self._played = Timing(), PlayedNotes()
        self._phrases, self._response = PhraseTracker(), Response()
        self._style = StyleControl()
        self._stop_after_audition = False
        self._effects = Effects()

    def step(self, now_ns: int, inbox: Iterable[Inbox]) -> Effects:
        """Process what has happened since the last step; return what is to be done."""
        self._effects = Effects()
        for item in inbox:
            self._handle_input(now_ns, item)
        self._effects.add(self._response.replan(self._context(now_ns)))
        self._poll(now_ns)
        if self._has_timeline:
            self.status.transports.update(self._transport, now_ns)
        return self._effects

    def deadline_ns(self) -> int | None:
        """Return when the next step is due though nothing happens, or None."""
        dues = [self._style.next_due_ns]
        if self.state is not TurnState.STOPPED:
            context = self._context(0)
            dues.append(self._response.next_due_ns(context))
            dues.append(self._timing.click_due_ns(self.settings))
            if self.state is TurnState.PLAYER:
                dues.append(self._phrases.next_due_ns(context))
        return min((due for due in dues if due is not None), default=None)

    def snapshot(self, now_ns: int) -> Snapshot:
        """Return what a window shows."""
        return replace(
            self.status.snapshot,
            now_ns=now_ns,
            state=self.state,
            settings=self.settings,
            response_latency_ns=self._response.latency_ns,
            notes=self._played.notes,
            transport=self._transport if self._has_timeline else Transport(),
            learning=self._controls.learning,
            bindings=self._controls.bindings,
            pedals=self._played.pedals,
            last_played=self._played.last(now_ns, answered=False),
            morph_progress=self._style.progress(now_ns),
            audition_span_ns=self._response.audition_span_ns(self._transport),
            last_answered=self._played.last(now_ns, answered=True),
        )

    def record(self, now_ns: int) -> Record:
        """Return all that was played by now, and in whose time."""
        return Record(self._played.all_notes, self.status.transports.transports).until(now_ns)

    def _context(self, now_ns: int) -> Context:
        return Context(now_ns, self.settings, self._timing, self._player, self._played)

    @property
    def _transport(self) -> Transport:
        """The line by which plans are made."""
        return self._timing.transport

    @property
    def _has_timeline(self) -> bool:
        """Tell whether the line means anything: our own does not before a session starts."""
        return self.state is not TurnState.STOPPED or self._timing.is_external

    # What happens.

    def _handle_input(self, now_ns: int, item: Inbox) -> None:
        match item:
            case protocol.Received(events):
                for timed in events:
                    self._handle_event(now_ns, timed)
            case protocol.Emitted():
                self._effects.add(self._response.handle_emitted(self._context(now_ns), item))
            case protocol.TransportChanged():
                self._update_transport(now_ns, item)
            case Generated():
                ducked = self._is_ducked(now_ns)
                context = self._context(now_ns)
                self._effects.add(self._response.schedule(context, item, ducked=ducked))
            case protocol.Panic() | Start() | Stop() | HandOver() | End() | Audition():
                self._handle_command(now_ns, item)
            case ChangeSettings() | Morph() | SetBlendPath() | Learn() | Bind():
                self._handle_configuration(now_ns, item)
            case protocol.OpenPorts() | protocol.Inject():
                self._effects.to_io.append(item)
            case _:
                self._effects.add(self.status.update(now_ns, item))
                if isinstance(item, protocol.Ready):
                    self._effects.to_io += self._timing.sync_commands(self.settings)

    def _handle_command(
        self, now_ns: int, request: protocol.Panic | Start | Stop | HandOver | End | Audition
    ) -> None:
        match request:
            case Start():
                self._start(now_ns)
            case Stop():
                self._stop(now_ns)
            case HandOver():
                self._hand_over(now_ns, now_ns, on_request=True)
            case End():
                self._end(now_ns)
            case Audition(score):
                self._audition(now_ns, score)
            case protocol.Panic():
                self._panic(now_ns)

    def _handle_configuration(
        self, now_ns: int, request: ChangeSettings | Morph | SetBlendPath | Learn | Bind
    ) -> None:
        match request:
            case ChangeSettings(settings):
                self._style.note_choice(settings.style)
                self._apply_settings(now_ns, settings)
            case Morph():
                self._style.start(request, now_ns)
            case SetBlendPath(styles):
                self._style.set_path(styles)
            case Learn(action):
                self._controls.learn(action)
            case Bind(bindings):
                self._controls.bind(bindings)
                for control, _ in bindings:
                    self._release_control(now_ns, control)

    def _transition(self, signal: Signal) -> bool:
        """Change the state if the signal means something in it; return whether it does."""
        following = TRANSITIONS[self.state].get(signal)
        if following is None:
            return False
        self.state = following
        return True

    # What is asked for.

    def _start(self, now_ns: int) -> None:
        if not self._transition(Signal.START):
            return
        self._player.clear()
        self._phrases.clear()
        self._effects.to_io += self._timing.start(self.settings, now_ns)
        self._realign_composer(now_ns)
        self._effects.to_composer.append(Configure(self.settings))
        self._effects.log(now_ns, "listen")

    def _stop(self, now_ns: int) -> None:
        if self._transition(Signal.STOP):
            self._retract(now_ns)
            self._phrases.phrase, self._stop_after_audition = None, False
            self._release_player(now_ns)
            self._effects.to_io.append(protocol.Silence())
            self._effects.log(now_ns, "halt")

    def _retract(self, now_ns: int) -> None:
        self._effects.add(self._response.retract(self._context(now_ns)))

    def _release_player(self, now_ns: int) -> None:
        """Release what the player holds: its own release will not be received."""
        if self._player.pedal_down:
            self._played.set_pedal(now_ns, down=False)
        for release in self._player.release_all(self._transport.tick_at(now_ns)):
            self._add_note_event(now_ns, release, now_ns)

    def _panic(self, now_ns: int) -> None:
        """Silence everything, and listen as if nothing had been played."""
        self._retract(now_ns)
        self._phrases.clear()
        self._transition(Signal.DISCONTINUITY)
        self._release_player(now_ns)
        self._effects.to_io.append(protocol.Panic())
        self._timing.rewind_clicks(self._transport.last_tick_at(now_ns))
        self._effects.log(now_ns, "panic")
        if self._stop_after_audition:
            self._stop(now_ns)

    def _end(self, now_ns: int) -> None:
        """Bring the response to an end; an audition ends at once."""
        if self._response.is_audition:
            self._retract(now_ns)
            self._end_turn(now_ns)
        else:
            self._effects.add(self._response.end(self._context(now_ns)))

    def _audition(self, now_ns: int, score: Score) -> None:
        """Play a score, in place of whatever goes on."""
        was_stopped = self.state is TurnState.STOPPED or self._stop_after_audition
        if was_stopped:
            self._start(now_ns)
        self._retract(now_ns)
        self._transition(Signal.YIELD)
        self._phrases.clear()
        self._transition(Signal.HAND_OVER)
        at_ns = now_ns + LEAD_NS + self.settings.time.advance_ns
        self._start_own_clock(at_ns)  # so that our own first bar line is there
        self._stop_after_audition = was_stopped
        line = self._transport
        begin = line.tick_at(at_ns)
        if line.has_bars:
            begin = line.next_grid_line(begin, line.metre.bar_ticks)
        self._effects.add(self._response.start_audition(self._context(now_ns), score, begin))
        self._effects.log(now_ns, "audition", len(score.notes))

    def _start_own_clock(self, at_ns: int) -> None:
        """Start our own line at a time, if it has not started."""
        if not (self._timing.own_clock_started or self._timing.is_external):
            self._effects.to_io += self._timing.start_own_clock(self.settings, at_ns)

    def _apply_settings(self, now_ns: int, settings: Settings) -> None:
        if settings.mode is not self.settings.mode:  # a response without an end must get one
            self._effects.add(self._response.end(self._context(now_ns)))
        self.settings = settings
        self.status.clear_refusal()
        self._effects.to_composer.append(Configure(settings))
        self._effects.to_io += self._timing.apply_settings(settings, now_ns)
        if self._phrases.phrase is not None:
            self._phrases.phrase.pause_reported = False  # the speculation may have changed

    def _run_action(self, now_ns: int, triggered: TriggeredAction) -> None:
        """Do what a control asks for."""
        match triggered.action:
            case Action.HAND_OVER:
                self._handle_command(now_ns, HandOver())
            case Action.END:
                self._handle_command(now_ns, End())
            case Action.PANIC:
                self._panic(now_ns)
            case Action.MODE:
                modes = list(Mode)
                following = modes[(modes.index(self.settings.mode) + 1) % len(modes)]
                self._apply_settings(now_ns, replace(self.settings, mode=following))
                self._effects.log(now_ns, "mode", text=following.value)
            case Action.STYLE | Action.BLEND:
                settings = self._style.turn_knob(self.settings, triggered)
                if settings is not None:
                    self._apply_settings(now_ns, settings)

    # Time.

    def _update_transport(self, now_ns: int, changed: protocol.TransportChanged) -> None:
        """Go by another line; if that breaks the one before, leave the turn."""
        before = self._transport
        self.status.set_sync_reason(changed)
        if not self._timing.set_transport(changed.transport):
            if self._phrases.phrase is not None and not self._response.is_active:
                self._reset_composer_if_changed(self._phrases.phrase)
            return
        self._abandon_turn(now_ns, before)
        if before.source.is_external:  # what was played before belongs to the line before
            self._phrases.forget_before(now_ns - LOOP_START_TOLERANCE_NS)
        self._effects.log(now_ns, "time", reason=changed.reason)
        if self.state is not TurnState.STOPPED:
            self._realign_composer(now_ns)
            self._replay_early_notes(now_ns)

    def _abandon_turn(self, now_ns: int, before: Transport) -> None:
        """Leave the response and the phrase: the time that they were in is over."""
        self._effects.add(self._response.abandon(self._context(now_ns), before))
        self._phrases.clear()
        self._transition(Signal.DISCONTINUITY)
        if self._stop_after_audition:
            self._stop(now_ns)

    def _realign_composer(self, now_ns: int) -> None:
        self._response.reset()
        reset = self._timing.realign(now_ns)
        if reset is not None:
            self._effects.to_composer.append(reset)

    def _reset_composer_if_changed(self, phrase: Phrase) -> None:
        """Reset the composer with a phrase if tempo or metre are others than it knows."""
        reset = self._timing.reset_if_changed(phrase.begin_tick)
        if reset is not None:
            self._effects.to_composer.append(reset)
            if again := tuple(self._timing.to_composer(each) for each in phrase.events):
                self._effects.to_composer.append(PlayerEvents(again))

    def _replay_early_notes(self, now_ns: int) -> None:
        """Let notes that came just before a host started belong to its start."""
        line = self._transport
        if not line.source.is_external:
            return
        for at_ns, event in self._phrases.pop_since(line.time_ns - HOST_START_TOLERANCE_NS):
            tick = max(line.tick, line.tick_at(at_ns))
            self._add_note_event(now_ns, replace(event, tick=tick), at_ns, replayed=True)

    # The player.

    def _handle_event(self, now_ns: int, timed: TimedEvent) -> None:
        processed = self._controls.process(timed.event)
        if processed.learned is not None:
            self._release_control(timed.time_ns, processed.learned)
        if processed.triggered is not None:
            self._run_action(now_ns, processed.triggered)
        if not processed.is_control:
            self._handle_player_event(now_ns, timed)

    def _release_control(self, now_ns: int, control: Control) -> None:
        """Release what was a key until now: it may be down, and its release will be a control's."""
        self._handle_player_event(now_ns, TimedEvent(now_ns, control.release))

    def _handle_player_event(self, now_ns: int, timed: TimedEvent) -> None:
        self._player.set_program(timed.event)
        if self.state is TurnState.STOPPED:
            return
        if self._phrases.phrase is not None:
            self._phrases.phrase.mark_activity(timed.time_ns)
        if not (self._timing.own_clock_started or self._timing.is_external):
            if not isinstance(timed.event, NoteOn):
                self._to_note_events(timed)  # a pedal may be down already
                return
            self._start_own_clock(timed.time_ns)
        for event in self._to_note_events(timed):
            self._add_note_event(now_ns, event, timed.time_ns)

    def _to_note_events(self, timed: TimedEvent) -> list[NoteEvent]:
        """Return what an event means in the music; a pedal is shown, too."""
        before = self._player.pedal_down
        events = self._player.handle_event(timed, self._transport)
        if self._player.pedal_down is not before:
            self._played.set_pedal(timed.time_ns, down=not before)
        return events

    def _add_note_event(
        self, now_ns: int, event: NoteEvent, at_ns: int, *, replayed: bool = False
    ) -> None:
        """Add what the player does to the phrase and to the composer's music; show it once."""
        key = event.instrument, event.pitch
        self._phrases.remember(at_ns, event)
        if isinstance(event, Release):
            self._played.end(key, at_ns)
        else:
            if not replayed:
                self._played.add(RollNote(*key, event.velocity, at_ns))
            position = self._transport.format_position(event.tick)
            self._effects.log(at_ns, "played", event.pitch, position)
            self._start_player_turn(now_ns, event.tick, at_ns)
        if self._phrases.phrase is not None:
            self._phrases.phrase.add(event, at_ns)
        told = self._timing.to_composer(event)
        if self._response.is_active and not self._yields_to_player:
            self._response.add_player_event(told)
        else:
            self._effects.to_composer.append(PlayerEvents((told,)))

    def _start_player_turn(self, now_ns: int, tick: int, at_ns: int) -> None:
        """Let a note of the player's end a response that yields, and start a phrase."""
        if self.state is TurnState.ANSWERING and self._yields_to_player:
            self._retract(now_ns)
            self._transition(Signal.YIELD)
        self._stop_after_audition = False
        self._transition(Signal.NOTE)
        if self._phrases.phrase is None:
            phrase = self._phrases.start(self._context(now_ns), at_ns, tick)
            if not self._response.is_active:
                self._reset_composer_if_changed(phrase)

    @property
    def _yields_to_player(self) -> bool:
        """Tell whether a note of the player's ends the response; trading keeps to the form."""
        keeps_form = self.settings.mode in (Mode.TRADE, Mode.ACCOMPANY)
        yields = self.settings.re_entry is ReEntry.YIELD and not keeps_form
        return yields or self._response.is_audition

    def _is_ducked(self, now_ns: int) -> bool:
        ducks = self.settings.re_entry is ReEntry.DUCK
        plays = now_ns - self._player.last_event_ns < SECOND
        return ducks and plays and self._phrases.phrase is not None

    # The turn.

    def _poll(self, now_ns: int) -> None:
        settings = self._style.step(self.settings, now_ns)
        if settings is not None:
            self._apply_settings(now_ns, settings)
        if self.state is TurnState.PLAYER:
            self._poll_phrase(now_ns)
        if self.state is TurnState.ANSWERING:
            self._poll_response(now_ns)
        if self.state is TurnState.STOPPED:
            return
        if clicks := self._timing.clicks(self.settings, now_ns):
            self._effects.to_io.append(protocol.Play(clicks))

    def _poll_phrase(self, now_ns: int) -> None:
        """Hand over if it is time to, or let the composer use a pause."""
        phrase, hand_over_ns = (
            self._phrases.phrase,
            self._phrases.hand_over_due_ns(self._context(now_ns)),
        )
        pause_ns = self._phrases.pause_due_ns()
        if hand_over_ns is not None and now_ns >= hand_over_ns:
            self._hand_over(now_ns, hand_over_ns)
        elif phrase is not None and pause_ns is not None and now_ns >= pause_ns:
            self._notify_pause(now_ns, phrase, hand_over_ns)

    def _notify_pause(self, now_ns: int, phrase: Phrase, hand_over_ns: int | None) -> None:
        """Let the composer use a pause: it may be the one that hands over, or a key is held."""
        phrase.pause_reported = True
        if hand_over_ns is None:
            tick = self._transport.tick_at(phrase.last_event_ns) + 1
            self._effects.to_composer.append(Advance(tick + self._timing.composer_offset))
        else:
            turn = turns.next_turn(phrase, self.settings, self._transport, hand_over_ns)
            request = self._response.generate_request(self._context(now_ns), phrase, turn)
            self._effects.to_composer.append(Speculate(request))

    def _hand_over(self, now_ns: int, wanted_ns: int, *, on_request: bool = False) -> None:
        phrase = self._phrases.phrase
        if on_request and self.state is TurnState.LISTENING:
            phrase = self._empty_phrase(now_ns)
        if phrase is None or not self._transition(Signal.HAND_OVER):
            return
        self._reset_composer_if_changed(phrase)
        turn = self._next_turn(now_ns, phrase, wanted_ns, on_request=on_request)
        self._phrases.clear()
        self._effects.add(self._response.start(self._context(now_ns), phrase, turn))
        self._effects.log(now_ns, "hand-over", now_ns - wanted_ns)

    def _next_turn(
        self, now_ns: int, phrase: Phrase, wanted_ns: int, *, on_request: bool
    ) -> turns.Turn:
        """Return our turn after a phrase, late enough to be played."""
        settings, line = self.settings, self._transport
        turn = turns.next_turn(phrase, settings, line, wanted_ns, on_request=on_request)
        if not line.has_bars and (behind := self._timing.reported_tick - turn.begin) > 0:
            turn = turns.Turn(turn.begin + behind, turn.end + behind)
        ready_ns = now_ns + LEAD_NS + settings.time.advance_ns
        lacking_ns = ready_ns - line.ns_at(turn.begin)
        if not line.has_bars:
            self._effects.to_io += self._timing.shift(lacking_ns)
        elif lacking_ns > LEAD_NS - MARGIN_NS:
            # The line has been missed: the machine was busy. A loop waits for the next.
            if settings.mode is Mode.LOOP:
                return turns.next_turn(phrase, settings, line, now_ns)
            return replace(turn, begin=line.tick_at(ready_ns))
        return turn

    def _empty_phrase(self, now_ns: int) -> Phrase:
        """Return the phrase of a player who hands over without having played."""
        self._start_own_clock(now_ns)
        return Phrase.start(now_ns, self._transport.tick_at(now_ns))

    def _poll_response(self, now_ns: int) -> None:
        """Let the response go on; when it is over, it is the player's turn."""
        context = self._context(now_ns)
        if self._response.is_player_resting(context):
            self._phrases.phrase = None
            self._effects.add(self._response.end(context))
        was_active, end_tick = self._response.is_active, self._response.end_tick
        was_audition = self._response.is_audition
        self._effects.add(self._response.poll(context))
        if not was_active or self._response.is_active:
            return
        if self.settings.mode is Mode.TRADE and not was_audition:
            self._phrases.expect_turn(end_tick)
        self._end_turn(now_ns)

    def _end_turn(self, now_ns: int) -> None:
        """Give the turn back to the player, or stop if there was only an audition."""
        self._transition(Signal.FINISHED)
        self._effects.log(now_ns, "finished")
        if self._stop_after_audition:
            self._stop(now_ns)
        if self._phrases.align_to_turn(self._context(now_ns)):  # the player has started already
            self._transition(Signal.NOTE)
