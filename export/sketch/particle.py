"""A particle: one middle of a gap in progress, with a weight.

The network reads from left to right, and what stands in a gap and after it comes too late to steer
it. So a particle draws its own tokens. When it reaches a standing event, it takes that as its next
token, and its weight is multiplied by the event's probability, given that nothing came before it
that could have:

    at one tick     it draws a token of its own, and takes the standing one if its own comes later
    between ticks   a wait that reaches or passes the standing event ends there

The network expects events of all instruments, and those that stand are known. Its events compete:
with the probability that it gives to other instruments than those of the gap, the next event is not
the particle's. Then a standing event that is due comes. Otherwise nothing comes: a wait that ended
here is taken back, and a longer one is drawn. So the particle's notes are as dense as the network
expects them beside the others.

At the end of the gap its notes end. It reads the notes after the gap, and its weight is multiplied
by the probability of each of these tokens.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from model.decoding.grammar import OFF_OF
from model.tokens import tokenizer
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from export.runtime.decoder import Logits
    from export.runtime.take import Take
    from export.sketch.gap import Surroundings, Timed
    from model.decoding.state import Row, StreamState

_EVERYTHING = slice(None)


class Step(NamedTuple):
    """The next token of a particle."""

    token: int
    row: Row
    """Its musical time."""
    taken_back: int
    """1 if it replaces the last token, otherwise 0."""


@dataclass(slots=True)
class Particle:
    """One middle of a gap in progress."""

    around: Surroundings
    take: Take
    state: StreamState
    standing: int
    """The number of standing events that it has taken."""
    held: frozenset[int]
    """The note-off tokens of the standing notes that sound."""
    tokens: list[int] = field(default_factory=list)
    events: list[Timed] = field(default_factory=list)
    """Tick and token of each note event that it has drawn."""
    weight: float = 0.0
    """The logarithm of its weight since it was last resampled."""
    _before_wait: tuple[StreamState, Logits] | None = None
    """The state and the logits before the last token, if that is a wait."""
    _after: deque[tuple[int, bool]] | None = None
    """The tokens that it reads past the end of the gap, and whether each is weighed."""

    def copy(self, seed: Sequence[int]) -> Particle:
        """Return an independent copy without a weight, which draws other random numbers."""
        after = None if self._after is None else deque(self._after)
        return Particle(
            self.around,
            self.take.copy(seed),
            self.state.copy(),
            self.standing,
            self.held,
            list(self.tokens),
            list(self.events),
            _before_wait=self._before_wait,
            _after=after,
        )

    def start(self) -> None:
        """Start a section: leave standing notes alone, and keep to the grid of the music around."""
        self._before_wait = None  # what was committed stays
        self.take.start(self.state)
        self.state.grammar.set_held_offs(self.held)
        self.state.grammar.set_grid(self.around.grid)

    @property
    def is_inside(self) -> bool:
        """Whether it has not read any token after the gap."""
        return self._after is None

    @property
    def has_ended(self) -> bool:
        """Whether it has read all tokens after the gap."""
        return self._after is not None and not self._after

    def push(self, logits: Logits) -> Step | None:
        """Decide the next token from the logits after the last one; None at the end."""
        if self.state.tick >= self.around.span.end:
            token = self._token_after(logits)
            return None if token is None else self._push(token, logits)
        standing = self._next_standing()
        is_due = standing is not None and standing[0] <= self.state.tick
        if standing is not None and is_due:
            at_once = self._token_before(standing[1])
            if at_once is not None:
                return self._push(at_once, logits)
        is_ours = self.take.random() >= self._share_of_others(logits)
        if standing is not None and is_due:
            own = self.take.sample(self.state, logits) if is_ours else None
            if own is None or _rank(own) >= _rank(standing[1]):
                return self._push(self._take_standing(standing[1], logits), logits)
            return self._push(self._append(own), logits)
        if is_ours:
            return self._push(self._own_token(logits, standing), logits)
        return self._wait_longer(logits, standing)

    def _push(self, token: int, logits: Logits, taken_back: int = 0) -> Step:
        """Make a token the next one; a wait can be taken back once it has been read."""
        is_wait = v.TOKEN_KIND[token] == v.Kind.WAIT
        self._before_wait = (self.state.copy(), logits) if is_wait and self.is_inside else None
        self.tokens.append(token)
        return Step(token, self.state.push(token), taken_back)

    def _share_of_others(self, logits: Logits) -> float:
        """Return the probability that the next event is not the particle's."""
        weights = np.exp(logits.events - logits.events.max())
        others = float(weights @ self.around.standing_share)
        others += float(weights[list(self.held)].sum())
        return others / float(weights.sum())

    def _wait_longer(self, logits: Logits, standing: Timed | None) -> Step:
        """Let time pass, though the network expects an event: it would be of another instrument."""
        tick, taken_back = self.state.tick, 0
        if self._before_wait is not None:
            state, logits = self._before_wait
            self.state = state.copy()  # copies of this particle share it
            self.tokens.pop()
            taken_back = 1
        self.state.grammar.rest_until(tick + 1)
        return self._push(self._own_token(logits, standing), logits, taken_back)

    def _own_token(self, logits: Logits, standing: Timed | None) -> int:
        """Return a token that it draws before the next standing event."""
        token = self.take.sample(self.state, logits)
        if v.TOKEN_KIND[token] != v.Kind.WAIT:
            return self._append(token)
        tick, ticks = self.state.tick, token - v.FIRST_WAIT + 1
        if standing is not None and tick + ticks >= standing[0]:
            token = v.wait_id(standing[0] - tick)
            last = v.wait_id(v.MAX_WAIT_TICKS)
            self.weight += _log_share(logits, token, slice(token, last + 1))
        else:
            token = v.wait_id(min(ticks, self.around.span.end - tick))
        self.take.append(self.state, token)
        return token

    def _next_standing(self) -> Timed | None:
        """Return the next standing event."""
        events = self.around.standing
        return events[self.standing] if self.standing < len(events) else None

    def _token_before(self, standing: int) -> int | None:
        """Return the token that comes without a choice when a standing event is due, if any.

        A change of tempo or metre stands. A note of the particle's on the key of a standing note
        ends before that begins.
        """
        if v.TOKEN_KIND[standing] in (v.Kind.TEMPO, v.Kind.METRE):
            self.standing += 1
            return standing
        off = OFF_OF.get(v.event_of(standing))
        if off is not None and self.state.grammar.onset_tick(off) is not None:
            return self._append(off)
        return None

    def _append(self, token: int) -> int:
        """Record a note event of its own."""
        self.take.append(self.state, token)
        self.events.append((self.state.tick, token))
        return token

    def _take_standing(self, token: int, logits: Logits) -> int:
        """Take a standing note event as the next token, and be weighed by it."""
        event = v.event_of(token)
        self.weight += _log_share(logits, event, _not_before(event))
        self.standing += 1
        off = OFF_OF.get(event)
        self.held = self.held - {token} if off is None else self.held | {off}
        self.state.grammar.set_held_offs(self.held)
        return token

    def _token_after(self, logits: Logits) -> int | None:
        """Return the next of the tokens after the gap."""
        if self._after is None:
            self._after = deque(self._tokens_after())
        if not self._after:
            return None
        token, is_weighed = self._after.popleft()
        if is_weighed:
            self.weight += _log_share(logits, v.event_of(token), _EVERYTHING)
        return token

    def _tokens_after(self) -> list[tuple[int, bool]]:
        """End its own notes; return these tokens and those after the gap."""
        tokens = [(off, False) for off in self.state.grammar.pending_offs]
        at = self.around.span.end
        self.events += [(at, off) for off, _ in tokens]
        after = tokenizer.with_waits(self.around.after, at)
        return [*tokens, *((token, True) for token in after)]


def _rank(token: int) -> int:
    """Return the place of an event in the canonical order of a tick; a wait comes last."""
    return v.EVENT_COUNT if v.TOKEN_KIND[token] == v.Kind.WAIT else v.event_of(token)


def _not_before(event: int) -> NDArray[np.int64]:
    """Return the waits, and the note events that may come at a tick from an event on."""
    return np.concatenate((_WAITS, np.arange(event, v.EVENT_COUNT)))


def _log_share(logits: Logits, event: int, among: slice | NDArray[np.int64]) -> float:
    """Return the logarithm of an event's share of the probability of some events."""
    others = logits.events[among]
    highest = others.max()
    return float(logits.events[event] - highest - np.log(np.exp(others - highest).sum()))


_WAITS: NDArray[np.int64] = np.flatnonzero(v.EVENT_KIND == v.Kind.WAIT)
