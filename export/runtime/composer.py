"""The composer: hears, foresees, answers, takes back; what it tells is one stream.

Whatever is played goes through the composer: what the player plays is told to the network as it
happens, so that at the hand-over it has been read; what the network answers is appended to the same
stream. In a pause the answer is begun before it is asked for (`export.runtime.speculation`). To take part of
an answer back, the stream returns to the last token that was heard, and what was sounding then is
ended.

When both play at once, what the player does lies before what has been told already, since the
answer runs ahead. Then the stream returns to the tick of it, and is told anew with it, as far as
the answer stands; what comes after is decided anew.

Of the stream the first tokens are *certain*: what has been heard, what has been answered. What
stands after them is foreseen, and is told otherwise if it turns out otherwise.

Nothing here waits or knows the time of day. `Composer` does a piece of work at a time;
`export.runtime.composer_thread` runs one.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from bridge.messages.composer import (
    Amend,
    Arrange,
    Begin,
    Compose,
    Composed,
    Conclude,
    Elapse,
    Extend,
    Foresee,
    Happening,
    Hear,
    Release,
    Strike,
    ToComposer,
    Withdraw,
)
from bridge.messages.settings import Settings
from bridge.midi.instruments import Instrument
from export.runtime.fork import Fork
from export.runtime.speculation import Foresight
from export.runtime.stream import Stream
from export.runtime.take import Take, happening_of
from model.tokens import sampling
from model.tokens import vocabulary as v
from model.tokens.tokenizer import StreamEncoder, frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from export.runtime.artefact import Artefact
    from export.runtime.decoder import Decoder
    from export.runtime.stream import Place

_AT_ONCE = 32
"""Tokens between two looks at the messages while a stream is read: some milliseconds."""
_WITH_THE_FIRST = 8
"""So many unread tokens are read along with deciding the first note."""
_ROOM = 128
"""Tokens that the cache should be able to take before an answer is tried on it."""


_NEAR_TICKS = 2
"""By so much a player who means a line of the grid may miss it: 21 ms at 120 bpm."""
_ONSETS_HEARD = 64
"""Of so many notes of the player's it is judged whether they keep to a grid."""


