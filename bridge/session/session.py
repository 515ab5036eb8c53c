"""The conversation: who plays now, when the turn changes, and what is owed to whom.

A session is in one of four states. It is *stopped*; or it is *listening* for a phrase to begin; or
it is *hearing* one; or it is *answering*. What can happen in which state is the table
`TRANSITIONS`; a signal that a state does not name means nothing there. When the turn passes, and
how far it goes, depends on the mode (`bridge.session.turns`).

The turn passes by silence. How long a silence must be follows the player (`bridge.session.player`). So it
is known beforehand when a silence will hand over, and the composer is told in the first pause long
enough to be one: it may begin to think. When trading it passes at a bar line, and whoever asks for
it may hand over at once.

The player may come in at any moment. Then the answer *yields*: what has not sounded is taken back,
what sounds is released, and the composer is told how far it was heard. Or it goes on, and is
*amended*: what lies within the next moments stands, because it is on its way; what comes after is
decided anew, by a composer that has heard what was played.

The session is pure. `step` takes the time and what has happened, and returns what is to be done:
messages for the MIDI I/O process, for the composer, and for the log. Plans are in ticks of the
transport (`bridge.session.timing`), which says when they are. Playing freely it may be moved: when an
answer would come late, its beginning is shifted, rather than its first notes lost.
"""

from __future__ import annotations

import enum
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.history.record import TransportHistory, Record
from bridge.messages.composer import (
    Configure,
    Generated,
    Advance,
    Speculate,
    NoteEvent,
    PlayerEvents,
    Release,
)
from bridge.messages.requests import (
    Bind,
    SetBlendPath,
    ChangeSettings,
    End,
    Stop,
    HandOver,
    Learn,
    Start,
    Morph,
    Audition,
    Refused,
    Request,
)
from bridge.messages.settings import Mode, ReEntry, Settings, Style
from bridge.messages.snapshot import RollNote, Snapshot, TurnState
from bridge.midi.controls import MAX_VALUE, Action, Control, ControlMap, TriggeredAction, style_at
from bridge.midi.events import NoteOn, TimedEvent
from bridge.playout import protocol
from bridge.session import turns
from bridge.session.effects import Effects
from bridge.session.io_status import IoStatus, with_io_status, log_line
from bridge.session.morph import ActiveMorph, interpolate
from bridge.session.player import MS, SECOND, Phrase, PlayerState
from bridge.session.response import MARGIN_NS, Response
from bridge.session.timing import Timing
from bridge.session.turns import LEAD_NS, BAR_LEAD_NS
from bridge.sync.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.midi.notes import Score

Inbox = protocol.FromIo | Generated | Refused | Request
"""What a session is stepped with."""

