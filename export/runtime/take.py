"""A take: one generated continuation, decided token by token up to the tick at which it ends.

A take owns its instruments, its random numbers, and its rests. Its tokens go into a `Stream`
(`step`). If it is one of several candidates, they go into a state of its own (`sample` and
`append`). The critic rates each token; the mean is the take's score.

While the player plays too, a take continues the player's instruments as well as its own, so that it
anticipates what the player will play (as ReaLchords does, Wu et al. 2024). These *imagined* events
are kept apart and never sent. What the player really plays replaces them.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bridge.messages.settings import Changes, KeyPolicy
from export.runtime.harmony_report import HarmonyReport
from export.runtime.stream import event_of
from model.decoding.endings import COUNTDOWN_TICKS
from model.decoding.policy import DEFAULT_RULES, Policy, Rules
from model.decoding.sampling import SamplingParams
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.random import Generator

    from bridge.messages.composer import NoteEvent
    from bridge.messages.harmony import HeardHarmony
    from bridge.messages.settings import Settings
    from bridge.midi.instruments import Instrument
    from export.runtime.decoder import Logits
    from export.runtime.stream import Stream
    from model.decoding.state import StreamState


MAX_REST_TICKS = 192
"""A bar of common time."""
TOGETHER_TOP_P = 0.8
"""While the player plays too, pitches are surer: a wrong guess of the next chord clashes."""
_SOFT_KEY_NATS = 1.0


class Take:
    """A continuation in progress, up to `end_tick`, for some instruments."""

    # More than 12 attributes: how it was asked for, and what it has decided.

    def __init__(
        self,
        begin_tick: int,
        end_tick: int,
        instruments: Iterable[Instrument],
        settings: Settings,
        *,
        number: int = 1,
        candidate: int = 0,
        imagined: Iterable[Instrument] = (),
        ends: bool = False,
        opens: bool = True,
        rests: bool = False,
        rules: Rules = DEFAULT_RULES,
    ) -> None:
        """Prepare a take that begins with a note at `begin_tick`, or later unless it `opens`.

        It rests for at most a bar, or longer if it `rests`.

        Seed, number and candidate determine the random numbers. The `imagined` instruments are
        those that the player plays at the same time; beside them, the first note may come later.
        With `ends` the take comes to an end at `end_tick`; otherwise it is cut there.
        """
        self.end_tick = end_tick
        self.tokens: list[int] = []
        self._instruments = tuple(instruments)
        self._params = SamplingParams(settings.temperature, settings.top_p)
        self._rules = rules
        self._report = HarmonyReport(follows=settings.changes is not Changes.FREE)
        self._policy = Policy(
            self._instruments,
            begin_tick,
            self._params,
            np.random.default_rng((settings.seed, number, candidate)),
            with_settings(rules, settings),
        )
        self._counts_down = ends and rules.endings
        if ends:
            self._policy.end_at(end_tick)
        self._events: list[NoteEvent] = []
        self._imagined_events: list[NoteEvent] = []
        self._critic_sum = 0.0
        self._onset_ticks: list[int] = []
        self._begin_tick, self._opens, self._rests = begin_tick, opens, rests
        self.imagine(imagined)

    @property
    def imagined(self) -> frozenset[Instrument]:
        """The player's instruments that the take imagines."""
        return self._imagined

    @property
    def has_note(self) -> bool:
        """Whether a note has been decided."""
        return bool(self._onset_ticks)

    @property
    def score(self) -> float:
        """The mean of the critic's ratings of the tokens."""
        return self._critic_sum / max(1, len(self.tokens) - 1)

    def start(self, state: StreamState) -> None:
        """Allow note-ons of the take's and the player's instruments only, after this state."""
        state.grammar.set_instruments((*self._instruments, *self._imagined))

    def copy(self, seed: Sequence[int]) -> Take:
        """Return an independent copy that draws other random numbers from now on."""
        other = copy.deepcopy(self)
        other.draw_from(np.random.default_rng(seed))
        return other

    def draw_from(self, rng: Generator) -> None:
        """Draw other random numbers from the next token on."""
        self._policy.draw_from(rng)

    def imagine(self, instruments: Iterable[Instrument]) -> None:
        """Imagine these instruments of the player's from now on, as far as they are not ours."""
        self._imagined = frozenset(instruments) - frozenset(self._instruments)
        top_p = min(self._params.top_p, TOGETHER_TOP_P) if self._imagined else self._params.top_p
        self._policy.params = replace(self._params, top_p=top_p)

    def random(self) -> float:
        """Draw a random number from 0 to 1."""
        return self._policy.random()

    def configure(self, settings: Settings) -> None:
        """Treat changes and key as these settings say, from the next token on."""
        self._policy.change_rules(with_settings(self._rules, settings))
        self._report.restart(follows=settings.changes is not Changes.FREE)

    def end_at(self, tick: int) -> None:
        """Bring the take, and the music, to an end at a tick."""
        self.end_tick = tick
        self._policy.end_at(tick, is_last=True)

    def step(self, stream: Stream, stop_tick: int | None = None) -> bool:
        """Decide the next token of a stream; return whether it is a wait.

        A wait that would pass `stop_tick` ends there.
        """
        if self._counts_down and self.end_tick - stream.tick <= COUNTDOWN_TICKS:
            stream.end_tick = self.end_tick
        token = self.sample(stream.state, stream.logits)
        if stop_tick is not None and v.token_of(token).kind is v.Kind.WAIT:
            token = min(token, v.wait_id(min(stop_tick - stream.tick, v.MAX_WAIT_TICKS)))
        is_wait = self.append(stream.state, token)
        stream.append(token, is_imagined=self.is_imagined(token))
        return is_wait

    def is_imagined(self, token: int) -> bool:
        """Return whether a token is an event that is expected of the player."""
        return v.token_of(token).instrument in self._imagined

    def sample(self, state: StreamState, logits: Logits) -> int:
        """Choose the next token after a state from the network's logits there."""
        if self.tokens:
            self._critic_sum += logits.critic
        return self._policy.sample(
            state, logits.events, logits.velocities, require_onset=self._must_begin(state)
        )

    def _must_begin(self, state: StreamState) -> bool:
        """Return whether a note must begin after a state."""
        if self._imagined:
            return False
        if not self._onset_ticks and self._opens:
            return True
        last = self._onset_ticks[-1] if self._onset_ticks else self._begin_tick
        return not self._rests and state.tick - last >= MAX_REST_TICKS

    def append(self, state: StreamState, token: int) -> bool:
        """Record the token that comes next after a state; return whether it is a wait."""
        self.tokens.append(token)
        spelt = v.token_of(token)
        if spelt.kind is v.Kind.WAIT:
            return True
        if spelt.instrument in self._imagined:
            self._imagined_events.append(event_of(state.tick, token))
            return False
        if spelt.kind is v.Kind.ON:
            self._onset_ticks.append(state.tick)
        self._events.append(event_of(state.tick, token))
        return False

    def end(self, stream: Stream) -> None:
        """End the notes that sound in a stream, except those that the player holds."""
        at = min(self.end_tick, stream.tick)
        for token in stream.state.grammar.pending_offs:
            if not self.is_imagined(token):
                stream.append(token)
                self._events.append(event_of(at, token))

    def resume(self, state: StreamState, tick: int) -> None:
        """Continue after a state with the notes decided up to a tick; later events are dropped."""
        self.start(state)
        self._policy.hear_again(tick)
        self._events.clear()
        self._imagined_events.clear()
        kept = [onset for onset in self._onset_ticks if onset <= tick]
        self._onset_ticks = kept or self._onset_ticks[:1]

    def new_harmony(self, tick: int) -> HeardHarmony | None:
        """Return what the take has heard of the harmony, if that is new at a tick."""
        tonality = self._policy.tonality
        return None if tonality is None else self._report.new(tonality, tick)

    def new_events(self) -> list[NoteEvent]:
        """Return the events since the last call."""
        events, self._events = self._events, []
        return events

    def new_imagined_events(self) -> list[NoteEvent]:
        """Return the imagined events since the last call."""
        events, self._imagined_events = self._imagined_events, []
        return events


def with_settings(rules: Rules, settings: Settings) -> Rules:
    """Return the rules with what settings say of changes and key."""
    is_free = settings.changes is Changes.FREE
    return replace(
        rules,
        form=0.0 if is_free else rules.form,
        exact_form=0.0 if is_free else rules.exact_form,
        strict_form=settings.changes is Changes.STRICT,
        key=_SOFT_KEY_NATS if settings.key is KeyPolicy.SOFT else 0.0,
        strict_key=settings.key is KeyPolicy.STRICT,
    )
