"""Sequential Monte Carlo over a gap: several middles side by side, weighed by what is known.

Particles (`export.sketch.particle`) are extended side by side, in the rows of the cache. At a bar
line those with little weight are replaced by copies of others, which go on in different ways
(*resampling*). At the end of the gap the particle with the greatest weight is the result.

A long gap does not fit into the cache. Whenever it is nearly full, one particle is chosen by its
weight and becomes the stream that all continue.

Sources: Doucet and Johansen, A tutorial on particle filtering and smoothing, 2009; Loula et al.,
Syntactic and semantic control of large language models via sequential Monte Carlo, 2025.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from export.sketch.particle import Particle
from model.tokens import features

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from export.runtime.decoder import Logits
    from export.runtime.fork import Fork
    from export.runtime.stream import Stream
    from export.runtime.take import Take
    from export.sketch.gap import Surroundings, Timed

_MIN_EFFECTIVE_SHARE = 0.5
"""Particles are resampled when their effective number is less than this share of them."""
_ROOM, _BAR_ROOM = 160, 448
"""A section ends when the cache has no room for so many tokens, at a bar line or anywhere.

The notes after the gap fit into the lesser one.
"""
_IDLE = 0
"""The token of a particle that waits for others: it is not kept."""


class Particles:
    """Middles of one gap, from a stream that has read all that comes before it."""

    # More than 12 attributes: what they share, and the section that is in progress.

    def __init__(
        self,
        stream: Stream,
        fork: Fork,
        around: Surroundings,
        take: Take,
        seed: Sequence[int],
    ) -> None:
        """Use a fork with a row for each particle. All are copies of a take."""
        self._stream, self._fork, self._around = stream, fork, around
        self._seed, self._rng = tuple(seed), np.random.default_rng(seed)
        self._copies = 0
        self._committed: list[Timed] = []
        held = frozenset(stream.state.grammar.pending_offs)
        self._parent = Particle(around, take, stream.state, 0, held)
        self._particles: list[Particle] = []
        self._logits: list[Logits] = []
        self._begin = 0  # the length of the cache at the begin of the section
        self._line = 0  # the bar line at which they wait for each other
        self.done = False

    @property
    def tick(self) -> int:
        """The tick that all have reached."""
        reached = (particle.state.tick for particle in self._particles)
        return min(reached, default=self._stream.tick)

    @property
    def end_tick(self) -> int:
        """The tick at which the gap ends."""
        return self._around.span.end

    @property
    def best(self) -> Particle:
        """The one with the greatest weight."""
        return max(self._particles, key=lambda each: each.weight, default=self._parent)

    def events(self) -> list[Timed]:
        """Return tick and token of each note event of the best one."""
        return [*self._committed, *(self.best.events if self._particles else ())]

    def step(self) -> None:
        """Extend every particle by one token, and resample if all have reached a bar line."""
        if not self._particles:
            self._start_section()
        self._extend()
        if all(map(self._is_waiting, self._particles)):
            self._pass_line()

    def _extend(self) -> None:
        """Extend by one token every particle that is not waiting."""
        count = len(self._particles)
        tokens, active = np.full(count, _IDLE, np.int64), np.zeros(count, np.bool_)
        rows = np.zeros((count, features.COUNT), np.int64)
        for number, particle in enumerate(self._particles):
            if self._is_waiting(particle):
                continue
            step = particle.push(self._logits[number])
            if step is not None:
                tokens[number], rows[number], takes_back = step
                self._fork.lengths[number] -= takes_back
                active[number] = True
        if active.any():
            logits = self._fork.feed(tokens, rows, active)
            for number in np.flatnonzero(active).tolist():
                self._logits[number] = logits[number]

    def _is_waiting(self, particle: Particle) -> bool:
        """Return whether a particle has reached the bar line, or has ended."""
        if particle.has_ended or particle.state.tick >= self._line < self._around.span.end:
            return True
        return particle.is_inside and self._fork.room < _ROOM

    def _start_section(self) -> None:
        """Start all particles from the stream."""
        self._stream.make_room(2 * _BAR_ROOM)
        rows = len(self._fork.lengths)
        self._logits = [self._stream.logits] * rows
        self._fork.start()
        self._begin = int(self._fork.lengths[0])
        self._parent.state = self._stream.state
        self._particles = [self._copy(self._parent) for _ in range(rows)]
        for particle in self._particles:
            particle.start()
        self._set_line()

    def _pass_line(self) -> None:
        """Resample at a bar line, or end the section."""
        if all(particle.has_ended for particle in self._particles):
            self.done = True
            return
        weights = self._weights()
        if self._fork.room < _BAR_ROOM:
            inside = [particle.is_inside for particle in self._particles]
            weights *= inside
            self._commit(int(self._rng.choice(len(weights), p=weights / weights.sum())))
            return
        if 1.0 / (weights**2).sum() < _MIN_EFFECTIVE_SHARE * len(weights):
            self._resample(weights)
        self._set_line()

    def _weights(self) -> NDArray[np.float64]:
        """Return the weights of the particles, which sum to 1."""
        logs = np.array([particle.weight for particle in self._particles])
        weights: NDArray[np.float64] = np.exp(logs - logs.max())
        weights /= weights.sum()
        return weights

    def _resample(self, weights: NDArray[np.float64]) -> None:
        """Replace the particles by copies of some, systematically (Kitagawa, 1996)."""
        count = len(weights)
        places = (self._rng.random() + np.arange(count)) / count
        parents = np.minimum(np.cumsum(weights).searchsorted(places), count - 1).tolist()
        self._fork.resample(parents, self._begin)
        self._logits = [self._logits[parent] for parent in parents]
        self._particles = [self._copy(self._particles[parent]) for parent in parents]

    def _commit(self, row: int) -> None:
        """Make a particle's tokens those of the stream, from which the next section begins."""
        chosen = self._particles[row]
        self._fork.lengths[row] -= 1  # the stream reads the last token itself
        self._fork.keep(row)
        self._stream.append_cached(chosen.tokens)
        self._stream.confirm_all()
        self._committed += chosen.events
        chosen.tokens, chosen.events = [], []
        self._parent, self._particles = chosen, []

    def _copy(self, particle: Particle) -> Particle:
        self._copies += 1
        return particle.copy((*self._seed, self._copies))

    def _set_line(self) -> None:
        """Let particles wait for each other at the next bar line that not all have reached."""
        self._line = self._around.lines.bar_line_after(self.tick, 1)