PAUSE_NS = 80 * MS
"""After so long the composer may take it that the player pauses."""
HOST_START_TOLERANCE_NS = 60 * MS
"""Hosts send their first notes so long before they say that they play."""
LOOP_START_TOLERANCE_NS = 25 * MS
"""A loop's first note comes so long before the host says that it has come round."""


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
        Signal.HAND_OVER: TurnState.ANSWERING,  # out of nothing
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
        self._settings = settings
        self._player, self._controls = PlayerState(), ControlMap()
        self._timing = Timing(settings)
        self._response = Response(settings, self._timing, self._player)
        self._transport_history = TransportHistory()
        self._phrase: Phrase | None = None
        self._trade_start_tick: int | None = None  # the tick since which it is the player's turn
        self._recent_events: deque[tuple[int, NoteEvent]] = deque(maxlen=32)
        self._morphing: ActiveMorph | None = None
        self._blend_path: tuple[Style, ...] = ()
        self._stop_after_audition = False  # what is recited
        self._refusal = ""  # why the last change was not made
        self._snapshot = Snapshot(0, self.state, settings, ())
        self._effects = Effects()

    def step(self, now_ns: int, inbox: Iterable[Inbox]) -> Effects:
        """Take what has happened since the last step; return what is to be done."""
        self._effects = self._response.effects = Effects()
        for item in inbox:
            self._handle_input(now_ns, item)
        self._response.replan(now_ns)
        self._poll(now_ns)
        if self._has_timeline:
            self._transport_history.update(self._transport, now_ns)
        return self._effects

    def deadline_ns(self) -> int | None:
        """Return when the next step is due though nothing happens, or None."""
        dues = [self._morphing.due_ns] if self._morphing is not None else list[int | None]()
        if self.state is not TurnState.STOPPED:
            dues += [
                self._player_due_ns(),
                self._response.next_due_ns(),
                self._timing.click_due_ns(),
            ]
        return min((due for due in dues if due is not None), default=None)

    @property
    def _transport(self) -> Transport:
        """The line by which plans are made."""
        return self._timing.transport

    @property
    def _has_timeline(self) -> bool:
        """Tell whether the line means anything: our own does not before a session begins."""
        return self.state is not TurnState.STOPPED or self._timing.is_external

    def snapshot(self, now_ns: int) -> Snapshot:
        """Return what a window shows."""
        return replace(
            self._snapshot,
            now_ns=now_ns,
            state=self.state,
            settings=self._settings,
            response_latency_ns=self._response.latency_ns,
            notes=self._response.played.notes,
            problem=self._refusal or self._snapshot.problem,
            transport=self._transport if self._has_timeline else Transport(),
            learning=self._controls.learning,
            bindings=self._controls.bindings,
            epochs=self._transport_history.epochs,
            pedals=self._response.played.pedals,
            last_played=self._response.played.last(now_ns, answered=False),
            morph_progress=None if self._morphing is None else self._morphing.progress(now_ns),
            audition_span_ns=self._response.audition_span_ns,
            last_answered=self._response.played.last(now_ns, answered=True),
        )

    @property
    def settings(self) -> Settings:
        """Return how it is to answer now."""
        return self._settings

    @property
    def in_host(self) -> bool:
        """Tell whether a plugin in a host is connected."""
        return bool(self._snapshot.plugins)

    @property
    def output_connected(self) -> bool:
        """Tell whether somebody else's port is connected to our output."""
        return self._snapshot.output_connected

    def record(self, now_ns: int) -> Record:
        """Return all that was played by now, and in whose time."""
        return Record(self._response.played.all_notes, self._transport_history.transports).until(
            now_ns
        )

    # What happens.

    def _handle_input(self, now_ns: int, item: Inbox) -> None:
        match item:
            case protocol.Received(events):
                for stamped in events:
                    self._handle_event(now_ns, stamped)
            case protocol.Emitted():
                self._response.handle_emitted(item)
            case protocol.TransportChanged():
                self._update_transport(now_ns, item)
            case Generated():
                self._response.schedule(now_ns, item, ducked=self._is_ducked(now_ns))
            case protocol.Panic() | Start() | Stop() | HandOver() | End() | Audition():
                self._handle_command(now_ns, item)
            case ChangeSettings() | Morph() | SetBlendPath() | Learn() | Bind():
                self._handle_configuration(now_ns, item)
            case protocol.OpenPorts() | protocol.Inject():
                self._effects.to_io.append(item)
            case Refused(text):
                self._refusal = text
                self._effects.log(now_ns, "refused", text=text)
            case _:
                self._update_io_status(now_ns, item)

    def _handle_command(
        self,
        now_ns: int,
        request: protocol.Panic | Start | Stop | HandOver | End | Audition,
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
                if self._morphing is not None and not self._morphing.has_had(settings.style):
                    self._morphing = None
                self._apply_settings(now_ns, settings)
            case Morph(styles):
                self._morphing = ActiveMorph.start(request, now_ns) if styles else None
            case SetBlendPath(styles):
                self._blend_path = styles
            case Learn(action):
                self._controls.learn(action)
            case Bind(bindings):
                self._controls.bind(bindings)
                for control, _ in bindings:
                    self._release_control(now_ns, control)

    def _update_io_status(self, now_ns: int, status: IoStatus) -> None:
        self._snapshot = with_io_status(self._snapshot, status)
        if (line := log_line(status)) is not None:
            self._effects.log(now_ns, *line)
        if isinstance(status, protocol.Ready):
            self._effects.to_io += self._timing.sync_commands()

    def _transition(self, signal: Signal) -> bool:
        """Change the state if the signal means something in it."""
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
        self._phrase = self._trade_start_tick = None
        self._effects.to_io += self._timing.start(self._settings, now_ns)
        self._realign_composer(now_ns)
        self._effects.to_composer.append(Configure(self._settings))
        self._effects.log(now_ns, "listen")

    def _stop(self, now_ns: int) -> None:
        if self._transition(Signal.STOP):
            self._response.retract(now_ns)
            self._phrase, self._stop_after_audition = None, False
            self._release_player(now_ns)
            self._effects.to_io.append(protocol.Silence())
            self._effects.log(now_ns, "halt")

    def _release_player(self, now_ns: int) -> None:
        """Let go of what the player holds: nobody will hear it come up."""
        if self._player.pedal_down:
            self._response.played.set_pedal(now_ns, down=False)
        for release in self._player.release_all(self._transport.tick_at(now_ns)):
            self._add_note_event(now_ns, release, now_ns)

    def _panic(self, now_ns: int) -> None:
        """Silence everything, and listen as if nothing had been played."""
        self._response.retract(now_ns)
        self._phrase = self._trade_start_tick = None
        self._transition(Signal.DISCONTINUITY)
        self._release_player(now_ns)
        self._effects.to_io.append(protocol.Panic())
        self._timing.rewind_clicks(self._transport.last_tick_at(now_ns))
        self._effects.log(now_ns, "panic")
        if self._stop_after_audition:
            self._stop(now_ns)

    def _end(self, now_ns: int) -> None:
        """Come to an end; what is only recited ends at once."""
        if self._response.audition_span_ns is None:
            self._response.end(now_ns)
            return
        self._response.retract(now_ns)
        self._end_turn(now_ns)

    def _audition(self, now_ns: int, score: Score) -> None:
        """Play a score, in place of whatever goes on."""
        was_stopped = self.state is TurnState.STOPPED or self._stop_after_audition
        if was_stopped:
            self._start(now_ns)
        self._response.retract(now_ns)
        self._transition(Signal.YIELD)
        self._phrase = self._trade_start_tick = None
        self._transition(Signal.HAND_OVER)
        at_ns = now_ns + LEAD_NS + self._settings.time.advance_ns
        self._start_own_clock(at_ns)  # so that our own first bar line is there
        self._stop_after_audition = was_stopped
        line = self._transport
        begin = line.tick_at(at_ns)
        if line.has_bars:
            begin = line.next_grid_line(begin, line.metre.bar_ticks)
        self._response.start_audition(now_ns, score, begin)
        self._effects.log(now_ns, "recite", len(score.notes))

    def _start_own_clock(self, at_ns: int) -> None:
        """Let our own line begin at a time, if it has not begun."""
        if not (self._timing.own_clock_started or self._timing.is_external):
            self._effects.to_io += self._timing.start_own_clock(at_ns)

    def _apply_settings(self, now_ns: int, settings: Settings) -> None:
        if settings.mode is not self._settings.mode:
            self._response.end(now_ns)  # who was to play without an end must have one
        self._settings = self._response.settings = settings
        self._refusal = ""
        self._effects.to_composer.append(Configure(settings))
        self._effects.to_io += self._timing.apply_settings(settings, now_ns)
        if self._phrase is not None:
            self._phrase.pause_reported = False  # what was foreseen may have changed

    def _run_action(self, now_ns: int, triggered: TriggeredAction) -> None:
        """Do what a control asks for."""
        settings = self._settings
        match triggered.action:
            case Action.HAND_OVER:
                self._handle_command(now_ns, HandOver())
            case Action.END:
                self._handle_command(now_ns, End())
            case Action.PANIC:
                self._panic(now_ns)
            case Action.MODE:
                modes = list(Mode)
                following = modes[(modes.index(settings.mode) + 1) % len(modes)]
                self._apply_settings(now_ns, replace(settings, mode=following))
                self._effects.log(now_ns, "mode", text=following.value)
            case Action.BLEND if self._blend_path:
                style = interpolate(self._blend_path, triggered.value / MAX_VALUE)
                self._morphing = None
                self._apply_settings(now_ns, replace(settings, style=style))
            case Action.STYLE | Action.BLEND:
                palette = settings.palette or tuple(name for name, _ in settings.style)
                if palette:
                    self._morphing = None
                    style = style_at(palette, triggered)
                    self._apply_settings(now_ns, replace(settings, style=style, palette=palette))

    # Time.

    def _update_transport(self, now_ns: int, changed: protocol.TransportChanged) -> None:
        """Go by another line; if it is broken, so is what went on."""
        before = self._transport
        self._snapshot = replace(self._snapshot, sync_reason=changed.reason)
        if not self._timing.set_transport(changed.transport):
            if self._phrase is not None and not self._response.is_active:
                self._reset_composer_if_changed(self._phrase)
            return
        self._abandon_turn(now_ns, before)
        if before.source.is_external:  # what was played before had its place in what has gone by
            last = [
                (at, h) for at, h in self._recent_events if at >= now_ns - LOOP_START_TOLERANCE_NS
            ]
            self._recent_events.clear()
            self._recent_events.extend(last)
        self._effects.log(now_ns, "time", text=changed.reason)
        if self.state is not TurnState.STOPPED:
            self._realign_composer(now_ns)
            self._replay_early_notes(now_ns)

    def _abandon_turn(self, now_ns: int, before: Transport) -> None:
        """Leave the answer and the phrase: the time that they were in is over."""
        self._response.abandon(now_ns, before)
        self._phrase = self._trade_start_tick = None
        self._transition(Signal.DISCONTINUITY)
        if self._stop_after_audition:
            self._stop(now_ns)

    def _realign_composer(self, now_ns: int) -> None:
        self._response.reset()
        begin = self._timing.realign(now_ns)
        if begin is not None:
            self._effects.to_composer.append(begin)

    def _reset_composer_if_changed(self, phrase: Phrase) -> None:
        """Let the composer begin anew with a phrase if tempo or metre are others than it knows."""
        begin = self._timing.reset_if_changed(phrase.begin_tick)
        if begin is not None:
            self._effects.to_composer.append(begin)
            if again := tuple(self._timing.to_composer(each) for each in phrase.events):
                self._effects.to_composer.append(PlayerEvents(again))

    def _replay_early_notes(self, now_ns: int) -> None:
        """Take the notes that came just before the host began for its first."""
        line = self._transport
        if not line.source.is_external:
            return
        early = [
            (at, h) for at, h in self._recent_events if at >= line.time_ns - HOST_START_TOLERANCE_NS
        ]
        self._recent_events.clear()
        for at_ns, happening in early:
            tick = max(line.tick, line.tick_at(at_ns))
            self._add_note_event(now_ns, replace(happening, tick=tick), at_ns, replayed=True)

    # The player.

    def _handle_event(self, now_ns: int, stamped: TimedEvent) -> None:
        heard = self._controls.process(stamped.event)
        if heard.learned is not None:
            self._release_control(stamped.time_ns, heard.learned)
        if heard.triggered is not None:
            self._run_action(now_ns, heard.triggered)
        if not heard.is_control:
            self._handle_player_event(now_ns, stamped)

    def _release_control(self, now_ns: int, control: Control) -> None:
        """End what was music until now: it may be down, and its release will be a control's."""
        self._handle_player_event(now_ns, TimedEvent(now_ns, control.release))

    def _handle_player_event(self, now_ns: int, stamped: TimedEvent) -> None:
        self._player.set_program(stamped.event)
        if self.state is TurnState.STOPPED:
            return
        if self._phrase is not None:
            self._phrase.mark_activity(stamped.time_ns)
        if not (self._timing.own_clock_started or self._timing.is_external):
            if not isinstance(stamped.event, NoteOn):
                self._to_note_events(stamped)  # a pedal may be down already
                return
            self._effects.to_io += self._timing.start_own_clock(stamped.time_ns)
        for happening in self._to_note_events(stamped):
            self._add_note_event(now_ns, happening, stamped.time_ns)

    def _to_note_events(self, stamped: TimedEvent) -> list[NoteEvent]:
        """Return what an event means in the music; a pedal is shown, too."""
        before = self._player.pedal_down
        happenings = self._player.handle_event(stamped, self._transport)
        if self._player.pedal_down is not before:
            self._response.played.set_pedal(stamped.time_ns, down=not before)
        return happenings

    def _add_note_event(
        self, now_ns: int, event: NoteEvent, at_ns: int, *, replayed: bool = False
    ) -> None:
        """Take what the player does into the phrase and to the composer; shown it is once."""
        placed = event.instrument, event.pitch
        self._recent_events.append((at_ns, event))
        if isinstance(event, Release):
            self._response.played.end(placed, at_ns)
        else:
            if not replayed:
                self._response.played.add(RollNote(*placed, event.velocity, at_ns))
            place = self._transport.format_position(event.tick)
            self._effects.log(at_ns, "played", event.pitch, place)
            if self.state is TurnState.ANSWERING and self._yields_to_player:
                self._response.retract(now_ns)
                self._transition(Signal.YIELD)
            self._stop_after_audition = False
            self._transition(Signal.NOTE)
            if self._phrase is None:
                tick = self._turn_start(event.tick)
                self._phrase = Phrase.start(at_ns, tick)
                if not self._response.is_active:
                    self._reset_composer_if_changed(self._phrase)
        if self._phrase is not None:
            self._phrase.add(event, at_ns)
        told = self._timing.to_composer(event)
        if self._response.is_active and not self._yields_to_player:
            self._response.add_player_event(told)
        else:
            self._effects.to_composer.append(PlayerEvents((told,)))

    @property
    def _yields_to_player(self) -> bool:
        """Tell whether a note of the player's ends the answer; whoever trades keeps to the form."""
        settings = self._settings
        keeps_form = settings.mode in (Mode.TRADE, Mode.ACCOMPANY)
        yields = settings.re_entry is ReEntry.YIELD and not keeps_form
        return yields or self._response.audition_span_ns is not None

    def _turn_start(self, tick: int) -> int:
        """Return since when it has been the player's turn, who begins to play at a tick."""
        since, self._trade_start_tick = self._trade_start_tick, None
        if since is None or self._settings.mode is not Mode.TRADE:
            return tick
        bars = self._settings.bars or turns.TRADED_BARS
        is_over = tick >= since + bars * self._transport.metre.bar_ticks
        return tick if is_over else since

    # The turn.

    def _hand_over_due_ns(self, phrase: Phrase) -> int | None:
        """Return when the turn passes, if nothing more is played; None: it does not."""
        if self._settings.mode is Mode.ACCOMPANY:
            return phrase.begin_ns
        line = turns.trade_end_tick(phrase, self._settings, self._transport)
        if line is not None:
            return self._transport.ns_at(line) - BAR_LEAD_NS - self._settings.time.advance_ns
        return self._player.silence_end_ns(phrase) if self._settings.by_silence else None

    def _player_due_ns(self) -> int | None:
        phrase = self._phrase
        if self.state is not TurnState.PLAYER or phrase is None:
            return None
        passes = self._hand_over_due_ns(phrase)
        if phrase.pause_reported:
            return passes
        pause = phrase.last_event_ns + PAUSE_NS
        return pause if passes is None else min(pause, passes)

    def _poll(self, now_ns: int) -> None:
        if self._morphing is not None and now_ns >= self._morphing.due_ns:
            self._step_morph(now_ns, self._morphing)
        phrase = self._phrase
        if self.state is TurnState.PLAYER and phrase is not None:
            passes = self._hand_over_due_ns(phrase)
            if passes is not None and now_ns >= passes:
                self._hand_over(now_ns, passes)
            elif not phrase.pause_reported and now_ns >= phrase.last_event_ns + PAUSE_NS:
                self._notify_pause(phrase, passes)
        if self.state is TurnState.ANSWERING:
            self._poll_response(now_ns)
        if self.state is not TurnState.STOPPED and (clicks := self._timing.clicks(now_ns)):
            self._effects.to_io.append(protocol.Play(clicks))

    def _step_morph(self, now_ns: int, morphing: ActiveMorph) -> None:
        """Take a step of a morph."""
        stepped = morphing.stepped(now_ns)
        self._apply_settings(now_ns, replace(self._settings, style=stepped.style))
        self._morphing = None if stepped.progress(now_ns) == 1 else stepped

    def _notify_pause(self, phrase: Phrase, hand_over_ns: int | None) -> None:
        """Let the composer use a pause: it may be the one that hands over, or a key is held."""
        phrase.pause_reported = True
        if hand_over_ns is None:
            tick = self._transport.tick_at(phrase.last_event_ns) + 1 + self._timing.composer_offset
            self._effects.to_composer.append(Advance(tick))
        else:
            turn = turns.next_turn(phrase, self._settings, self._transport, hand_over_ns)
            self._effects.to_composer.append(
                Speculate(self._response.generate_request(phrase, turn))
            )

    def _hand_over(self, now_ns: int, wanted_ns: int, *, on_request: bool = False) -> None:
        phrase = self._phrase
        if on_request and self.state is TurnState.LISTENING:
            phrase = self._empty_phrase(now_ns)
        if phrase is None or not self._transition(Signal.HAND_OVER):
            return
        self._reset_composer_if_changed(phrase)
        turn = turns.next_turn(
            phrase, self._settings, self._transport, wanted_ns, on_request=on_request
        )
        if not self._transport.has_bars and (behind := self._timing.reported_tick - turn.begin) > 0:
            turn = turns.Turn(turn.begin + behind, turn.end + behind)
        ready_ns = now_ns + LEAD_NS + self._settings.time.advance_ns
        lacking_ns = ready_ns - self._transport.ns_at(turn.begin)
        if not self._transport.has_bars:
            self._effects.to_io += self._timing.shift(lacking_ns)
        elif lacking_ns > LEAD_NS - MARGIN_NS:
            # The line has been missed: the machine was busy. A loop waits for the next.
            if self._settings.mode is Mode.LOOP:
                turn = turns.next_turn(phrase, self._settings, self._transport, now_ns)
            else:
                turn = replace(turn, begin=self._transport.tick_at(ready_ns))
        self._phrase = self._trade_start_tick = None
        self._response.start(now_ns, phrase, turn)
        self._effects.log(now_ns, "hand-over", now_ns - wanted_ns)

    def _empty_phrase(self, now_ns: int) -> Phrase:
        """Return the phrase of a player who lets the other begin."""
        self._start_own_clock(now_ns)
        return Phrase.start(now_ns, self._transport.tick_at(now_ns))

    def _poll_response(self, now_ns: int) -> None:
        """Let the answer go on; when it is over, it is the player's turn."""
        if self._response.is_player_resting(now_ns):
            self._phrase = None
            self._response.end(now_ns)
        end_tick, recited = self._response.end_tick, self._response.audition_span_ns is not None
        if not self._response.poll(now_ns):
            return
        if self._settings.mode is Mode.TRADE and not recited:
            self._trade_start_tick = end_tick
        self._end_turn(now_ns)

    def _end_turn(self, now_ns: int) -> None:
        """Give the turn back to the player, or stop, if only something was to be recited."""
        self._transition(Signal.FINISHED)
        self._effects.log(now_ns, "finished")
        if self._stop_after_audition:
            self._stop(now_ns)
        if self._phrase is not None:  # the player has begun already
            self._phrase.begin_tick = self._turn_start(self._phrase.begin_tick)
            self._transition(Signal.NOTE)

    def _is_ducked(self, now_ns: int) -> bool:
        ducks = self._settings.re_entry is ReEntry.DUCK
        return ducks and now_ns - self._player.last_event_ns < SECOND and self._phrase is not None
