"""The grammar of a stream: which events may come next.

It excludes events that no performance can have: the end of a note that does not sound, a note-on
for a key that is down, a note-on before an earlier one of its tick. Releases may come anywhere in
their tick. The requested *instruments* are binding: no other instrument begins a note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from model.decoding.grid import Grid

FIRST_NOTE_EVENT = v.FIRST_WAIT + v.MAX_WAIT_TICKS
MAX_EVENTS_PER_TICK = 64
"""Events of one tick, more than any chord has. A stream that stays in a tick is forced to go on."""
_IS_ON = v.EVENT_KIND == v.Kind.ON
_IS_WAIT = v.EVENT_KIND == v.Kind.WAIT


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
        self._min_onset = v.FIRST_ON  # in a tick, onsets come in rising order
        self._events_in_tick = 0

    @property
    def sounding(self) -> tuple[int, ...]:
        """The note-off tokens of the sounding notes, in canonical order."""
        return tuple(sorted(self._sounding))

    @property
    def onset_ticks(self) -> Mapping[int, int]:
        """The tick of the onset of each sounding note, by its note-off token."""
        return self._sounding

    @property
    def sounding_onsets(self) -> frozenset[int]:
        """The note-on events of the sounding notes."""
        return frozenset(_ON_OF[event] for event in self._sounding)

    @property
    def pending_offs(self) -> tuple[int, ...]:
        """The note-off tokens of the sounding notes that are not held, in canonical order."""
        return tuple(event for event in self.sounding if event not in self._held_offs)

    @property
    def pending_ages(self) -> dict[int, int]:
        """How many ticks each note of `pending_offs` has sounded, by its note-off token."""
        return {
            event: self._tick - onset
            for event, onset in self._sounding.items()
            if event not in self._held_offs
        }

    def is_sounding(self, instrument: int) -> bool:
        """Return whether a note of an instrument sounds."""
        return any(v.EVENT_INSTRUMENT[event] == instrument for event in self._sounding)

    def onset_tick(self, note_off: int) -> int | None:
        """Return the tick of the onset of a sounding note; None if it does not sound."""
        return self._sounding.get(note_off)

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
            self._min_onset, self._events_in_tick = v.FIRST_ON, 0
            self._tick += int(v.EVENT_VALUE[event])
        elif kind == v.Kind.OFF:
            self._events_in_tick += 1
            self._sounding.pop(event, None)
        elif kind == v.Kind.ON:
            self._min_onset, self._events_in_tick = event + 1, self._events_in_tick + 1
            if int(v.EVENT_INSTRUMENT[event]) != Instrument.DRUMS:
                self._sounding[OFF_OF[event]] = self._tick

    def mask(self, *, require_onset: bool = False) -> NDArray[np.bool_]:
        """Return which events (E,) may come next.

        With `require_onset`, only note-ons if any may come, or else the wait after which one may.
        """
        if self._tick < self._earliest_tick:
            return self._rest_mask()
        allowed = self._onset_mask.copy()
        allowed[: self._min_onset] = False
        allowed[[_ON_OF[event] for event in self._sounding]] = False
        allowed[[e for e in self.pending_ages if self._sounding[e] < self._tick]] = True
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


def event_mask(instruments: Iterable[Instrument]) -> NDArray[np.bool_]:
    """Return which events (E,) are of the instruments."""
    theirs: NDArray[np.bool_] = np.isin(v.EVENT_INSTRUMENT, [int(kind) for kind in instruments])
    return theirs


def _onset_events(instruments: Iterable[Instrument]) -> NDArray[np.bool_]:
    """Return which events (E,) begin a note of the instruments."""
    begins: NDArray[np.bool_] = event_mask(instruments) & _IS_ON
    return begins


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


OFF_OF, _ON_OF = _pair_note_events()
"""The note-off event of each note-on event, and the reverse; drums have none."""
