"""Sample the next token from logits: grammar, instruments, temperature.

The network returns a likelihood for every event. Three steps follow. The *grammar* excludes events
that no performance can have: the end of a note that does not sound, a note-on for a key that is
down, events of a tick out of order. The requested *instruments* are binding: no other instrument
begins a note. Then comes sampling. Logits are divided by the temperature, and the unlikely tail is
cut (top-p: the fewest events that hold this share of the probability, Holtzman et al. 2020; min-p:
events at least this share as likely as the likeliest, Nguyen et al. 2024). One event is drawn, and
after it the velocity from its instrument's logits.

All of it is NumPy on one row of logits. The same objects serve the live engine, the file writer and
the slow torch generator that tests compare them with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

FIRST_NOTE_EVENT = v.FIRST_WAIT + v.MAX_WAIT_TICKS
MAX_ENTRY_BIAS = 8.0
"""Nats, reached after ten quarter notes: likely, not certain. With 4, no drum joined a minuet."""
MAX_EVENTS_PER_TICK = 64
"""Events of one tick, more than any chord has. A stream that stays in a tick is forced to go on."""
MAX_NOTE_TICKS = 384
"""Two bars of 4/4. A longer note of the model's is a note whose end was left out, and is ended."""
Grid = frozenset[int]
"""Ticks within a quarter note at which notes may begin."""
_SIXTEENTHS, _TRIPLETS, _THIRTY_SECONDS = (
    frozenset(range(0, TICKS_PER_QUARTER, step)) for step in (12, 16, 6)
)
_MIN_ON_GRID_SHARE, _MIN_THIRTY_SECONDS_SHARE = 0.9, 0.05
SHARE_PER_QUARTER, MAX_SHARE = 0.15, 0.6
"""The share of the others' expected notes that an instrument beside them plays itself."""
_MIN_MASS = 1e-12
_IS_ON = v.EVENT_KIND == v.Kind.ON
_IS_OFF = v.EVENT_KIND == v.Kind.OFF
_IS_WAIT = v.EVENT_KIND == v.Kind.WAIT


@dataclass(frozen=True, slots=True)
class SamplingParams:
    """How random the choice is. Temperature 0 is greedy: always the likeliest event."""

    temperature: float = 1.0
    top_p: float = 0.95
    min_p: float = 0.0


