"""Speculation: the start of an answer that has not been requested yet.

In the pauses of a phrase the player may be about to hand over. The answer that would then be
requested is started in several takes side by side, each up to its first second. If the pause
becomes the hand-over, the take that the critic rates best goes into the stream at once. If the
player continues, only a counter is set back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.notes import TICKS_PER_QUARTER
from export.runtime.take import Take
from model.tokens import features

if TYPE_CHECKING:
    from bridge.messages.composer import Generate
    from export.runtime.decoder import Logits
    from export.runtime.fork import Fork
    from export.runtime.stream import Stream
    from model.decoding.state import Row, StreamState

SPECULATED_TICKS = 2 * TICKS_PER_QUARTER
"""A second, when playing freely."""

NewTake = Callable[["Generate", int], Take]
"""Makes the candidate with a given number."""


class Speculation:
    """Candidates for one answer; each step extends all of them by one token."""

    def __init__(self, asked: Generate, stream: Stream, fork: Fork, new_take: NewTake) -> None:
        self.asked = asked
        self._stream, self._fork, self._new_take = stream, fork, new_take
        self._until_tick = min(asked.begin_tick + SPECULATED_TICKS, asked.end_tick)
        self._takes: list[Take] = []
        self._states: list[StreamState] = []
        self._rows: list[Row] = []
        self._going = np.zeros(len(fork.lengths), np.bool_)
        self.chosen: Take | None = None
        """The best candidate, once it is in the stream."""

    @property
    def has_candidates(self) -> bool:
        """Whether there is a candidate to choose."""
        return bool(self._takes)

    def work(self) -> None:
        """Decide the next token of every candidate; after the last one, choose."""
        if not self._takes:
            self._start()
        else:
            tokens = np.array([take.tokens[-1] for take in self._takes])
            logits = self._fork.feed(tokens, np.array(self._rows, np.int64), self._going)
            self._decide(logits)
        if not self._going.any():
            self.choose()

    def choose(self) -> Take:
        """Put the best candidate into the stream, with the tokens that it has."""
        if self.chosen is None:
            best = max(range(len(self._takes)), key=lambda row: self._takes[row].score)
            self._fork.keep(best)
            self.chosen = self._takes[best]
            self._stream.append_cached(self.chosen.tokens)
            self.chosen.start(self._stream.state)
        return self.chosen

    def _start(self) -> None:
        logits = self._stream.logits
        self._fork.start()
        rows = len(self._going)
        self._takes = [self._new_take(self.asked, row) for row in range(rows)]
        self._states = [self._stream.state.copy() for _ in range(rows)]
        for take, state in zip(self._takes, self._states, strict=True):
            take.start(state)
        self._rows = [(0,) * features.COUNT] * rows
        self._going[:] = True
        self._decide([logits] * rows)

    def _decide(self, logits: list[Logits]) -> None:
        for row in np.flatnonzero(self._going).tolist():
            take, state = self._takes[row], self._states[row]
            token = take.sample(state, logits[row])
            take.append(state, token)
            self._rows[row] = state.push(token)
            self._going[row] = state.tick < self._until_tick and not self._fork.is_full(row)
