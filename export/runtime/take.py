"""A take: one generated continuation, decided token by token up to the tick at which it ends.

A take owns what is peculiar to it: which instruments it plays, its random numbers, and how long it
rests. The tokens go into a `Stream` (`step`), or, for one of several candidates, into a state of
its own (`choose` and `note`). The critic judges each token; the mean is the take's score.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from export.runtime.stream import event_of
from model.tokens import sampling
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.messages.composer import NoteEvent
    from bridge.messages.settings import Settings
    from bridge.midi.instruments import Instrument
    from export.runtime.decoder import Logits
    from export.runtime.stream import Stream, StreamState


LONGEST_REST_TICKS = 192
"""A bar of common time."""


class Take:
    """A continuation in the making, from `begin_tick` to `end_tick`, for some instruments."""

    def __init__(
        self,
        begin_tick: int,
        end_tick: int,
        instruments: Iterable[Instrument],
        settings: Settings,
        *,
        number: int = 1,
        candidate: int = 0,
        beside_others: bool = False,
    ) -> None:
        """Start with a note at `begin_tick`.

        Seed, number and candidate give the random numbers. With `beside_others` the player plays
        other instruments at the same time.
        """
        self.begin_tick, self.end_tick = begin_tick, end_tick
        self.tokens: list[int] = []
        self._instruments = tuple(instruments)
        self._params = sampling.Chance(settings.temperature, settings.top_p)
        self._rng = np.random.default_rng((settings.seed, number, candidate))
        self._invitation = sampling.Invitation(self._instruments, begin_tick)
        self._ours = sampling.events_of(self._instruments) if beside_others else None
        self._events: list[NoteEvent] = []
        self._opinions = 0.0
        self._onset_ticks: list[int] = []

    @property
    def has_note(self) -> bool:
        """Tell whether a note has been decided."""
        return bool(self._onset_ticks)

    @property
    def score(self) -> float:
        """The critic's mean opinion of the tokens."""
        return self._opinions / max(1, len(self.tokens) - 1)

    def start(self, state: StreamState) -> None:
        """Let only the take's instruments begin notes after this state."""
        state.grammar.allow(self._instruments)

    def step(self, stream: Stream) -> bool:
        """Decide the next token of a stream; return whether its tick is over."""
        token = self.choose(stream.state, stream.logits)
        is_wait = self.note(stream.state, token)
        stream.append(token)
        return is_wait

    def choose(self, state: StreamState, logits: Logits) -> int:
        """Choose the next token after a state, from what the network says there."""
        if self.tokens:
            self._opinions += logits.critic
        rest = state.tick - self._onset_ticks[-1] if self._onset_ticks else 0
        must_begin = not self._onset_ticks or rest >= LONGEST_REST_TICKS
        mask = state.grammar.mask(must_begin=must_begin)
        events = logits.events
        if self._ours is not None:
            held = state.grammar.held_ticks
            events = sampling.beside_others(events, self._ours, rest, held)
        events = events + self._invitation.bias(state.tick)
        return sampling.choose(events, logits.velocities, mask, self._params, self._rng)

    def note(self, state: StreamState, token: int) -> bool:
        """Record a token that comes next after a state; return whether its tick is over."""
        self._invitation.push(token, state.tick)
        self.tokens.append(token)
        spelt = v.token_of(token)
        if spelt.kind is v.Kind.WAIT:
            return True
        if spelt.kind is v.Kind.ON:
            self._onset_ticks.append(state.tick)
        self._events.append(event_of(state.tick, token))
        return False

    def end(self, stream: Stream) -> None:
        """End in a stream what sounds and is not the player's."""
        at = min(self.end_tick, stream.tick)
        for token in stream.state.grammar.owed:
            stream.append(token)
            self._events.append(event_of(at, token))

    def resume(self, state: StreamState, tick: int) -> None:
        """Go on after a state, with what was decided up to a tick: later events are gone."""
        self.start(state)
        self._events.clear()
        first = self._onset_ticks[0]
        self._onset_ticks = [onset for onset in self._onset_ticks if onset <= tick] or [first]

    def new_events(self) -> list[NoteEvent]:
        """Return the events since the last call."""
        events, self._events = self._events, []
        return events
