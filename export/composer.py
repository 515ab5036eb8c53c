"""The composer: hears, foresees, answers, takes back; what it tells is one stream.

Whatever is played goes through the composer: what the player plays is told to the network as it
happens, so that at the hand-over it has been read; what the network answers is appended to the same
stream. In a pause the answer is begun before it is asked for (`export.foresight`). To take part of
an answer back, the stream returns to the last token that was heard, and what was sounding then is
ended.

Of the stream the first tokens are *certain*: what has been heard, what has been answered. What
stands after them is foreseen, and is told otherwise if it turns out otherwise.

Nothing here waits or knows the time of day. `Composer` does a piece of work at a time;
`export.composer_thread` runs one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bridge.dialogue import (
    Arrange,
    Begin,
    Compose,
    Composed,
    Elapse,
    Extend,
    Foresee,
    Happening,
    Hear,
    Release,
    Settings,
    Strike,
    ToComposer,
    Withdraw,
)
from export.foresight import Foresight
from export.fork import Fork
from export.stream import Stream
from export.take import Take
from model import sampling
from model import vocabulary as v
from model.tokenizer import StreamEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from export.artefact import Artefact
    from export.runtime import Decoder
    from export.stream import Place

_AT_ONCE = 32
"""Tokens between two looks at the messages while a stream is read: some milliseconds."""
_WITH_THE_FIRST = 8
"""So many unread tokens are read along with deciding the first note."""
_ROOM = 128
"""Tokens that the cache should be able to take before an answer is tried on it."""


class Composer:
    """Hears, foresees, answers, takes back."""

    def __init__(self, artefact: Artefact, decoder: Decoder) -> None:
        self._artefact, self._decoder = artefact, decoder
        self._stream, self._certain = Stream(decoder), 0
        self._encoder = StreamEncoder()
        self._settings = Settings()
        self._fork = Fork(decoder, 1)
        self._foresight: Foresight | None = None
        self._take: Take | None = None
        self._number, self._until_tick = 0, 0  # of the take
        self._answer_begin = 0  # how many tokens were certain when the last answer began
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
        if self._take is None:
            foresight = self._foresight
            return self._stream.unread > 0 or (foresight is not None and not foresight.chosen)
        return self._stream.tick < self._until_tick or self._take.ended

    def take(self, message: ToComposer) -> None:
        """Take a message; the work that it means is done by `work`."""
        match message:
            case Begin():
                self._begin()
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
            case Extend(number, until_tick):
                if self._take is not None and self._number == number:
                    self._until_tick = until_tick
            case Withdraw(number, tick):
                self._withdraw(number, tick)

    def work(self) -> Composed | None:
        """Do one piece of work.

        Read some tokens, or decide the next ones; return what has been decided.
        """
        take, unread = self._take, self._stream.unread
        if unread > (0 if take is None else _WITH_THE_FIRST):
            self._stream.read(_AT_ONCE if take is None else unread)
        elif take is None:
            if self._foresight is not None and not self._foresight.chosen:
                self._foresight.work()
        else:
            happenings, done = self._decide(take)
            if done:
                self._take = None
                self._follow_up()
            if happenings or done:
                return Composed(self._number, tuple(happenings), done)
        return None

    def _begin(self) -> None:
        self._stream.clear()
        self._encoder, self._certain = StreamEncoder(), 0
        self._take = self._foresight = None
        self._heard_meanwhile.clear()
        self._decoder.set_allowed(sampling.multi_hot(()))
        self._tell([v.START, v.CLOCK_FREE])

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
        if self._take is not None:
            # A key held over the hand-over comes up while the answer runs ahead.
            self._heard_meanwhile.extend(happenings)
            return
        self._expect_the_player()
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
        if self._take is not None:
            return
        ahead = self._encoder.copy().settle(asked.begin_tick)
        self._decoder.set_allowed(sampling.multi_hot(asked.instruments))
        self._stream.tell(self._certain, ahead)
        self._stream.cut(self._certain + len(ahead))
        if self._decoder.capacity - self._decoder.length < self._stream.unread + _ROOM:
            self._decoder.slide()
        self._foresight = Foresight(asked, self._stream, self._fork, self._new_take)

    def _forget_foresight(self) -> None:
        self._foresight = None
        self._stream.cut(self._certain)

    # The answer.

    def _new_take(self, asked: Compose, place: Place, candidate: int) -> Take:
        settings = self._settings
        chance = sampling.Chance(settings.temperature, settings.top_p)
        rng = np.random.default_rng((settings.seed, asked.take, candidate))
        return Take(asked, place, chance, rng)

    def _compose(self, asked: Compose) -> None:
        foresight, self._foresight = self._foresight, None
        self._decoder.set_allowed(sampling.multi_hot(asked.instruments))
        self._tell(self._encoder.settle(asked.begin_tick))
        self._stream.skip_all_but(self._decoder.capacity // 2)
        self._answer_begin = self._certain
        if foresight is not None and foresight.asked == asked and foresight.begun:
            self._take = foresight.choose()
            for token in self._take.tokens:
                self._encoder.follow(token)
            self._certain = len(self._stream)
        else:
            self._stream.cut(self._certain)
            self._take = self._new_take(asked, self._stream.place, 0)
        self._number, self._until_tick = asked.take, asked.until_tick

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
        """End what sounds."""
        for token in self._stream.place.grammar.sounding:
            spelt = v.token_of(token)
            self._append(token)
            assert spelt.instrument is not None
            yield Release(min(tick, self._stream.tick), spelt.instrument, spelt.pitch)

    def _withdraw(self, number: int, tick: int) -> None:
        if self._take is not None and self._number != number:
            return
        self._take = None
        self._stream.cut(self._certain)
        self._stream.cut_after(tick, keep=self._answer_begin)
        self._certain = len(self._stream)
        self._encoder = StreamEncoder(self._stream.tick)
        sounding = self._stream.place.grammar.sounding
        for token in sounding:
            spelt = v.token_of(token)
            assert spelt.instrument is not None
            self._encoder.follow(v.on_id(spelt.instrument, spelt.pitch, 0))
        self._tell(self._encoder.settle(max(tick, self._stream.tick)))
        for token in sounding:
            self._append(token)
        self._follow_up()

    def _follow_up(self) -> None:
        """Hear now what the player did while the answer ran ahead."""
        heard, self._heard_meanwhile = self._heard_meanwhile, []
        self._decoder.set_allowed(sampling.multi_hot(()))
        self._hear(heard)
