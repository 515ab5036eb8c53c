"""The stream of tokens, and all that must agree with it: cache, grammar, musical time.

What is certain is only ever appended to. What is foreseen is told as well, so that the network has
read it when it comes true, and is told otherwise when it does not: `tell` compares the new tokens
with those that stand there, keeps what is the same, and reads again from the first difference only.
Going back is cheap: the cache's counter is set, and what follows from the tokens (a *place*:
grammar, musical time, tick) is taken from the last copy before and followed from there.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from model.tokens import features, sampling
from model.tokens import vocabulary as v
from model.tokens.features import MusicalTime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from export.runtime.decoder import Decoder, Logits

_BETWEEN_COPIES = 64
_KEPT_CAPACITIES = 4
"""How many caches' worth of tokens are remembered: the network knows one at most."""

Row = tuple[int, ...]
"""Musical time of a token, as `model.tokens.features` numbers it."""
_UNKNOWN = 0  # part of the piece, and countdown to its end unless one was asked for


class Place:
    """What follows from the tokens so far."""

    def __init__(self) -> None:
        self.grammar, self.tick = sampling.Grammar(), 0
        self.end_tick: int | None = None
        """Where the music is to end, if that has been said."""
        self._time = MusicalTime()

    def copy(self) -> Place:
        """Return an independent place, the same for now."""
        other = Place()
        other.grammar, other.tick = self.grammar.copy(), self.tick
        other.end_tick = self.end_tick
        other._time = self._time.copy()
        return other

    def push(self, token: int) -> Row:
        """Go on by a token; return its row of musical time."""
        self.grammar.push(token)
        if v.TOKEN_KIND[token] == v.Kind.WAIT:
            self.tick += token - v.FIRST_WAIT + 1
        countdown = _UNKNOWN
        if self.end_tick is not None:
            countdown = features.countdown(self.end_tick - self.tick)
        return (*self._time.push(token), _UNKNOWN, countdown)


@dataclass(frozen=True, slots=True)
class _Copy:
    """A place, with the number of tokens before it."""

    index: int
    place: Place


class Stream:
    """Tokens, read by a network as far as it has come."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self.clear()

    def clear(self) -> None:
        """Begin again with nothing."""
        self._decoder.rewind(0)
        self.place = Place()
        self._first = 0  # index of the first token that is remembered
        self._tokens: list[int] = []
        self._ticks: list[int] = []  # reached with each token
        self._copies = [_Copy(0, self.place.copy())]
        self._unread: list[tuple[int, Row]] = []
        self._last: tuple[int, Row] | None = None
        self._logits: Logits | None = None  # after the last token that has been read

    def __len__(self) -> int:
        """Return how many tokens have been told."""
        return self._first + len(self._tokens)

    def __getitem__(self, at: slice) -> list[int]:
        """Return some of the tokens that are remembered."""
        begin, end, _ = at.indices(len(self))
        return self._tokens[max(0, begin - self._first) : max(0, end - self._first)]

    @property
    def tick(self) -> int:
        """The tick that has been reached."""
        return self.place.tick

    @property
    def logits(self) -> Logits:
        """What the network says after the last token."""
        self.read(len(self._unread))
        if self._logits is None:  # forgotten when what followed was cut
            assert self._last is not None, "nothing has been told"
            self._decoder.rewind(max(0, self._decoder.length - 1))
            self._unread = [self._last]
            self.read(1)
        assert self._logits is not None
        return self._logits

    @property
    def unread(self) -> int:
        """How many tokens the network has not read yet."""
        return len(self._unread)

    def push(self, token: int) -> None:
        """Append a token; the network reads it later."""
        self._follow(token)
        assert self._last is not None
        self._unread.append(self._last)

    def adopt(self, tokens: Sequence[int]) -> None:
        """Append tokens of which the decoder's cache holds all but the last already."""
        assert not self._unread
        for token in tokens[:-1]:
            self._follow(token)
        self._logits = None  # what was said after them is not kept
        self.push(tokens[-1])

    def tell(self, at: int, tokens: Sequence[int]) -> None:
        """Let these tokens follow the first `at`.

        What stands there already and is the same stays as it is, with all that follows it; from
        the first difference on the stream is told anew.
        """
        there = self[at : at + len(tokens)]
        pairs = zip(tokens, there, strict=False)
        same = next((n for n, (new, old) in enumerate(pairs) if new != old), len(there))
        if same < len(tokens):
            self.cut(at + same)
            for token in tokens[same:]:
                self.push(token)

    def cut(self, length: int) -> None:
        """Forget all but the first tokens, so many."""
        assert length == 0 or self._first < length <= len(self)
        if length == len(self):
            return
        read = len(self) - len(self._unread)
        copy = next(c for c in reversed(self._copies) if c.index < max(1, length))
        while self._copies[-1] is not copy:
            self._copies.pop()
        self.place = copy.place.copy()
        self._last = None
        for token in self[copy.index : length]:
            self._last = token, self.place.push(token)
        del self._tokens[length - self._first :], self._ticks[length - self._first :]
        if length < read:
            self._logits = None
            self._decoder.rewind(max(0, self._decoder.length - (read - length)))
        del self._unread[max(0, length - read) :]

    def cut_after(self, tick: int, *, keep: int) -> None:
        """Forget what is told after a tick, but nothing of the first tokens, so many."""
        self.cut(max(keep, self._first + bisect_right(self._ticks, tick)))

    def since(self, tick: int) -> list[tuple[int, int]]:
        """Return what is told at a tick or later: the tick and the token of each, no waits."""
        first = bisect_right(self._ticks, tick - 1)
        told = zip(self._ticks[first:], self._tokens[first:], strict=True)
        return [(at, token) for at, token in told if v.TOKEN_KIND[token] != v.Kind.WAIT]

    def waits_at(self, index: int) -> bool:
        """Tell whether a token that is remembered is a wait."""
        return bool(v.TOKEN_KIND[self._tokens[index - self._first]] == v.Kind.WAIT)

    def read(self, count: int) -> None:
        """Let the network read at most so many tokens."""
        part, self._unread = self._unread[:count], self._unread[count:]
        if part:
            rows = np.array([row for _, row in part], np.int64)
            self._logits = self._decoder.feed([token for token, _ in part], rows)

    def skip_all_but(self, count: int) -> None:
        """Leave the earlier of the unread tokens unread for good.

        More than the cache can hold is soon forgotten anyway.
        """
        self._unread = self._unread[-count:]

    def _follow(self, token: int) -> None:
        self._last = token, self.place.push(token)
        self._tokens.append(token)
        self._ticks.append(self.place.tick)
        if len(self) - self._copies[-1].index >= _BETWEEN_COPIES:
            self._copies.append(_Copy(len(self), self.place.copy()))
            self._forget()

    def _forget(self) -> None:
        """Forget what the network has long forgotten, so that hours take no more than minutes."""
        if len(self._tokens) <= _KEPT_CAPACITIES * self._decoder.capacity:
            return
        keep = len(self) - _KEPT_CAPACITIES // 2 * self._decoder.capacity
        first = next(copy for copy in self._copies if copy.index >= keep)
        del self._copies[: self._copies.index(first)]
        gone = first.index - self._first
        del self._tokens[:gone], self._ticks[:gone]
        self._first = first.index