class Composer:
    """Hears, foresees, answers, takes back."""

    def __init__(self, artefact: Artefact, decoder: Decoder) -> None:
        self._artefact, self._decoder = artefact, decoder
        self._stream, self._certain = Stream(decoder), 0
        self._encoder = StreamEncoder()
        self._settings = Settings()
        self._frame, self._frame_length = Begin(), 0
        self._fork = Fork(decoder, 1)
        self._foresight: Foresight | None = None
        self._asked: Compose | None = None  # what was asked for last
        self._take: Take | None = None  # the answer to it, for as long as there is more to decide
        self._ended: Take | None = None  # or once it has been decided to its end
        self._script: list[Happening] = []  # or what it is to be, with its ends
        self._recited: list[Happening] | None = None  # and what of that is still to be told
        self._plan, self._until_tick = 0, 0
        self._end_tick: int | None = None  # where it is to end, if it was asked to
        self._held: set[tuple[Instrument, int]] = set()  # keys that the player holds
        self._onsets: deque[int] = deque(maxlen=_ONSETS_HEARD)
        self._players: set[Instrument] = set()  # what the player has played on
        self._heard_meanwhile: list[Happening] = []

    @property
    def tokens(self) -> list[int]:
        """What was played, by both players, as the network has been told it."""
        return self._stream[: self._certain]

    @property
    def unread(self) -> int:
        """How many tokens the network has not read yet."""
        return self._stream.unread

    @property
    def busy(self) -> bool:
        """Tell whether `work` has something to do."""
        if self._recited is not None:
            return True
        if self._take is None:
            foresight = self._foresight
            return self._stream.unread > 0 or (foresight is not None and not foresight.chosen)
        return self._stream.tick < self._until_tick or self._take.ended

    def take(self, message: ToComposer) -> None:
        """Take a message; the work that it means is done by `work`."""
        match message:
            case Begin():
                self._begin(message)
            case Arrange(settings):
                self._arrange(settings)
            case Hear(happenings):
                self._hear(happenings)
            case Elapse(tick):
                self._elapse(tick)
            case Foresee(compose):
                self._foresee(compose)
            case Compose():
                self._compose(message)
            case _ if self._asked is not None and self._asked.take == message.take:
                self._change_take(message, self._asked)

    def _change_take(self, message: Extend | Amend | Conclude | Withdraw, asked: Compose) -> None:
        match message:
            case Extend(_, until_tick):
                self._until_tick = until_tick
            case Amend():
                self._amend(message, asked)
            case Conclude(_, end_tick):
                self._conclude(end_tick)
            case Withdraw(_, tick):
                self._withdraw(tick)

    def work(self) -> Composed | None:
        """Do one piece of work.

        Read some tokens, or decide the next ones; return what has been decided.
        """
        if self._recited is not None:
            told, self._recited = self._recited, None
            return self._composed(told, done=True)
        take, unread = self._take, self._stream.unread
        if unread > (0 if take is None else _WITH_THE_FIRST):
            self._stream.read(_AT_ONCE if take is None else unread)
        elif take is None:
            if self._foresight is not None and not self._foresight.chosen:
                self._foresight.work()
        else:
            happenings, done = self._decide(take)
            if done:
                self._take, self._ended = None, take
                self._follow_up()
            if happenings or done:
                return self._composed(happenings, done=done)
        return None

    def _composed(self, happenings: Iterable[Happening], *, done: bool) -> Composed:
        assert self._asked is not None
        return Composed(self._asked.take, tuple(happenings), done, self._plan)

    def _begin(self, begin: Begin) -> None:
        self._stream.clear()
        self._encoder, self._certain = StreamEncoder(), 0
        self._forget_take()
        self._foresight = None
        self._held.clear()
        self._onsets.clear()
        self._players.clear()
        self._heard_meanwhile.clear()
        self._decoder.set_allowed(sampling.multi_hot(()))
        self._frame = begin
        self._tell(frame(begin.bpm, begin.metre))
        self._frame_length = self._certain

    def _forget_take(self) -> None:
        self._asked = self._take = self._ended = self._recited = None
        self._plan = 0
        self._end_tick = self._stream.place.end_tick = None

    def _arrange(self, settings: Settings) -> None:
        self._settings = settings
        self._decoder.set_style(self._artefact.blend(dict(settings.style), settings.style_strength))
        candidates = min(settings.candidates, self._decoder.rows)
        if candidates != len(self._fork.lengths):
            self._fork = Fork(self._decoder, candidates)
        if self._foresight is not None:  # in another style it would be another
            asked = self._foresight.asked
            self._forget_foresight()
            self._foresee(asked)

    def _tell(self, tokens: Sequence[int]) -> None:
        """Let these tokens be certain."""
        self._stream.tell(self._certain, tokens)
        self._certain += len(tokens)

    # The player.

    def _hear(self, happenings: Sequence[Happening]) -> None:
        self._follow_keys(happenings)
        if self._take is not None or self._recited is not None:
            # A key held over the hand-over comes up while the answer runs ahead.
            self._heard_meanwhile.extend(happenings)
            return
        self._expect_the_player()
        self._tell_happenings(happenings)

    def _follow_keys(self, happenings: Iterable[Happening]) -> None:
        for happening in happenings:
            key = happening.instrument, happening.pitch
            if isinstance(happening, Strike):
                self._onsets.append(happening.tick)
                self._players.add(happening.instrument)
                self._held.add(key)
            else:
                self._held.discard(key)

    def _tell_happenings(self, happenings: Iterable[Happening]) -> None:
        for happening in happenings:
            at = happening.tick
            match happening:
                case Strike(_, kind, pitch, velocity):
                    self._tell(self._encoder.note_on(at, kind, pitch, velocity))
                case Release(_, kind, pitch):
                    self._tell(self._encoder.note_off(at, kind, pitch))

    def _elapse(self, tick: int) -> None:
        if self._take is None:
            self._expect_the_player()
            self._tell(self._encoder.advance(tick))

    def _expect_the_player(self) -> None:
        """Let what is foreseen stand until it proves wrong, but do no more work for it."""
        if self._foresight is not None:
            self._foresight = None
            self._decoder.set_allowed(sampling.multi_hot(()))

    def _foresee(self, asked: Compose) -> None:
        if self._take is not None or asked.script:
            return
        ahead = self._encoder.copy().settle(asked.begin_tick)
        self._decoder.set_allowed(self._band(asked))
        self._stream.tell(self._certain, ahead)
        self._stream.cut(self._certain + len(ahead))
        if self._decoder.capacity - self._decoder.length < self._stream.unread + _ROOM:
            self._decoder.slide()
        self._prepare(self._stream.place)
        self._foresight = Foresight(asked, self._stream, self._fork, self._new_take)

    def _forget_foresight(self) -> None:
        self._foresight = None
        self._stream.cut(self._certain)

    # The answer.

    def _prepare(self, place: Place) -> None:
        """Make a place ready for an answer: what the player holds, and where notes may begin."""
        ends = (v.off_id(*key) for key in self._held if key[0] is not Instrument.DRUMS)
        place.grammar.hold(ends)
        timed = self._frame.bpm is not None
        place.grammar.keep_to(sampling.grid_of(self._onsets, _NEAR_TICKS) if timed else None)

    def _band(self, asked: Compose) -> NDArray[np.float32]:
        """Return the instruments (14,) that the music has: those asked for, and the player's."""
        others = self._players if asked.together else ()
        return sampling.multi_hot({*asked.instruments, *others})

    def _new_take(self, asked: Compose, place: Place, candidate: int) -> Take:
        settings = self._settings
        chance = sampling.Chance(settings.temperature, settings.top_p)
        rng = np.random.default_rng((settings.seed, asked.take, candidate))
        return Take(asked, place, chance, rng)

    def _compose(self, asked: Compose) -> None:
        foresight, self._foresight = self._foresight, None
        self._forget_take()
        self._asked, self._until_tick = asked, asked.until_tick
        if asked.script:
            self._recite(asked)
            return
        self._decoder.set_allowed(self._band(asked))
        self._tell(self._encoder.settle(asked.begin_tick))
        self._stream.skip_all_but(self._decoder.capacity // 2)
        if foresight is not None and foresight.asked == asked and foresight.begun:
            self._take = foresight.choose()
            for token in self._take.tokens:
                self._encoder.follow(token)
            self._certain = len(self._stream)
        else:
            self._stream.cut(self._certain)
            self._prepare(self._stream.place)
            self._take = self._new_take(asked, self._stream.place, 0)

    def _recite(self, asked: Compose) -> None:
        """Tell what the answer is to be, and its ends."""
        self._decoder.set_allowed(sampling.multi_hot(()))
        sounding: dict[tuple[Instrument, int], Release] = {}
        for happening in asked.script:
            key = happening.instrument, happening.pitch
            sounding.pop(key, None)
            if isinstance(happening, Strike) and key[0] is not Instrument.DRUMS:
                sounding[key] = Release(asked.end_tick, *key)
        self._script = [*asked.script, *sounding.values()]
        self._recited = self._script
        self._tell(self._encoder.settle(asked.begin_tick))
        self._tell_happenings(self._script)
        self._tell(self._encoder.settle(asked.end_tick))

    def _decide(self, take: Take) -> tuple[list[Happening], bool]:
        """Decide tokens up to the next wait, inclusive.

        What happens in one tick is told together; what was foreseen, all at once.
        """
        happenings = take.news()
        if not happenings and not take.ended:
            over = False
            while not over:
                token = take.choose(self._stream.logits)
                over = take.note(token)
                self._append(token)
            happenings = take.news()
        if not take.ended:
            return happenings, False
        return [*happenings, *self._ending(take.end_tick)], True

    def _append(self, token: int) -> None:
        """Tell a token of the answer."""
        self._stream.push(token)
        self._encoder.follow(token)
        self._certain = len(self._stream)

    def _ending(self, tick: int) -> Iterator[Happening]:
        """End what sounds of the answer."""
        for token in self._stream.place.grammar.owed:
            self._append(token)
            yield happening_of(min(tick, self._stream.tick), token)

    # What turns out otherwise.

    def _amend(self, message: Amend, asked: Compose) -> None:
        self._follow_keys(message.happenings)
        self._plan = message.plan
        if asked.script:
            self._tell_anew(message.happenings, self._stream.tick)
            self._recited = list(self._rest_of_script(message.tick))
            return
        take = self._take or self._ended
        assert take is not None, "what was asked for has been taken or recited"
        # If it comes late to a turn, nothing may have been decided though it should have begun.
        stands = take.begun and message.tick >= asked.begin_tick
        begin = 0 if stands else max(asked.begin_tick, message.tick + 1)
        self._tell_anew(message.happenings, message.tick, begin)
        self._take, self._ended = take, None
        self._decoder.set_allowed(self._band(asked))
        self._prepare(self._stream.place)
        self._stream.place.end_tick = self._end_tick
        if stands:
            take.go_on_from(self._stream.place, message.tick)
            take.place.grammar.rest_until(message.tick + 1)
        else:  # it begins anew
            self._take = self._new_take(asked, self._stream.place, message.plan)
            self._take.end_tick = take.end_tick

    def _rest_of_script(self, after_tick: int) -> Iterator[Happening]:
        """Give what is to be told after a tick of what is recited, up to its end."""
        end = self._end_tick
        sounding: dict[tuple[Instrument, int], Release] = {}
        for happening in self._script:
            if end is not None and happening.tick >= end:
                break
            key = happening.instrument, happening.pitch
            sounding.pop(key, None)
            if isinstance(happening, Strike) and key[0] is not Instrument.DRUMS:
                sounding[key] = Release(end or happening.tick, *key)
            if happening.tick > after_tick:
                yield happening
        if end is not None:
            yield from sounding.values()

    def _tell_anew(self, happenings: Sequence[Happening], until: int, begin: int = 0) -> None:
        """Tell with these what stands, as far as a tick; then let time pass to `begin`."""
        since = min((happening.tick for happening in happenings), default=until + 1)
        self._tell(self._encoder.settle(self._encoder.tick))
        stands = [
            happening_of(tick, token)
            for tick, token in self._stream.since(since)
            if tick <= until and token >= sampling.FIRST_OFF
        ]
        self._go_back(min(since, until + 1) - 1)
        self._tell_happenings(sorted([*stands, *happenings], key=lambda each: each.tick))
        self._tell(self._encoder.settle(max(self._encoder.tick, begin)))

    def _go_back(self, tick: int) -> None:
        """Forget what is told after a tick, and the wait for what would have come then."""
        self._stream.cut(max(self._certain, self._frame_length))
        self._stream.cut_after(tick, keep=self._frame_length)
        length = len(self._stream)
        while length > self._frame_length and self._stream.waits_at(length - 1):
            length -= 1
        self._stream.cut(length)
        self._certain = length
        self._encoder = StreamEncoder(self._stream.tick)
        for token in self._stream.place.grammar.sounding:
            spelt = v.token_of(token)
            assert spelt.instrument is not None
            self._encoder.follow(v.on_id(spelt.instrument, spelt.pitch, 0))

    def _conclude(self, end_tick: int) -> None:
        take = self._take or self._ended
        self._end_tick = self._until_tick = end_tick
        if take is not None:
            take.end_tick = end_tick
            self._stream.place.end_tick = end_tick

    def _withdraw(self, tick: int) -> None:
        self._forget_take()
        self._go_back(tick)
        self._prepare(self._stream.place)
        at = max(tick, self._stream.tick)
        owed = self._stream.place.grammar.owed
        self._tell_happenings(happening_of(at, token) for token in owed)
        self._tell(self._encoder.settle(at) if owed else self._encoder.advance(at))
        self._follow_up()

    def _follow_up(self) -> None:
        """Hear now what the player did while the answer ran ahead."""
        heard, self._heard_meanwhile = self._heard_meanwhile, []
        self._decoder.set_allowed(sampling.multi_hot(()))
        self._expect_the_player()
        self._tell_happenings(heard)