class Grammar:
    """Which events may come next in a stream, from the tokens pushed up to now."""

    def __init__(
        self, instruments: Iterable[Instrument] = tuple(Instrument), *, allow_end: bool = False
    ) -> None:
        """Allow note-ons of the instruments only.

        `end` is allowed only with `allow_end`. The frame (clock, tempo, metre) never changes.
        """
        self._grid: Grid | None = None
        self._onset_mask = _onset_events(instruments)
        self._allow_end = allow_end
        self._sounding: dict[int, int] = {}  # note-off event of a note -> tick of its onset
        self._held_offs: frozenset[int] = frozenset()  # note-off events left to the player
        self._tick = 0
        self._earliest_tick = 0  # no event is allowed before this tick
        self._min_event = FIRST_NOTE_EVENT  # in a tick, events come in rising order
        self._events_in_tick = 0

    @property
    def sounding(self) -> tuple[int, ...]:
        """The note-off tokens of the sounding notes, in canonical order."""
        return tuple(sorted(self._sounding))

    @property
    def pending_offs(self) -> tuple[int, ...]:
        """The note-off tokens of the sounding notes that are not held, in canonical order."""
        return tuple(event for event in self.sounding if event not in self._held_offs)

    @property
    def longest_held_ticks(self) -> int:
        """How long the oldest note of `pending_offs` has sounded."""
        begun = (self._sounding[event] for event in self.pending_offs)
        return self._tick - min(begun, default=self._tick)

    def copy(self) -> Grammar:
        """Return an independent copy."""
        other = Grammar(())
        other.__dict__.update(self.__dict__)
        other._sounding = dict(self._sounding)
        return other

    def set_instruments(self, instruments: Iterable[Instrument]) -> None:
        """Allow only these instruments to begin notes from now on; others may still end theirs."""
        self._onset_mask = _onset_events(instruments)

    def set_held_offs(self, note_offs: Iterable[int]) -> None:
        """Exclude these note-off tokens from now on, since the player holds the keys."""
        self._held_offs = frozenset(note_offs)

    def rest_until(self, tick: int) -> None:
        """Allow no event before a tick.

        A wait is one token, and where it ends there is an event. A wait that may not end yet is not
        split into two: only waits that reach the tick are allowed.
        """
        self._earliest_tick = tick

    def set_grid(self, grid: Grid | None) -> None:
        """Allow note-ons only on a grid from now on; notes may end anywhere."""
        self._grid = grid

    def push(self, token: int) -> None:
        """Read the next token of the stream."""
        event = v.event_of(token)
        kind = int(v.EVENT_KIND[event])
        if kind == v.Kind.WAIT:
            self._min_event, self._events_in_tick = FIRST_NOTE_EVENT, 0
            self._tick += int(v.EVENT_VALUE[event])
        elif kind in (v.Kind.OFF, v.Kind.ON):
            self._min_event, self._events_in_tick = event + 1, self._events_in_tick + 1
        if kind == v.Kind.OFF:
            self._sounding.pop(event, None)
        elif kind == v.Kind.ON and int(v.EVENT_INSTRUMENT[event]) != Instrument.DRUMS:
            self._sounding[_OFF_OF[event]] = self._tick

    def mask(self, *, require_onset: bool = False) -> NDArray[np.bool_]:
        """Return which events (E,) may come next.

        With `require_onset`, only note-ons if any may come, or else the wait after which one may.
        """
        if self._tick < self._earliest_tick:
            return self._rest_mask()
        allowed = self._onset_mask.copy()
        ends = [event for event in self._sounding if event not in self._held_offs]
        overdue = [e for e in ends if self._tick - self._sounding[e] >= MAX_NOTE_TICKS]
        if due := [event for event in overdue if event >= self._min_event]:
            only = np.zeros_like(allowed)
            only[min(due)] = True
            return only
        allowed[[_ON_OF[event] for event in self._sounding]] = False
        allowed[ends] = True
        allowed[: self._min_event] = False
        on_grid = self._grid is None or self._tick % TICKS_PER_QUARTER in self._grid
        if not on_grid:
            allowed[v.FIRST_ON :] = False
        if self._events_in_tick >= MAX_EVENTS_PER_TICK:
            allowed[FIRST_NOTE_EVENT:] = False
        if require_onset and allowed[v.FIRST_ON :].any():
            allowed[: v.FIRST_ON] = False
            return allowed
        if require_onset and not on_grid:
            return self._next_grid_mask()
        allowed |= self._wait_mask()
        allowed[v.END] = self._allow_end and not self._sounding
        return allowed

    def _rest_mask(self) -> NDArray[np.bool_]:
        """Return only the waits (E,) that reach the tick before which no event is allowed."""
        left = min(self._earliest_tick - self._tick, v.MAX_WAIT_TICKS)
        long: NDArray[np.bool_] = _IS_WAIT & (left <= v.EVENT_VALUE)
        on_grid = long & self._wait_mask()
        return on_grid if on_grid.any() else long

    def _next_grid_mask(self) -> NDArray[np.bool_]:
        """Return only the wait (E,) that reaches the next line of the grid."""
        assert self._grid is not None
        ahead = range(1, TICKS_PER_QUARTER + 1)
        step = next(n for n in ahead if (self._tick + n) % TICKS_PER_QUARTER in self._grid)
        only = np.zeros_like(self._onset_mask)
        only[v.FIRST_WAIT + step - 1] = True
        return only

    def _wait_mask(self) -> NDArray[np.bool_]:
        """Return which waits (E,) may come.

        While no note sounds, these are only the waits that reach the grid.
        """
        if self._grid is None or self._sounding:
            everything: NDArray[np.bool_] = _IS_WAIT
            return everything
        reached = (self._tick + v.EVENT_VALUE) % TICKS_PER_QUARTER
        waits: NDArray[np.bool_] = _IS_WAIT & np.isin(reached, list(self._grid))
        return waits


