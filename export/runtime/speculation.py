"""Foresight: the beginning of an answer that nobody has asked for yet.

In the pauses of a phrase the player may be about to hand over. So the answer that would be asked
for is begun then, in several takes side by side, each up to its first second. If the pause becomes
the hand-over, the take that the critic likes best is there at once; if the player goes on, nothing
has happened but the setting of a counter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.notes import TICKS_PER_QUARTER
from export.runtime.take import Take
from model.tokens import features

if TYPE_CHECKING:
    from bridge.messages.composer import Compose
    from export.runtime.decoder import Logits
    from export.runtime.fork import Fork
    from export.runtime.stream import Place, Row, Stream

FORESEEN_TICKS = 2 * TICKS_PER_QUARTER
"""A second, playing freely."""

NewTake = Callable[["Compose", "Place", int], Take]
"""Makes the candidate of a number."""


class Foresight:
    """Candidates for one answer, each a token further with every piece of work."""

    def __init__(self, asked: Compose, stream: Stream, fork: Fork, new_take: NewTake) -> None:
        self.asked = asked
        self._stream, self._fork, self._new_take = stream, fork, new_take
        self._until = min(asked.begin_tick + FORESEEN_TICKS, asked.end_tick)
        self._takes: list[Take] = []
        self._rows: list[Row] = []
        self._going = np.zeros(len(fork.lengths), np.bool_)
        self.chosen: Take | None = None
        """The best candidate, once it is in the stream."""

    @property
    def begun(self) -> bool:
        """Tell whether there is something to choose from."""
        return bool(self._takes)

    def work(self) -> None:
        """Let every candidate go on by a token; with the last one, choose."""
        if not self._takes:
            self._begin()
        else:
            tokens = np.array([take.tokens[-1] for take in self._takes])
            logits = self._fork.feed(tokens, np.array(self._rows, np.int64), self._going)
            self._decide(logits)
        if not self._going.any():
            self.choose()

    def choose(self) -> Take:
        """Put the best candidate into the stream, as far as it has come."""
        if self.chosen is None:
            best = max(range(len(self._takes)), key=lambda row: self._takes[row].score)
            self._fork.keep(best)
            self.chosen = self._takes[best]
            self._stream.adopt(self.chosen.tokens)
            self.chosen.place = self._stream.place
            self.chosen.place.grammar.allow(self.asked.instruments)
        return self.chosen

    def _begin(self) -> None:
        logits = self._stream.logits
        self._fork.begin()
        rows = len(self._going)
        self._takes = [
            self._new_take(self.asked, self._stream.place.copy(), row) for row in range(rows)
        ]
        self._rows = [(0,) * features.COUNT] * rows
        self._going[:] = True
        self._decide([logits] * rows)

    def _decide(self, logits: list[Logits]) -> None:
        for row in np.flatnonzero(self._going).tolist():
            take = self._takes[row]
            token = take.choose(logits[row])
            take.note(token)
            self._rows[row] = take.place.push(token)
            self._going[row] = take.place.tick < self._until and not self._fork.full(row)
