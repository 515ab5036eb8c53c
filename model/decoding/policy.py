"""The policy of decoding: from the network's logits to the next token, in two choices.

Told the truth, the network is calibrated: it begins clashing notes as rarely as music does, and it
ends notes as often. When it reads its own output it is not. A release competes with every other
event of its tick, and top-p removes the small probabilities of many sounding notes first. A note
whose release was missed does not exist in the training data, so the network never ends it.

So the choice has two steps. First the *class* is drawn: time passes, a note ends, or a note of one
instrument begins. The probability of a class is the exact sum over its events. It is hardly
truncated, so rhythm, density and releases stay as the network predicts them. Then the event within
the class is drawn, by the temperature and the top-p of the settings.

Rules correct what the network loses when it reads its own output. Each can be switched off:

    releases   a note that lasts longer than its instrument's notes do is the more likely to end,
               and one that is shorter than nearly all of them the less
    yields     a note that clashes with later ones is the more likely to end: harmony has moved on
    entries    an instrument that rests longer than it did is the more likely to begin a note
    density    an instrument that was not heard is the more likely to begin a note, until it plays
               as densely as its kind does
    lines      an instrument that plays one note at a time ends its note before it begins the next
    form       pitches of the expected harmony are likelier (`harmony.HeardForm`); with
               `strict_form`, as far as a form was heard, there are no others
    key        pitches outside the key are less likely (`key.Key`); with `strict_key` there are none
    clash      pitches a semitone or a major seventh from a sounding note are less likely
    groove     drum keys are likelier at their places in the bar (`groove.HeardGroove`)
    repeats    a pitch that is repeated for longer than in the music before is less likely
               (`repeats`)
    velocity   an instrument plays as loudly, and with as much spread, as before (`dynamics`)
    endings    a take that comes to an end holds its last notes from a strong beat on (`endings`)
    pulse      in free time, time passes to the places at which the pulse has notes (`pulse`)
    resolve    in free time, a note ends before its instrument begins another that it clashes with,
               as often as such clashes were short (`clashes`)
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import exp
from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.instruments import Instrument
from model.decoding.endings import Ending, final_tick
from model.decoding.heard.clashes import CLASHING, STEPS, gives_way
from model.decoding.heard.statistics import USUAL_RATES
from model.decoding.sampling import SamplingParams, sample_index, sample_weight
from model.decoding.tonality import EXCLUDED, Tonality, TonalRules
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.random import Generator
    from numpy.typing import NDArray

    from model.decoding.heard.dynamics import HeardDynamics
    from model.decoding.heard.groove import HeardGroove
    from model.decoding.heard.pulse import HeardPulse
    from model.decoding.state import StreamState

_WAIT, _RELEASE, _OTHER, _FIRST_INSTRUMENT = 0, 1, 2, 3
_CLASS_COUNT = _FIRST_INSTRUMENT + len(Instrument)
_DRUMS = _FIRST_INSTRUMENT + Instrument.DRUMS
_EVENT_CLASS: NDArray[np.int64] = np.select(
    [v.EVENT_KIND == v.Kind.WAIT, v.EVENT_KIND == v.Kind.OFF, v.EVENT_KIND == v.Kind.ON],
    [_WAIT, _RELEASE, _FIRST_INSTRUMENT + v.EVENT_INSTRUMENT],
    _OTHER,
)
"""The class of each event (E,): waits, releases, others, and the onsets of each instrument."""
_CLASS_TOP_P = 0.97
_UNTRUNCATED = SamplingParams(1.0, 1.0)
_LONG_HAZARD, _HAZARD_GAIN, _MAX_GAIN = 3.0, 2.0, 14.0
"""A gain in nats for each nat of cumulative hazard beyond the first, up to a limit."""
_SHORT_HAZARD, _SHORT_LOSS = 0.03, -3.0
"""A note as short as hardly any of its instrument was is the less likely to end."""
_MIN_RATE, _MIN_DENSITY = 0.05, 0.1
_MIN_SHARE_OF_USUAL = 0.1
"""A rest counts as this share of the usual rate."""


@dataclass(frozen=True, slots=True)
class Rules(TonalRules):
    """The rules that are on, and the strength of some; 0 is off."""

    # More than 12 attributes: each rule can be switched off by its name.

    releases: bool = True
    yields: float = 2.0
    """Nats that the end of a note gains with which later notes clash."""
    entries: bool = True
    density: float = 2.0
    """The exponent of the ratio of the usual rate of onsets to the present one."""
    lines: bool = True
    clash: float = 0.4
    """Nats that a clash with a sounding note costs."""
    groove: float = 1.0
    """The exponent of the rates at which keys were hit at a place."""
    groove_time: float = 0.3
    """The exponent of the density of hits at a place."""
    repeats: bool = True
    velocity: float = 1.0
    """The exponent of the ratio of the heard share of a level to the own."""
    endings: bool = True
    pulse: float = 1.25
    """The exponent of the density of onsets at a place of the pulse."""
    resolve: bool = True
    wait_top_p: float = 0.95


DEFAULT_RULES = Rules()
NO_RULES = Rules(**{each.name: False for each in fields(Rules) if each.name != "wait_top_p"})


class Policy:
    """Chooses the tokens of one take, for some instruments.

    The music before its first token, the player's and ours, is what form, key, groove and pulse
    come from.
    """

    def __init__(
        self,
        instruments: Iterable[Instrument],
        begin_tick: int,
        params: SamplingParams,
        rng: Generator,
        rules: Rules = DEFAULT_RULES,
    ) -> None:
        self._instruments = tuple(int(kind) for kind in instruments)
        self.params, self._rng, self._rules = params, rng, rules
        self._wait_params = SamplingParams(params.temperature, rules.wait_top_p)
        self._level_params = SamplingParams(params.temperature, 1.0)
        self._begin_tick = begin_tick
        self._unheard: tuple[int, ...] | None = None
        self._end: tuple[int, bool] | None = None  # a tick, and whether the music ends there
        self.hear_again(begin_tick)

    def end_at(self, tick: int, *, is_last: bool = False) -> None:
        """Come to an end at a tick; with `is_last`, it is that of the music."""
        self._end, self._has_heard = (tick, is_last), False

    def hear_again(self, tick: int) -> None:
        """Take form, key, groove and pulse from the music up to a tick, at the next token."""
        self._heard_tick, self._has_heard = tick, False
        self.tonality: Tonality | None = None
        """The form and the key that were heard, once the first token is chosen."""
        self._groove: HeardGroove | None = None
        self._pulse: HeardPulse | None = None
        self._dynamics: HeardDynamics | None = None
        self._ending: Ending | None = None
        self._long_clashes = 1.0  # the share of clashes that are long
        self._heard_repeats: dict[int, int] = {}
        self._gains: _TickGains | None = None
        self._begun: int | None = None  # the instrument of the last token, if it was a note-on

    def random(self) -> float:
        """Draw a random number from 0 to 1."""
        return float(self._rng.random())

    def draw_from(self, rng: Generator) -> None:
        """Draw other random numbers from the next token on."""
        self._rng = rng

    def change_rules(self, rules: Rules) -> None:
        """Follow other rules from the next token on."""
        self._rules, self._gains = rules, None

    def sample(
        self,
        state: StreamState,
        events: NDArray[np.float32],
        velocities: NDArray[np.float32],
        *,
        require_onset: bool = False,
    ) -> int:
        """Return the next token from event logits (E,) and velocity logits (14, 16).

        With `require_onset` it is a note-on, or the wait after which one may come.
        """
        if not self._has_heard:
            self._hear(state)
        ending = self._ending
        require_onset |= ending is not None and ending.requires_onset(state)
        allowed = np.flatnonzero(state.grammar.mask(require_onset=require_onset))
        if ending is not None:
            allowed = ending.allowed(state, allowed)
        if self._gains is None or self._gains.tick != state.tick:
            self._gains = self._gains_at(state)
        elif self._begun is not None:
            # The instrument rests no longer: a gain that stayed would pile up its onsets.
            self._gains.classes[_FIRST_INSTRUMENT + self._begun] = self._onset_factor(
                state, self._begun
            )
        self._begun = None
        logits = events[allowed]
        for event, gain in self._gains.releases:
            place = int(allowed.searchsorted(event))
            if place < len(allowed) and allowed[place] == event:
                logits[place] += gain
        event = self._sample_event(state, allowed, logits)
        if event < v.FIRST_ON:
            return event
        self._begun = int(v.EVENT_INSTRUMENT[event])
        return v.token_id(event, self._sample_level(self._begun, velocities))

    def _hear(self, state: StreamState) -> None:
        self._has_heard = True
        if self._unheard is None:
            playing = self._instruments
            self._unheard = tuple(k for k in playing if not state.statistics.has_played(k))
        self.tonality = Tonality(state, self._heard_tick)
        if self._rules.groove:
            self._groove = state.groove.heard()
        if self._rules.pulse and state.bars is None:
            self._pulse = state.pulse.heard(self._heard_tick)
        if self._rules.resolve and state.bars is None:
            self._long_clashes = state.clashes.share_of_long()
        if self._rules.velocity:
            self._dynamics = state.dynamics.heard()
        self._heard_repeats = state.repeats.longest()
        if self._rules.endings and self._end is not None:
            end_tick, is_last = self._end
            final = final_tick(end_tick, state.bars, self._pulse, is_last=is_last)
            if final > state.tick:
                self._ending = Ending(final, self._instruments)

    def _sample_level(self, instrument: int, velocities: NDArray[np.float32]) -> int:
        levels = velocities[instrument]
        if self._dynamics is None or self.params.temperature <= 0:
            return sample_index(levels, self._level_params, self._rng)
        levels = self._dynamics.logits(instrument, levels, self._rules.velocity, self._rng)
        level = sample_index(levels, self._level_params, self._rng)
        self._dynamics.played(instrument, level)
        return level

    def _sample_event(
        self, state: StreamState, allowed: NDArray[np.int64], logits: NDArray[np.float32]
    ) -> int:
        classes = _EVENT_CLASS[allowed]
        if self._rules.is_strict:
            left = logits + self._exclusions(state, classes, v.EVENT_PITCH[allowed])
            logits = left if np.isfinite(left).any() else logits
        if self.params.temperature <= 0:
            return int(allowed[int(logits.argmax())])
        assert self._gains is not None
        weights = np.exp(logits - logits.max())
        masses = self._gains.classes * np.bincount(classes, weights, _CLASS_COUNT)
        chosen = sample_weight(masses, _CLASS_TOP_P, self._rng)
        if chosen >= _FIRST_INSTRUMENT and self._rules.lines:
            ending = _line_release(state, chosen - _FIRST_INSTRUMENT)
            if ending is not None:
                return ending
        places = np.flatnonzero(classes == chosen)
        within = logits[places]
        if chosen == _WAIT:
            params = self._wait_params
            if self._pulse is not None:
                reached = state.tick + v.EVENT_VALUE[allowed[places]]
                within = within + np.float32(self._rules.pulse) * self._pulse.nats(reached)
        elif chosen < _FIRST_INSTRUMENT:
            params = _UNTRUNCATED
        else:
            params = self.params
            pitches = v.EVENT_PITCH[allowed[places]]
            within = within + self._pitch_gains(state, chosen - _FIRST_INSTRUMENT)[pitches]
        event = int(allowed[places[sample_index(within, params, self._rng)]])
        if self._long_clashes < 1 and event >= v.FIRST_ON and chosen != _DRUMS:
            ending = gives_way(state.grammar.pending_ages, event)
            if ending is not None and self._rng.random() >= self._long_clashes:
                return ending
        return event

    def _exclusions(
        self, state: StreamState, classes: NDArray[np.int64], pitches: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return minus infinity for the excluded onsets among events, 0 for all other events."""
        found = np.zeros(len(classes), np.float32)
        for chosen in set(classes[classes >= _FIRST_INSTRUMENT].tolist()) - {_DRUMS}:
            places = np.flatnonzero(classes == chosen)
            assert self.tonality is not None
            gains = self.tonality.gains(self._rules, state.tick, chosen - _FIRST_INSTRUMENT)
            found[places[gains[pitches[places]] <= EXCLUDED]] = -np.inf
        return found

    def _gains_at(self, state: StreamState) -> _TickGains:
        """Return what the rules make of releases and classes at the tick of a state."""
        classes = np.ones(_CLASS_COUNT)
        for kind in self._instruments:
            classes[_FIRST_INSTRUMENT + kind] = self._onset_factor(state, kind)
        return _TickGains(state.tick, self._release_gains(state), classes)

    def _onset_factor(self, state: StreamState, kind: int) -> float:
        """Return by how much an instrument is likelier to begin a note than the network says."""
        factor = 1.0
        if self._rules.entries:
            hazard = state.statistics.onset_hazard(kind, state.tick, self._begin_tick)
            factor *= exp(max(0.0, _gain(hazard)))
        if self._rules.density and kind in (self._unheard or ()):
            share = state.statistics.rate(kind, state.tick) / USUAL_RATES[kind]
            factor *= min(1.0, max(_MIN_SHARE_OF_USUAL, share)) ** -self._rules.density
        if kind == Instrument.DRUMS and self._groove is not None and self._rules.groove_time:
            density = self._groove.density(state.tick) + _MIN_DENSITY
            ratio = density / (self._groove.mean_density + _MIN_DENSITY)
            factor *= ratio**self._rules.groove_time
        return factor

    def _release_gains(self, state: StreamState) -> list[tuple[int, float]]:
        """Return the note-offs of notes that should end, with their gains in nats."""
        found = []
        ages = state.grammar.pending_ages
        for event, age in ages.items():
            instrument, pitch = int(v.EVENT_INSTRUMENT[event]), int(v.EVENT_PITCH[event])
            gain = 0.0
            if self._rules.releases:
                hazard = state.statistics.release_hazard(instrument, pitch, age)
                gain = max(0.0, _gain(hazard)) if hazard > _SHORT_HAZARD else _SHORT_LOSS
            if self._rules.yields and _clashes_with_later(pitch, age, ages):
                gain += self._rules.yields
            if gain:
                found.append((event, gain))
        return found

    def _pitch_gains(self, state: StreamState, instrument: int) -> NDArray[np.float32]:
        """Return the gain in nats of each pitch (128,) for an instrument's next onset."""
        gains = np.zeros(128, np.float32)
        if instrument == Instrument.DRUMS:
            if self._groove is not None:
                rates = self._groove.rates(state.tick) + np.float32(_MIN_RATE)
                gains += np.float32(self._rules.groove) * np.log(rates)
            return gains
        if self.tonality is not None:
            gains += self.tonality.gains(self._rules, state.tick, instrument)
        if self._rules.repeats:
            repeated, loss = state.repeats.loss(instrument, state.tick, self._heard_repeats)
            gains[repeated] -= loss
        if self._ending is not None and state.tick >= self._ending.final_tick:
            gains += self._ending.gains(state)
        if self._rules.clash:
            for pitch in state.harmony.pitches:
                for step in STEPS:
                    if 0 <= pitch + step < len(gains):
                        gains[pitch + step] -= self._rules.clash
        return gains


@dataclass(frozen=True, slots=True)
class _TickGains:
    """The gains of the notes that are too long, by note-off, and the factors of the classes."""

    tick: int
    releases: list[tuple[int, float]]
    classes: NDArray[np.float64]


def _gain(hazard: float) -> float:
    """Return the gain in nats for a cumulative hazard; it is negative for a usual one."""
    return min(_MAX_GAIN, _HAZARD_GAIN * (hazard - _LONG_HAZARD))


def _clashes_with_later(pitch: int, age: int, ages: Mapping[int, int]) -> bool:
    """Return whether a note clashes with one of the sounding notes that began later."""
    return any(
        other_age < age and (int(v.EVENT_PITCH[other]) - pitch) % 12 in CLASHING
        for other, other_age in ages.items()
    )


def _line_release(state: StreamState, instrument: int) -> int | None:
    """Return the release that must come before an instrument's next onset, if any."""
    if instrument == Instrument.DRUMS or not state.statistics.is_monophonic(instrument):
        return None
    sounding = (
        event
        for event, age in state.grammar.pending_ages.items()
        if age > 0 and v.EVENT_INSTRUMENT[event] == instrument
    )
    return next(sounding, None)
