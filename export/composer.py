"""The composer: keeps the stream of tokens, the cache that goes with it, and the dice.

Whatever is played goes through the composer: what the player plays is told to the network as it
happens, so that at the hand-over it has been read; what the network answers is appended to the same
stream. The stream, the cache, the grammar and musical time always agree. To take part of an answer
back, all four return to the last token that was heard, and what was sounding then is ended.

Nothing here waits or knows the time of day. `Composer` does a piece of work at a time;
`ComposerThread` runs one and lets a newer message interrupt it between two tokens.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from typing import TYPE_CHECKING

import numpy as np

from bridge.dialogue import (
    Arrange,
    Begin,
    Compose,
    Composed,
    Extend,
    Happening,
    Hear,
    Release,
    Settings,
    Strike,
    ToComposer,
    Withdraw,
)
from bridge.instruments import Instrument
from bridge.protocol import Problem
from model import sampling
from model import vocabulary as v
from model.features import COUNT, MusicalTime
from model.tokenizer import StreamEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from export.artefact import Artefact
    from export.runtime import Decoder, Logits

_AT_ONCE = 8
"""Tokens between two looks at the messages while a stream is read.

Short enough to be interrupted in time.
"""


class Stream:
    """A stream of tokens with everything that must agree with it.

    Cache, grammar, musical time, and the tick that each token reaches.
    """

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self.clear()

    def clear(self) -> None:
        """Begin again with nothing."""
        self._decoder.rewind(0)
        self.grammar, self._time, self.tick = sampling.Grammar(), MusicalTime(), 0
        self._logits: Logits | None = None
        self._pending: list[tuple[int, tuple[int, ...]]] = []
        self.tokens: list[int] = []
        self._marks: list[_Mark] = []

    @property
    def logits(self) -> Logits:
        """What the network says after the last token."""
        self.read(len(self._pending))
        assert self._logits is not None, "nothing has been read"
        return self._logits

    @property
    def unread(self) -> int:
        """How many tokens the network has not read yet."""
        return len(self._pending)

    def push(self, token: int) -> None:
        """Append a token; the network reads it later."""
        self.grammar.push(token)
        self.tokens.append(token)
        self._pending.append((token, (*self._time.push(token), *(0,) * (COUNT - 4))))
        if int(v.TOKEN_KIND[token]) == v.Kind.WAIT:
            self.tick += token - v.FIRST_WAIT + 1

    def skip_all_but(self, count: int) -> None:
        """Leave the earlier of the unread tokens unread for good.

        More than the cache can hold is soon forgotten anyway.
        """
        self._pending = self._pending[-count:]

    def read(self, count: int) -> None:
        """Let the network read at most so many tokens."""
        part, self._pending = self._pending[:count], self._pending[count:]
        if part:
            rows = np.array([row for _, row in part], np.int64)
            self._logits = self._decoder.feed([token for token, _ in part], rows)

    def mark(self) -> None:
        """Remember this place, to come back to; everything must have been read."""
        assert not self._pending
        self._marks.append(
            _Mark(
                self.tick,
                len(self.tokens),
                self._decoder.length,
                self._decoder.slid,
                self.grammar.copy(),
                self._time.copy(),
                self._logits,
            )
        )  # fmt: skip

    def forget_marks(self) -> None:
        """Forget the places remembered."""
        self._marks.clear()

    def return_to(self, tick: int) -> None:
        """Go back to the last place remembered at or before a tick (or to the first)."""
        if not self._marks:
            return
        mark = next((m for m in reversed(self._marks) if m.tick <= tick), self._marks[0])
        length = mark.length - (self._decoder.slid - mark.slid)
        self._pending.clear()
        del self.tokens[mark.tokens :]
        self._decoder.rewind(max(0, length))
        self.grammar, self._time, self.tick = mark.grammar.copy(), mark.time.copy(), mark.tick
        self._logits = mark.logits


@dataclass(frozen=True, slots=True)
class _Mark:
    tick: int
    tokens: int
    length: int
    slid: int
    grammar: sampling.Grammar
    time: MusicalTime
    logits: Logits | None


@dataclass(slots=True)
class _Take:
    number: int
    until_tick: int
    end_tick: int
    invitation: sampling.Invitation
    begun: bool = False


class Composer:
    """Hears, answers, takes back."""

    def __init__(self, artefact: Artefact, decoder: Decoder) -> None:
        self._artefact, self._decoder = artefact, decoder
        self._stream = Stream(decoder)
        self._encoder = StreamEncoder()
        self._chance = sampling.Chance()
        self._rng = np.random.default_rng(0)
        self._take: _Take | None = None
        self._heard_meanwhile: list[Happening] = []

    @property
    def tokens(self) -> tuple[int, ...]:
        """All that was played, by both players, as the network has been told it."""
        return tuple(self._stream.tokens)

    @property
    def busy(self) -> bool:
        """Tell whether `work` has something to do."""
        take = self._take
        if take is None:
            return self._stream.unread > 0
        return self._stream.tick < take.until_tick or self._stream.tick >= take.end_tick

    def take(self, message: ToComposer) -> None:
        """Take a message; the work that it means is done by `work`."""
        match message:
            case Begin():
                self._begin()
            case Arrange(settings):
                self._arrange(settings)
            case Hear(happenings):
                self._hear(happenings)
            case Compose():
                self._compose(message)
            case Extend(number, until_tick):
                if self._take is not None and self._take.number == number:
                    self._take.until_tick = until_tick
            case Withdraw(number, tick):
                self._withdraw(number, tick)

    def work(self) -> Composed | None:
        """Do one piece of work.

        Read some tokens, or decide the next ones; return what has been decided.
        """
        take = self._take
        if self._stream.unread and (take is None or self._stream.unread > 2 * _AT_ONCE):
            self._stream.read(_AT_ONCE)
            return None
        if take is None:
            return None
        happenings, done = self._decide(take)
        if done:
            self._take = None
            self._follow_up()
        return Composed(take.number, tuple(happenings), done) if happenings or done else None

    def _begin(self) -> None:
        self._stream.clear()
        self._encoder = StreamEncoder()
        self._take = None
        self._heard_meanwhile.clear()
        self._decoder.set_allowed(sampling.multi_hot(()))
        self._append([v.START, v.CLOCK_FREE])

    def _arrange(self, settings: Settings) -> None:
        self._decoder.set_style(self._artefact.blend(dict(settings.style), settings.style_strength))
        self._chance = sampling.Chance(settings.temperature, settings.top_p)
        self._rng = np.random.default_rng(settings.seed)

    def _hear(self, happenings: Sequence[Happening]) -> None:
        if self._take is not None:
            # A key held over the hand-over comes up while the answer runs ahead.
            self._heard_meanwhile.extend(happenings)
            return
        for happening in happenings:
            at = happening.tick
            match happening:
                case Strike(_, kind, pitch, velocity):
                    self._append(self._encoder.note_on(at, kind, pitch, velocity))
                case Release(_, kind, pitch):
                    self._append(self._encoder.note_off(at, kind, pitch))

    def _append(self, tokens: Sequence[int]) -> None:
        for token in tokens:
            self._stream.push(token)

    def _compose(self, message: Compose) -> None:
        self._append(self._encoder.settle(message.begin_tick))
        self._stream.forget_marks()
        invitation = sampling.Invitation(message.instruments, message.begin_tick)
        self._take = _Take(message.take, message.until_tick, message.end_tick, invitation)
        self._stream.grammar.allow(message.instruments)
        self._decoder.set_allowed(sampling.multi_hot(message.instruments))

    def _decide(self, take: _Take) -> tuple[list[Happening], bool]:
        """Decide tokens up to the next wait, inclusive.

        What happens in one tick is told together.
        """
        stream, happenings = self._stream, list[Happening]()
        if not take.begun:
            stream.read(stream.unread)
            stream.mark()
        while True:
            if stream.tick >= take.end_tick:
                return [*happenings, *self._ending(take.end_tick)], True
            logits = stream.logits
            mask = stream.grammar.mask(must_begin=not take.begun)
            events = logits.events + take.invitation.bias(stream.tick)
            token = sampling.choose(events, logits.velocities, mask, self._chance, self._rng)
            take.invitation.push(token, stream.tick)
            take.begun = True
            spelt = v.token_of(token)
            if spelt.kind is v.Kind.WAIT:
                stream.mark()  # here all is told that happens in this tick
            stream.push(token)
            self._encoder.follow(token)
            if spelt.kind is v.Kind.WAIT:
                return happenings, False
            happenings.append(_happening(stream.tick, spelt))

    def _ending(self, tick: int) -> Iterator[Happening]:
        """End what sounds."""
        for token in self._stream.grammar.sounding:
            spelt = v.token_of(token)
            self._stream.push(token)
            self._encoder.follow(token)
            assert spelt.instrument is not None
            yield Release(min(tick, self._stream.tick), spelt.instrument, spelt.pitch)

    def _withdraw(self, number: int, tick: int) -> None:
        if self._take is not None and self._take.number != number:
            return
        self._take = None
        self._stream.return_to(tick)
        self._encoder = StreamEncoder(self._stream.tick)
        sounding = self._stream.grammar.sounding
        for token in sounding:
            spelt = v.token_of(token)
            assert spelt.instrument is not None
            self._encoder.follow(v.on_id(spelt.instrument, spelt.pitch, 0))
        self._append(self._encoder.settle(max(tick, self._stream.tick)))
        for token in sounding:
            self._stream.push(token)
            self._encoder.follow(token)
        self._follow_up()

    def _follow_up(self) -> None:
        """Hear now what the player did while the answer ran ahead."""
        heard, self._heard_meanwhile = self._heard_meanwhile, []
        self._stream.grammar.allow(tuple(Instrument))
        self._decoder.set_allowed(sampling.multi_hot(()))
        self._hear(heard)


def _happening(tick: int, spelt: v.Token) -> Happening:
    assert spelt.instrument is not None, spelt
    if spelt.kind is v.Kind.OFF:
        return Release(tick, spelt.instrument, spelt.pitch)
    return Strike(tick, spelt.instrument, spelt.pitch, v.velocity_of(spelt.level))


class ComposerThread:
    """Runs a composer beside the engine.

    Messages go in through `post`; what is composed comes out of `connection`.
    """

    def __init__(self, composer: Composer) -> None:
        self._composer = composer
        self._messages: deque[ToComposer] = deque()
        self._wake = threading.Event()
        self._leaving = False
        self.connection: Connection
        self.connection, self._out = Pipe(duplex=False)
        self._thread = threading.Thread(target=self._run, name="composer", daemon=True)
        self._thread.start()

    def post(self, message: ToComposer) -> None:
        """Give the composer a message."""
        self._messages.append(message)
        self._wake.set()

    def close(self) -> None:
        """Let the thread end, and wait for it."""
        self._leaving = True
        self._wake.set()
        self._thread.join()
        self._out.close()
        self.connection.close()

    def _run(self) -> None:
        try:
            self._serve()
        except Exception as error:  # noqa: BLE001 - the outermost of its thread, and shown
            self._out.send(Problem(f"The composer has failed ({type(error).__name__}: {error})."))

    def _serve(self) -> None:
        while not self._leaving:
            if not self._messages and not self._composer.busy:
                self._wake.wait()
                self._wake.clear()
            while self._messages:
                self._composer.take(self._messages.popleft())
            composed = self._composer.work() if self._composer.busy else None
            if composed is not None:
                self._out.send(composed)