def detect_grid(onsets: Sequence[int], tolerance_ticks: int = 0) -> Grid | None:
    """Return the grid on which a player's onsets lie, or None.

    The grid has sixteenths and triplet eighths, so that straight rhythm can turn into swing, and
    thirty-seconds if they are played. Free playing has no grid. Human timing and a host's clock are
    not exact: an onset at most `tolerance_ticks` from a line lies on it.
    """
    places = [_snap(onset % TICKS_PER_QUARTER, tolerance_ticks) for onset in onsets]
    grid = _SIXTEENTHS | _TRIPLETS
    fine = sum(place in _THIRTY_SECONDS - grid for place in places)
    if fine > _MIN_THIRTY_SECONDS_SHARE * len(places):
        grid |= _THIRTY_SECONDS
    kept = sum(place in grid for place in places)
    return grid if places and kept >= _MIN_ON_GRID_SHARE * len(places) else None


def _snap(position: int, tolerance_ticks: int) -> int:
    """Return the sixteenth or triplet near a position in a quarter note, or the position."""
    near = (
        position + step for step in sorted(range(-tolerance_ticks, tolerance_ticks + 1), key=abs)
    )
    lines = _SIXTEENTHS | _TRIPLETS
    return next(
        (at % TICKS_PER_QUARTER for at in near if at % TICKS_PER_QUARTER in lines), position
    )


class EntryBias:
    """Favours requested instruments that have not played for a while.

    The mask only excludes instruments, and a network that has read a piano alone finds a bass
    unlikely. So the note-ons of an instrument that rests while others play gain a nat for every
    quarter note of rest after the first, up to a limit.
    """

    def __init__(self, instruments: Iterable[Instrument], tick: int) -> None:
        """Favour these instruments, all resting since the tick."""
        self._last_onset_ticks = {int(kind): tick for kind in instruments}

    def push(self, token: int, tick: int) -> None:
        """Read a token of the stream and its tick."""
        kind = int(v.EVENT_INSTRUMENT[v.event_of(token)])
        if token >= v.FIRST_ON and kind in self._last_onset_ticks:
            self._last_onset_ticks[kind] = tick

    def bias(self, tick: int) -> NDArray[np.float32]:
        """Return the gain of event logits (E,) at a tick."""
        # The last gain is for events without an instrument.
        gains = np.zeros(len(Instrument) + 1, np.float32)
        latest = max(self._last_onset_ticks.values(), default=tick)
        for kind, since in self._last_onset_ticks.items():
            if since < latest:  # others have played since
                quarters = (tick - since) / TICKS_PER_QUARTER - 1
                gains[kind] = min(MAX_ENTRY_BIAS, max(0.0, quarters))
        gained: NDArray[np.float32] = np.where(_IS_ON, gains[v.EVENT_INSTRUMENT], np.float32(0))
        return gained


def event_mask(instruments: Iterable[Instrument]) -> NDArray[np.bool_]:
    """Return which events (E,) are of the instruments."""
    theirs: NDArray[np.bool_] = np.isin(v.EVENT_INSTRUMENT, [int(kind) for kind in instruments])
    return theirs


