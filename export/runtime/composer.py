"""The composer: reads the music, and decides what Antiphon plays.

All music goes into one stream of tokens. The player's notes are appended as they happen, so that
the network has read them by the hand-over. The answer is appended as it is decided. During a pause
an answer is generated before it is requested (`export.runtime.speculation`). When part of an answer
is retracted, the stream returns to the last token that has sounded, and the notes that sound there
are ended.

When both play at once, the answer runs ahead of the player. The network then continues the
player's instruments too: it *imagines* the player, and the answer fits what it imagines. When the
player has really played, the stream returns to that tick, replaces what was imagined by what was
played, and keeps the part of the answer that still stands. The rest is decided again.

Nothing here waits or reads a clock. `Composer` does one piece of work at a time;
`export.runtime.composer_thread` runs it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.messages.composer import (
    Advance,
    Configure,
    EndTake,
    Extend,
    Generate,
    Generated,
    NoteEvent,
    PlayerEvents,
    Replan,
    Reset,
    Retract,
    Speculate,
    ToComposer,
)
from bridge.messages.settings import Settings
from export.runtime.answer import Answer, GeneratedAnswer, ScriptedAnswer
from export.runtime.fork import Fork
from export.runtime.player_notes import PlayerNotes
from export.runtime.speculation import Speculation
from export.runtime.stream import Stream, event_of
from export.runtime.take import Take
from model.tokens.tokenizer import live_header_tokens

if TYPE_CHECKING:
    from bridge.midi.instruments import Instrument
    from export.runtime.artefact import Artefact
    from export.runtime.decoder import Decoder

_READ_AT_ONCE = 32
"""Tokens that are read between two checks for messages: some milliseconds."""
_READ_WITH_THE_FIRST = 8
"""Up to this many unread tokens are read together with deciding the first note."""
_MIN_FREE_TOKENS = 128
"""Free tokens that the cache must have before candidates are started."""
_IDLE_FREE_SHARE = 8
"""With less than an eighth of the cache free, it slides when there is nothing else to do."""


class Composer:
    """Reads the player's notes, speculates, generates and retracts."""

    def __init__(self, artefact: Artefact, decoder: Decoder) -> None:
        self._artefact, self._decoder = artefact, decoder
        self._settings = Settings()
        self._grid = False  # whether the music has beats and bars
        self._stream = Stream(decoder)
        self._idle_room = decoder.cache.capacity // _IDLE_FREE_SHARE
        self._fork = Fork(decoder, 1)
        self._player = PlayerNotes()
        self._speculation: Speculation | None = None
        self._answer: Answer | None = None
        self._delayed: list[NoteEvent] = []  # what the player did while the answer ran ahead

    @property
    def tokens(self) -> list[int]:
        """The music of both, as the network reads it."""
        return self._stream.tokens

    @property
    def unread(self) -> int:
        """The number of tokens that the network has not read yet."""
        return self._stream.unread

    @property
    def is_busy(self) -> bool:
        """Whether `step` has something to do."""
        return self._has_work or not self._stream.has_room(self._idle_room)

    @property
    def _has_work(self) -> bool:
        answer = self._answer
        if answer is None or not answer.goes_on:
            speculation = self._speculation
            undecided = speculation is not None and not speculation.chosen
            return self._stream.unread > 0 or undecided
        if isinstance(answer, ScriptedAnswer):
            return True
        tick = self._stream.tick
        return tick < answer.until_tick or tick >= answer.take.end_tick

    def receive(self, message: ToComposer) -> None:
        """Apply a message; `step` does the work that follows from it."""
        match message:
            case Reset():
                self._reset(message)
            case Configure(settings):
                self._configure(settings)
            case PlayerEvents(events):
                self._add_player_events(events)
            case Advance(tick):
                self._advance(tick)
            case Speculate(compose):
                self._speculate(compose)
            case Generate():
                self._start_answer(message)
            case _ if self._answer is not None and self._answer.asked.take == message.take:
                self._change_answer(message, self._answer)

    def _change_answer(self, message: Extend | Replan | EndTake | Retract, answer: Answer) -> None:
        match message:
            case Extend(_, until_tick):
                if isinstance(answer, GeneratedAnswer):
                    answer.until_tick = until_tick
            case Replan():
                self._replan(message, answer)
            case EndTake(_, end_tick):
                answer.end_at(end_tick)
                self._stream.end_tick = end_tick
            case Retract(_, tick):
                self._retract(tick)

    def step(self) -> Generated | None:
        """Do one piece of work.

        Read some tokens, or decide the next ones. Return the events that have been decided, if any.
        """
        answer = self._answer
        if not self._has_work:
            self._stream.make_room(self._idle_room)
            return None
        if isinstance(answer, ScriptedAnswer) and answer.pending is not None:
            events, answer.pending = answer.pending, None
            return Generated(answer.asked.take, events, done=True, plan=answer.plan)
        if isinstance(answer, GeneratedAnswer) and not answer.done:
            if self._stream.unread > _READ_WITH_THE_FIRST:
                self._stream.read(self._stream.unread)
                return None
            return self._decide_tick(answer)
        if self._stream.unread:
            self._stream.read(_READ_AT_ONCE)
        elif self._speculation is not None and not self._speculation.chosen:
            self._speculation.work()
        return None

    def _reset(self, reset: Reset) -> None:
        self._answer = self._speculation = None
        self._player = PlayerNotes()
        self._delayed.clear()
        self._grid = reset.bpm is not None
        self._stream.reset(live_header_tokens(reset.bpm, reset.metre))
        self._stream.append_events(reset.past)

    def _configure(self, settings: Settings) -> None:
        self._settings = settings
        if isinstance(self._answer, GeneratedAnswer):
            self._answer.take.configure(settings)
        self._decoder.set_style(self._artefact.blend(dict(settings.style), settings.style_strength))
        candidates = min(settings.candidates, self._decoder.cache.rows)
        if candidates != len(self._fork.lengths):
            self._fork = Fork(self._decoder, candidates)
        if self._speculation is not None:  # the new style gives another answer
            asked, self._speculation = self._speculation.asked, None
            self._stream.drop_speculation()
            self._speculate(asked)

    # The player.

    @property
    def _answers(self) -> bool:
        """Whether an answer is being decided, ahead of the player's notes."""
        return self._answer is not None and self._answer.goes_on

    def _add_player_events(self, events: tuple[NoteEvent, ...]) -> None:
        self._player.note(events)
        if self._answers:
            # A key held over the hand-over is released while the answer runs ahead.
            self._delayed.extend(events)
            return
        self._stop_speculating()
        self._stream.append_events(events)
        self._stream.catch_up()

    def _advance(self, tick: int) -> None:
        if not self._answers:
            self._stop_speculating()
            self._stream.advance(tick)

    def _stop_speculating(self) -> None:
        """Stop work on a speculation; its tokens stay until certain ones differ from them."""
        self._speculation = None
        self._stream.allow(())

    def _speculate(self, asked: Generate) -> None:
        if self._answers or asked.script:
            return
        active = self._active_instruments(self._in_style(asked))
        self._stream.speculate_turn(asked.begin_tick, active)
        self._stream.make_room(_MIN_FREE_TOKENS)
        self._constrain(None)
        self._speculation = Speculation(asked, self._stream, self._fork, self._make_candidate)

    # The answer.

    def _in_style(self, request: Generate) -> Generate:
        """Return a request without the instruments that the style never has.

        Instruments that the user has chosen stay, and those that the player plays. If nothing would
        be left, all stay.
        """
        if self._settings.instruments or request.script:
            return request
        rare = self._artefact.rare_instruments(dict(self._settings.style))
        rare -= self._player.instruments
        kept = tuple(kind for kind in request.instruments if kind not in rare)
        return replace(request, instruments=kept or request.instruments)

    def _active_instruments(self, request: Generate) -> set[Instrument]:
        """Return the requested instruments; when accompanying, also the player's."""
        band = set(request.instruments)
        return band | self._player.instruments if request.accompany else band

    def _make_take(self, request: Generate, candidate: int = 0) -> Take:
        return Take(
            request.begin_tick,
            request.end_tick,
            request.instruments,
            self._settings,
            number=request.take,
            candidate=candidate,
            imagined=self._player.instruments if request.accompany else (),
            ends=request.ends,
        )

    def _make_candidate(self, request: Generate, candidate: int) -> Take:
        return self._make_take(self._in_style(request), candidate)

    def _constrain(self, take: Take | None) -> None:
        """Make the music after the stream leave the player's keys alone, and keep to the grid."""
        imagined = () if take is None else take.imagined
        self._player.constrain(self._stream.state, grid=self._grid, imagined=imagined)

    def _start_answer(self, asked: Generate) -> None:
        speculation, self._speculation = self._speculation, None
        self._stream.end_tick = None
        if asked.script:
            self._play_script(asked)
            return
        was_expected = speculation is not None and speculation.asked == asked
        asked = self._in_style(asked)
        self._stream.start_turn(asked.begin_tick, self._active_instruments(asked))
        if speculation and was_expected and speculation.has_candidates:
            take = speculation.choose()
            self._stream.confirm_all()
        else:
            self._stream.drop_speculation()
            take = self._begin_take(asked)
        self._answer = GeneratedAnswer(asked, take, asked.until_tick)

    def _begin_take(self, asked: Generate, candidate: int = 0) -> Take:
        """Return a take that continues from the end of the stream."""
        take = self._make_take(asked, candidate)
        self._constrain(take)
        take.start(self._stream.state)
        return take

    def _play_script(self, asked: Generate) -> None:
        """Append an answer that is given as events, with its releases."""
        answer = self._answer = ScriptedAnswer(asked)
        self._stream.start_turn(asked.begin_tick, ())
        self._stream.append_events(answer.events)
        self._stream.flush(asked.end_tick)

    def _decide_tick(self, answer: GeneratedAnswer) -> Generated | None:
        """Decide tokens up to and including the next wait.

        Events of one tick are returned together; events of a speculation are returned all at once.
        """
        take, stream = answer.take, self._stream
        events = take.new_events()
        if not events and stream.tick < take.end_tick:
            while not take.step(stream):
                pass
            events = take.new_events()
        if stream.tick >= take.end_tick:
            take.end(stream)
            events += take.new_events()
            answer.done = True
            stream.end_tick = None
            stream.drop_imagined()
            self._add_delayed_events()
        imagined, harmony = tuple(take.new_imagined_events()), take.new_harmony(stream.tick)
        if not (events or imagined or harmony or answer.done):
            return None
        return Generated(
            *(answer.asked.take, tuple(events), answer.done, answer.plan, imagined, harmony)
        )

    # Deciding again.

    def _replan(self, message: Replan, answer: Answer) -> None:
        self._player.note(message.events)
        answer.plan = message.plan
        if isinstance(answer, ScriptedAnswer):
            self._stream.insert_events(message.events, self._stream.tick)
            answer.replan(message.tick)
            return
        asked, take = answer.asked, answer.take
        # When the request comes late, the turn may have begun without any decided note.
        has_begun = take.has_note or message.accompany
        stands = has_begun and message.tick >= asked.begin_tick
        resume = 0 if stands else max(asked.begin_tick, message.tick + 1)
        take.imagine(self._player.instruments if message.accompany else ())
        self._stream.allow(self._active_instruments(asked))
        self._stream.insert_events(message.events, message.tick, resume, message.heard_tick)
        answer.done = False
        if stands:
            self._constrain(take)
            take.resume(self._stream.state, message.tick)
            self._stream.state.grammar.rest_until(message.tick + 1)
        else:  # start the take again
            again = replace(asked, accompany=message.accompany)
            answer.take = self._begin_take(again, message.plan)
            if take.end_tick != asked.end_tick:
                answer.take.end_at(take.end_tick)

    def _retract(self, tick: int) -> None:
        self._answer = self._stream.end_tick = None
        self._stream.retract(tick)
        self._constrain(None)
        at = max(tick, self._stream.tick)
        offs = self._stream.state.grammar.pending_offs
        self._stream.append_events(event_of(at, token) for token in offs)
        if offs:
            self._stream.flush(at)
        else:
            self._stream.advance(at)
        self._add_delayed_events()

    def _add_delayed_events(self) -> None:
        """Append the player's events that arrived while the answer ran ahead."""
        delayed, self._delayed = self._delayed, []
        self._stop_speculating()
        self._stream.append_events(delayed)
