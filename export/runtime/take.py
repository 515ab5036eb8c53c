"""A take: one way of going on, token by token, up to the tick at which it is to end.

It owns what is peculiar to it: the dice, who is invited, what it has told. Where it stands is a
`Place`, which for the take that is being played is the stream's own, and for one that is merely
tried a copy. The critic's opinion of each of its tokens is kept; their mean is its score.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.messages.composer import Happening, Release, Strike
from model.tokens import sampling
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from numpy.random import Generator

    from bridge.messages.composer import Compose
    from export.runtime.decoder import Logits
    from export.runtime.stream import Place


LONGEST_REST_TICKS = 192
"""A bar of common time."""


class Take:
    """An answer in the making."""

    def __init__(
        self,
        asked: Compose,
        place: Place,
        chance: sampling.Chance,
        rng: Generator,
        *,
        at_once: bool = True,
        longest_rest_ticks: int = LONGEST_REST_TICKS,
    ) -> None:
        """Begin where it stands, with a note if `at_once`, and never rest for longer than that."""
        self.place = place
        self.tokens: list[int] = []
        self._happenings: list[Happening] = []
        self.end_tick = asked.end_tick
        self._chance, self._rng = chance, rng
        self._invitation = sampling.Invitation(asked.instruments, asked.begin_tick)
        self._instruments = asked.instruments
        self._ours = sampling.events_of(asked.instruments) if asked.together else None
        self._longest_rest_ticks = longest_rest_ticks
        self._opinions = 0.0
        self._onset_ticks = [] if at_once else [asked.begin_tick]
        place.grammar.allow(asked.instruments)

    @property
    def begun(self) -> bool:
        """Tell whether it has a note."""
        return bool(self._onset_ticks)

    @property
    def ended(self) -> bool:
        """Tell whether it has come to where it is to end."""
        return self.place.tick >= self.end_tick

    @property
    def score(self) -> float:
        """What the critic says of its tokens on average."""
        return self._opinions / max(1, len(self.tokens) - 1)

    def choose(self, logits: Logits) -> int:
        """Choose the next token from what the network says after the last."""
        if self.tokens:
            self._opinions += logits.critic
        rest = self.place.tick - self._onset_ticks[-1] if self._onset_ticks else 0
        rests = not self._onset_ticks or rest >= self._longest_rest_ticks
        mask = self.place.grammar.mask(must_begin=rests)
        events = logits.events
        if self._ours is not None:
            held = self.place.grammar.held_ticks
            events = sampling.beside_others(events, self._ours, rest, held)
        events = events + self._invitation.bias(self.place.tick)
        return sampling.choose(events, logits.velocities, mask, self._chance, self._rng)

    def note(self, token: int) -> bool:
        """Take note of a token at the tick where it is told; tell whether the tick is over."""
        self._invitation.push(token, self.place.tick)
        self.tokens.append(token)
        spelt = v.token_of(token)
        if spelt.kind is v.Kind.WAIT:
            return True
        if spelt.kind is v.Kind.ON:
            self._onset_ticks.append(self.place.tick)
        self._happenings.append(happening_of(self.place.tick, token))
        return False

    def go_on_from(self, place: Place, stands_until: int) -> None:
        """Go on, having begun, from where it stands as far as a tick: others have played."""
        self.place = place
        place.grammar.allow(self._instruments)
        self._happenings.clear()
        first = self._onset_ticks[0]
        self._onset_ticks = [tick for tick in self._onset_ticks if tick <= stands_until] or [first]

    def news(self) -> list[Happening]:
        """Return what has happened in it since it was last asked."""
        news, self._happenings = self._happenings, []
        return news


def happening_of(tick: int, token: int) -> Happening:
    """Return what a token of a note says to happen at its tick."""
    spelt = v.token_of(token)
    assert spelt.instrument is not None, spelt
    if spelt.kind is v.Kind.OFF:
        return Release(tick, spelt.instrument, spelt.pitch)
    return Strike(tick, spelt.instrument, spelt.pitch, v.velocity_of(spelt.level))