def redistribute_others(
    events: NDArray[np.float32],
    own_events: NDArray[np.bool_],
    rest_ticks: int,
    held_ticks: int,
) -> NDArray[np.float32]:
    """Return event logits (E,) for a player of `own_events` (E,), while others play the rest.

    The others' events are not ours to generate. For us they mean that time passes, so their
    probability goes to the waits. Otherwise it would go to the few events that we may have, which
    are mostly note-offs. But a network that has read a piano alone expects it to go on alone. So
    our note-ons get a share of the probability of the others' note-ons, which grows with our rest,
    and our note-offs get a share of the probability of theirs, which grows with the time that we
    have held a note. Our notes then begin and end where notes do.
    """
    mass = np.exp(events - events.max())
    onset_mass, release_mass = (float(mass[~own_events & kind].sum()) for kind in (_IS_ON, _IS_OFF))
    onset_share, release_share = (
        min(MAX_SHARE, max(0, ticks) / TICKS_PER_QUARTER * SHARE_PER_QUARTER)
        for ticks in (rest_ticks, held_ticks)
    )
    beside = events.copy()
    for kind, gained in (
        (own_events & _IS_ON, onset_share * onset_mass),
        (own_events & _IS_OFF, release_share * release_mass),
        (_IS_WAIT, (1 - onset_share) * onset_mass + (1 - release_share) * release_mass),
    ):
        beside[kind] += np.float32(np.log1p(gained / max(float(mass[kind].sum()), _MIN_MASS)))
    return beside


def _onset_events(instruments: Iterable[Instrument]) -> NDArray[np.bool_]:
    """Return which events (E,) begin a note of the instruments."""
    begins: NDArray[np.bool_] = event_mask(instruments) & _IS_ON
    return begins


def sample_token(
    events: NDArray[np.float32],
    velocities: NDArray[np.float32],
    mask: NDArray[np.bool_],
    params: SamplingParams,
    rng: Generator,
) -> int:
    """Return the next token from event logits (E,) and velocity logits (14, 16).

    The event is one of those that the mask (E,) allows.
    """
    # Most events are excluded: only the few hundred allowed ones are computed.
    allowed = np.flatnonzero(mask)
    event = int(allowed[sample_index(events[allowed], params, rng)])
    if event < v.FIRST_ON:
        return event
    return v.token_id(event, sample_index(velocities[v.EVENT_INSTRUMENT[event]], params, rng))


def sample_index(logits: NDArray[np.float32], params: SamplingParams, rng: Generator) -> int:
    """Draw an index from logits (N,); minus infinity is never drawn."""
    if params.temperature <= 0:
        return int(logits.argmax())
    weights = np.exp((logits - logits.max()) / np.float32(params.temperature))
    if params.min_p > 0:
        weights[weights < params.min_p] = 0.0
    if params.top_p >= 1:
        return _index_at(weights.cumsum(), rng.random())
    order = weights.argsort()[::-1]
    mass = weights[order].cumsum()
    likeliest = int(mass.searchsorted(params.top_p * mass[-1])) + 1
    return int(order[_index_at(mass[:likeliest], rng.random())])


def _index_at(cumulative: NDArray[np.float32], quantile: float) -> int:
    """Return the index at a quantile in [0, 1) of cumulated weights (N,)."""
    place = int(cumulative.searchsorted(quantile * cumulative[-1], side="right"))
    return min(place, len(cumulative) - 1)


def multi_hot(instruments: Iterable[Instrument]) -> NDArray[np.float32]:
    """Return a vector (14,) with 1 for each instrument."""
    vector = np.zeros(len(Instrument), np.float32)
    vector[[int(kind) for kind in instruments]] = 1.0
    return vector


def _pair_note_events() -> tuple[dict[int, int], dict[int, int]]:
    """Return the note-off event of each note-on event, and the reverse."""
    off_of = {}
    for event in range(v.FIRST_ON, v.EVENT_COUNT):
        spelt = v.EVENTS[event]
        if spelt.instrument is not None and spelt.instrument is not Instrument.DRUMS:
            off_of[event] = v.off_id(spelt.instrument, spelt.pitch)
    return off_of, {off: on for on, off in off_of.items()}


_OFF_OF, _ON_OF = _pair_note_events()
