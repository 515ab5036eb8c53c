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

from bridge.history.record import Lines, Record
from bridge.messages.composer import Arrange, Composed, Elapse, Foresee, Happening, Hear, Release
from bridge.messages.requests import (
    Bind,
    BlendAlong,
    Change,
    Finish,
    Halt,
    HandOver,
    Learn,
    Listen,
    Morph,
    Recite,
    Refused,
    Request,
)
from bridge.messages.settings import Mode, ReEntry, Settings, Style
from bridge.messages.snapshot import RollNote, Snapshot, State
from bridge.midi.controls import HIGHEST, Action, Control, Controls, Used, style_at
from bridge.midi.events import NoteOn, Stamped
from bridge.playout import protocol
from bridge.session import turns
from bridge.session.effects import Outcome
from bridge.session.io_status import News, informed, told
from bridge.session.morph import Morphing, between
from bridge.session.player import MS, SECOND, Phrase, Player
from bridge.session.response import MARGIN_NS, Answering
from bridge.session.timing import Timing
from bridge.session.turns import LEAD_NS, LINE_LEAD_NS
from bridge.sync.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.midi.notes import Score

Inbox = protocol.FromIo | Composed | Refused | Request
"""What a session is stepped with."""

PAUSE_NS = 80 * MS
"""After so long the composer may take it that the player pauses."""
EARLY_NS = 60 * MS
"""Hosts send their first notes so long before they say that they play."""
LAST_NS = 25 * MS
"""A loop's first note comes so long before the host says that it has come round."""


class Signal(enum.Enum):
    """What may change the state."""

    LISTEN = enum.auto()
    NOTE = enum.auto()
    HAND_OVER = enum.auto()
    YIELD = enum.auto()
    FINISHED = enum.auto()
    BROKEN = enum.auto()
    HALT = enum.auto()


TRANSITIONS: dict[State, dict[Signal, State]] = {
    State.STOPPED: {Signal.LISTEN: State.LISTENING},
    State.LISTENING: {
        Signal.NOTE: State.HEARING,
        Signal.HAND_OVER: State.ANSWERING,  # out of nothing
        Signal.HALT: State.STOPPED,
    },
    State.HEARING: {
        Signal.HAND_OVER: State.ANSWERING,
        Signal.BROKEN: State.LISTENING,  # the host has stopped or jumped
        Signal.HALT: State.STOPPED,
    },
    State.ANSWERING: {
        Signal.YIELD: State.LISTENING,  # the player comes back in
        Signal.FINISHED: State.LISTENING,
        Signal.BROKEN: State.LISTENING,
        Signal.HALT: State.STOPPED,
    },
}


class Session:
    """Decides, from what has happened, what is to be done."""

    def __init__(self, settings: Settings) -> None:
        self.state = State.STOPPED
        self._settings = settings
        self._player, self._controls = Player(), Controls()
        self._timing = Timing(settings)
        self._answering = Answering(settings, self._timing, self._player)
        self._lines = Lines()
        self._phrase: Phrase | None = None
        self._trading_from: int | None = None  # the tick since which it is the player's turn
        self._recent: deque[tuple[int, Happening]] = deque(maxlen=32)
        self._morphing: Morphing | None = None
        self._blended_along: tuple[Style, ...] = ()
        self._stops_after = False  # what is recited
        self._refusal = ""  # why the last change was not made
        self._view = Snapshot(0, self.state, settings, ())
        self._out = Outcome()

    def step(self, now_ns: int, inbox: Iterable[Inbox]) -> Outcome:
        """Take what has happened since the last step; return what is to be done."""
        self._out = self._answering.out = Outcome()
        for item in inbox:
            self._take(now_ns, item)
        self._answering.amend(now_ns)
        self._pass_time(now_ns)
        if self._keeps_time:
            self._lines.follow(self._transport, now_ns)
        return self._out

    def deadline_ns(self) -> int | None:
        """Return when the next step is due though nothing happens, or None."""
        dues = [self._morphing.due_ns] if self._morphing is not None else list[int | None]()
        if self.state is not State.STOPPED:
            dues += [self._hearing_due_ns(), self._answering.due_ns(), self._timing.click_due_ns()]
        return min((due for due in dues if due is not None), default=None)

    @property
    def _transport(self) -> Transport:
        """The line by which plans are made."""
        return self._timing.transport

    @property
    def _keeps_time(self) -> bool:
        """Tell whether the line means anything: our own does not before a session begins."""
        return self.state is not State.STOPPED or self._timing.followed

    def snapshot(self, now_ns: int) -> Snapshot:
        """Return what a window shows."""
        return replace(
            self._view,
            now_ns=now_ns,
            state=self.state,
            settings=self._settings,
            hand_over_ns=self._answering.hand_over_ns,
            notes=self._answering.played.notes,
            problem=self._refusal or self._view.problem,
            transport=self._transport if self._keeps_time else Transport(),
            learning=self._controls.learning,
            bindings=self._controls.bindings,
            epochs=self._lines.epochs,
            pedals=self._answering.played.pedals,
            last_played=self._answering.played.last(now_ns, answered=False),
            morphing=None if self._morphing is None else self._morphing.done(now_ns),
            recital=self._answering.recital_ns,
            last_answered=self._answering.played.last(now_ns, answered=True),
        )

    @property
    def settings(self) -> Settings:
        """Return how it is to answer now."""
        return self._settings

    @property
    def in_host(self) -> bool:
        """Tell whether a plugin in a host is connected."""
        return bool(self._view.plugins)

    @property
    def patched(self) -> bool:
        """Tell whether somebody else's port is connected to our output."""
        return self._view.patched

    def record(self, now_ns: int) -> Record:
        """Return all that was played by now, and in whose time."""
        return Record(self._answering.played.all_notes, self._lines.held).until(now_ns)

    # What happens.

    def _take(self, now_ns: int, item: Inbox) -> None:
        match item:
            case protocol.Received(events):
                for stamped in events:
                    self._hear(now_ns, stamped)
            case protocol.Emitted():
                self._answering.note_sent(item)
            case protocol.Moved():
                self._follow(now_ns, item)
            case Composed():
                self._answering.plan(now_ns, item, softly=self._is_ducked(now_ns))
            case protocol.Panic() | Listen() | Halt() | HandOver() | Finish() | Recite():
                self._do(now_ns, item)
            case Change() | Morph() | BlendAlong() | Learn() | Bind():
                self._arrange(now_ns, item)
            case protocol.OpenPorts() | protocol.Inject():
                self._out.to_io.append(item)
            case Refused(text):
                self._refusal = text
                self._out.tell(now_ns, "refused", text=text)
            case _:
                self._show(now_ns, item)

    def _do(
        self,
        now_ns: int,
        request: protocol.Panic | Listen | Halt | HandOver | Finish | Recite,
    ) -> None:
        match request:
            case Listen():
                self._begin(now_ns)
            case Halt():
                self._halt(now_ns)
            case HandOver():
                self._hand_over(now_ns, now_ns, asked=True)
            case Finish():
                self._finish(now_ns)
            case Recite(score):
                self._recite(now_ns, score)
            case protocol.Panic():
                self._panic(now_ns)

    def _arrange(self, now_ns: int, request: Change | Morph | BlendAlong | Learn | Bind) -> None:
        match request:
            case Change(settings):
                if self._morphing is not None and not self._morphing.has_been(settings.style):
                    self._morphing = None
                self._change(now_ns, settings)
            case Morph(styles):
                self._morphing = Morphing.beginning(request, now_ns) if styles else None
            case BlendAlong(styles):
                self._blended_along = styles
            case Learn(action):
                self._controls.learn(action)
            case Bind(bindings):
                self._controls.bind(bindings)
                for control, _ in bindings:
                    self._let_go(now_ns, control)

    def _show(self, now_ns: int, news: News) -> None:
        self._view = informed(self._view, news)
        if (line := told(news)) is not None:
            self._out.tell(now_ns, *line)
        if isinstance(news, protocol.Ready):
            self._out.to_io += self._timing.demands()

    def _signal(self, signal: Signal) -> bool:
        """Change the state if the signal means something in it."""
        following = TRANSITIONS[self.state].get(signal)
        if following is None:
            return False
        self.state = following
        return True

    # What is asked for.

    def _begin(self, now_ns: int) -> None:
        if not self._signal(Signal.LISTEN):
            return
        self._player.clear()
        self._phrase = self._trading_from = None
        self._out.to_io += self._timing.begin(self._settings, now_ns)
        self._reframe(now_ns)
        self._out.to_composer.append(Arrange(self._settings))
        self._out.tell(now_ns, "listen")

    def _halt(self, now_ns: int) -> None:
        if self._signal(Signal.HALT):
            self._answering.withdraw(now_ns)
            self._phrase, self._stops_after = None, False
            self._release_player(now_ns)
            self._out.to_io.append(protocol.Silence())
            self._out.tell(now_ns, "halt")

    def _release_player(self, now_ns: int) -> None:
        """Let go of what the player holds: nobody will hear it come up."""
        if self._player.pedal_down:
            self._answering.played.hold_pedal(now_ns, down=False)
        for release in self._player.let_go(self._transport.tick_at(now_ns)):
            self._heard(now_ns, release, now_ns)

    def _panic(self, now_ns: int) -> None:
        """Silence everything, and listen as if nothing had been played."""
        self._answering.withdraw(now_ns)
        self._phrase = self._trading_from = None
        self._signal(Signal.BROKEN)
        self._release_player(now_ns)
        self._out.to_io.append(protocol.Panic())
        self._timing.click_again(self._transport.passed(now_ns))
        self._out.tell(now_ns, "panic")
        if self._stops_after:
            self._halt(now_ns)

    def _finish(self, now_ns: int) -> None:
        """Come to an end; what is only recited ends at once."""
        if self._answering.recital_ns is None:
            self._answering.conclude(now_ns)
            return
        self._answering.withdraw(now_ns)
        self._end_turn(now_ns)

    def _recite(self, now_ns: int, score: Score) -> None:
        """Play a score, in place of whatever goes on."""
        was_stopped = self.state is State.STOPPED or self._stops_after
        if was_stopped:
            self._begin(now_ns)
        self._answering.withdraw(now_ns)
        self._signal(Signal.YIELD)
        self._phrase = self._trading_from = None
        self._signal(Signal.HAND_OVER)
        at_ns = now_ns + LEAD_NS + self._settings.time.advance_ns
        self._set_off(at_ns)  # so that our own first bar line is there
        self._stops_after = was_stopped
        line = self._transport
        begin = line.tick_at(at_ns)
        if line.grid:
            begin = line.next_line(begin, line.metre.bar_ticks)
        self._answering.recite(now_ns, score, begin)
        self._out.tell(now_ns, "recite", len(score.notes))

    def _set_off(self, at_ns: int) -> None:
        """Let our own line begin at a time, if it has not begun."""
        if not (self._timing.begun or self._timing.followed):
            self._out.to_io += self._timing.set_off(at_ns)

    def _change(self, now_ns: int, settings: Settings) -> None:
        if settings.mode is not self._settings.mode:
            self._answering.conclude(now_ns)  # who was to play without an end must have one
        self._settings = self._answering.settings = settings
        self._refusal = ""
        self._out.to_composer.append(Arrange(settings))
        self._out.to_io += self._timing.change(settings, now_ns)
        if self._phrase is not None:
            self._phrase.pause_told = False  # what was foreseen may have changed

    def _use(self, now_ns: int, used: Used) -> None:
        """Do what a control asks for."""
        settings = self._settings
        match used.action:
            case Action.HAND_OVER:
                self._do(now_ns, HandOver())
            case Action.END:
                self._do(now_ns, Finish())
            case Action.PANIC:
                self._panic(now_ns)
            case Action.MODE:
                modes = list(Mode)
                following = modes[(modes.index(settings.mode) + 1) % len(modes)]
                self._change(now_ns, replace(settings, mode=following))
                self._out.tell(now_ns, "mode", text=following.value)
            case Action.BLEND if self._blended_along:
                style = between(self._blended_along, used.value / HIGHEST)
                self._morphing = None
                self._change(now_ns, replace(settings, style=style))
            case Action.STYLE | Action.BLEND:
                palette = settings.palette or tuple(name for name, _ in settings.style)
                if palette:
                    self._morphing = None
                    style = style_at(palette, used)
                    self._change(now_ns, replace(settings, style=style, palette=palette))

    # Time.

    def _follow(self, now_ns: int, moved: protocol.Moved) -> None:
        """Go by another line; if it is broken, so is what went on."""
        before = self._transport
        self._view = replace(self._view, following=moved.reason)
        if not self._timing.follow(moved.transport):
            if self._phrase is not None and not self._answering.goes_on:
                self._renew_frame(self._phrase)
            return
        self._break_off(now_ns, before)
        if before.source.followed:  # what was played before had its place in what has gone by
            last = [(at, h) for at, h in self._recent if at >= now_ns - LAST_NS]
            self._recent.clear()
            self._recent.extend(last)
        self._out.tell(now_ns, "time", text=moved.reason)
        if self.state is not State.STOPPED:
            self._reframe(now_ns)
            self._hear_early_notes(now_ns)

    def _break_off(self, now_ns: int, before: Transport) -> None:
        """Leave the answer and the phrase: the time that they were in is over."""
        self._answering.break_off(now_ns, before)
        self._phrase = self._trading_from = None
        self._signal(Signal.BROKEN)
        if self._stops_after:
            self._halt(now_ns)

    def _reframe(self, now_ns: int) -> None:
        self._answering.begin_anew()
        begin = self._timing.reframe(now_ns)
        if begin is not None:
            self._out.to_composer.append(begin)

    def _renew_frame(self, phrase: Phrase) -> None:
        """Let the composer begin anew with a phrase if tempo or metre are others than it knows."""
        begin = self._timing.renew(phrase.begin_tick)
        if begin is not None:
            self._out.to_composer.append(begin)
            if again := tuple(self._timing.composers(each) for each in phrase.happenings):
                self._out.to_composer.append(Hear(again))

    def _hear_early_notes(self, now_ns: int) -> None:
        """Take the notes that came just before the host began for its first."""
        line = self._transport
        if not line.source.followed:
            return
        early = [(at, h) for at, h in self._recent if at >= line.time_ns - EARLY_NS]
        self._recent.clear()
        for at_ns, happening in early:
            tick = max(line.tick, line.tick_at(at_ns))
            self._heard(now_ns, replace(happening, tick=tick), at_ns, again=True)

    # The player.

    def _hear(self, now_ns: int, stamped: Stamped) -> None:
        heard = self._controls.take(stamped.event)
        if heard.learned is not None:
            self._let_go(stamped.time_ns, heard.learned)
        if heard.used is not None:
            self._use(now_ns, heard.used)
        if not heard.is_control:
            self._hear_music(now_ns, stamped)

    def _let_go(self, now_ns: int, control: Control) -> None:
        """End what was music until now: it may be down, and its release will be a control's."""
        self._hear_music(now_ns, Stamped(now_ns, control.release))

    def _hear_music(self, now_ns: int, stamped: Stamped) -> None:
        self._player.note_program(stamped.event)
        if self.state is State.STOPPED:
            return
        if self._phrase is not None:
            self._phrase.touch(stamped.time_ns)
        if not (self._timing.begun or self._timing.followed):
            if not isinstance(stamped.event, NoteOn):
                self._meant_by(stamped)  # a pedal may be down already
                return
            self._out.to_io += self._timing.set_off(stamped.time_ns)
        for happening in self._meant_by(stamped):
            self._heard(now_ns, happening, stamped.time_ns)

    def _meant_by(self, stamped: Stamped) -> list[Happening]:
        """Return what an event means in the music; a pedal is shown, too."""
        before = self._player.pedal_down
        happenings = self._player.hear(stamped, self._transport)
        if self._player.pedal_down is not before:
            self._answering.played.hold_pedal(stamped.time_ns, down=not before)
        return happenings

    def _heard(self, now_ns: int, happening: Happening, at_ns: int, *, again: bool = False) -> None:
        """Take what the player does into the phrase and to the composer; shown it is once."""
        placed = happening.instrument, happening.pitch
        self._recent.append((at_ns, happening))
        if isinstance(happening, Release):
            self._answering.played.end(placed, at_ns)
        else:
            if not again:
                self._answering.played.begin(RollNote(*placed, happening.velocity, at_ns))
            place = self._transport.told(happening.tick)
            self._out.tell(at_ns, "played", happening.pitch, place)
            if self.state is State.ANSWERING and self._yields:
                self._answering.withdraw(now_ns)
                self._signal(Signal.YIELD)
            self._stops_after = False
            self._signal(Signal.NOTE)
            if self._phrase is None:
                tick = self._turn_since(happening.tick)
                self._phrase = Phrase.beginning(at_ns, tick)
                if not self._answering.goes_on:
                    self._renew_frame(self._phrase)
        if self._phrase is not None:
            self._phrase.take(happening, at_ns)
        told = self._timing.composers(happening)
        if self._answering.goes_on and not self._yields:
            self._answering.take_in(told)
        else:
            self._out.to_composer.append(Hear((told,)))

    @property
    def _yields(self) -> bool:
        """Tell whether a note of the player's ends the answer; whoever trades keeps to the form."""
        settings = self._settings
        keeps_form = settings.mode in (Mode.TRADE, Mode.ACCOMPANY)
        yields = settings.re_entry is ReEntry.YIELD and not keeps_form
        return yields or self._answering.recital_ns is not None

    def _turn_since(self, tick: int) -> int:
        """Return since when it has been the player's turn, who begins to play at a tick."""
        since, self._trading_from = self._trading_from, None
        if since is None or self._settings.mode is not Mode.TRADE:
            return tick
        bars = self._settings.bars or turns.TRADED_BARS
        is_over = tick >= since + bars * self._transport.metre.bar_ticks
        return tick if is_over else since

    # The turn.

    def _passes_ns(self, phrase: Phrase) -> int | None:
        """Return when the turn passes, if nothing more is played; None: it does not."""
        if self._settings.mode is Mode.ACCOMPANY:
            return phrase.begin_ns
        line = turns.passes_at_line(phrase, self._settings, self._transport)
        if line is not None:
            return self._transport.ns_at(line) - LINE_LEAD_NS - self._settings.time.advance_ns
        return self._player.silence_ends_ns(phrase) if self._settings.by_silence else None

    def _hearing_due_ns(self) -> int | None:
        phrase = self._phrase
        if self.state is not State.HEARING or phrase is None:
            return None
        passes = self._passes_ns(phrase)
        if phrase.pause_told:
            return passes
        pause = phrase.last_event_ns + PAUSE_NS
        return pause if passes is None else min(pause, passes)

    def _pass_time(self, now_ns: int) -> None:
        if self._morphing is not None and now_ns >= self._morphing.due_ns:
            self._morph(now_ns, self._morphing)
        phrase = self._phrase
        if self.state is State.HEARING and phrase is not None:
            passes = self._passes_ns(phrase)
            if passes is not None and now_ns >= passes:
                self._hand_over(now_ns, passes)
            elif not phrase.pause_told and now_ns >= phrase.last_event_ns + PAUSE_NS:
                self._tell_pause(phrase, passes)
        if self.state is State.ANSWERING:
            self._go_on(now_ns)
        if self.state is not State.STOPPED and (clicks := self._timing.clicks(now_ns)):
            self._out.to_io.append(protocol.Play(clicks))

    def _morph(self, now_ns: int, morphing: Morphing) -> None:
        """Take a step of a morph."""
        stepped = morphing.stepped(now_ns)
        self._change(now_ns, replace(self._settings, style=stepped.style))
        self._morphing = None if stepped.done(now_ns) == 1 else stepped

    def _tell_pause(self, phrase: Phrase, passes_ns: int | None) -> None:
        """Let the composer use a pause: it may be the one that hands over, or a key is held."""
        phrase.pause_told = True
        if passes_ns is None:
            tick = self._transport.tick_at(phrase.last_event_ns) + 1 + self._timing.base
            self._out.to_composer.append(Elapse(tick))
        else:
            turn = turns.turn(phrase, self._settings, self._transport, passes_ns)
            self._out.to_composer.append(Foresee(self._answering.asked(phrase, turn)))

    def _hand_over(self, now_ns: int, wanted_ns: int, *, asked: bool = False) -> None:
        phrase = self._phrase
        if asked and self.state is State.LISTENING:
            phrase = self._out_of_nothing(now_ns)
        if phrase is None or not self._signal(Signal.HAND_OVER):
            return
        self._renew_frame(phrase)
        turn = turns.turn(phrase, self._settings, self._transport, wanted_ns, asked=asked)
        if not self._transport.grid and (behind := self._timing.told_tick - turn.begin) > 0:
            turn = turns.Turn(turn.begin + behind, turn.end + behind)
        ready_ns = now_ns + LEAD_NS + self._settings.time.advance_ns
        lacking_ns = ready_ns - self._transport.ns_at(turn.begin)
        if not self._transport.grid:
            self._out.to_io += self._timing.shift(lacking_ns)
        elif lacking_ns > LEAD_NS - MARGIN_NS:
            # The line has been missed: the machine was busy. A loop waits for the next.
            if self._settings.mode is Mode.LOOP:
                turn = turns.turn(phrase, self._settings, self._transport, now_ns)
            else:
                turn = replace(turn, begin=self._transport.tick_at(ready_ns))
        self._phrase = self._trading_from = None
        self._answering.ask(now_ns, phrase, turn)
        self._out.tell(now_ns, "hand-over", now_ns - wanted_ns)

    def _out_of_nothing(self, now_ns: int) -> Phrase:
        """Return the phrase of a player who lets the other begin."""
        self._set_off(now_ns)
        return Phrase.beginning(now_ns, self._transport.tick_at(now_ns))

    def _go_on(self, now_ns: int) -> None:
        """Let the answer go on; when it is over, it is the player's turn."""
        if self._answering.is_left_alone(now_ns):
            self._phrase = None
            self._answering.conclude(now_ns)
        end_tick, recited = self._answering.end_tick, self._answering.recital_ns is not None
        if not self._answering.go_on(now_ns):
            return
        if self._settings.mode is Mode.TRADE and not recited:
            self._trading_from = end_tick
        self._end_turn(now_ns)

    def _end_turn(self, now_ns: int) -> None:
        """Give the turn back to the player, or stop, if only something was to be recited."""
        self._signal(Signal.FINISHED)
        self._out.tell(now_ns, "finished")
        if self._stops_after:
            self._halt(now_ns)
        if self._phrase is not None:  # the player has begun already
            self._phrase.begin_tick = self._turn_since(self._phrase.begin_tick)
            self._signal(Signal.NOTE)

    def _is_ducked(self, now_ns: int) -> bool:
        ducks = self._settings.re_entry is ReEntry.DUCK
        return ducks and now_ns - self._player.last_event_ns < SECOND and self._phrase is not None
