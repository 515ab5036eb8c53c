"""Musical time: the position of each token in the music.

A transformer reads the order of tokens, not their time: whether a note falls on the beat depends on
the sum of all waits before it. MuseNet gave its model "a learned embedding that tracks the passage
of time", one for "each note in a chord", and two that say where in the piece a sample is. Here each
token has a row of six small numbers. Each number is an index into an embedding table, and 0 means
unknown:

    bar position   1 + ticks since the bar line (a wait has the position that it reaches)
    bar number     1 + number of the bar, modulo 32: phrases are 4, 8, 16, 32 bars
    onset number   number of onsets up to here, modulo 128: simultaneous notes share it
    chord index    the note's place in its chord, from 1; 0 for tokens that are not note-ons
    part           1 + 128ths of the piece that have passed
    countdown      1 + quarter notes left to the end, at most 127

The first four follow from the tokens; bars are unknown in free time. The last two are known for a
finished piece only. In training they are often hidden. Live they are unknown until the player
requests an ending.

`musical_time` is vectorised over a complete piece; `MusicalTime` reads one token at a time, and a
test proves them equal.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.notes import TICKS_PER_QUARTER, MetreChange
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_BAR_TICKS = 384
BAR_CYCLE, ONSET_CYCLE, MAX_CHORD_SIZE, PARTS, MAX_COUNTDOWN = 32, 128, 15, 128, 127

SIZES: tuple[int, ...] = (
    1 + MAX_BAR_TICKS,
    1 + BAR_CYCLE,
    ONSET_CYCLE,
    1 + MAX_CHORD_SIZE,
    1 + PARTS,
    1 + MAX_COUNTDOWN + 1,
)
"""The number of rows of the six embedding tables."""
COUNT = len(SIZES)

_BAR_TICKS = [MetreChange(0, count, unit).bar_ticks for count, unit in v.METRES]
assert max(_BAR_TICKS) <= MAX_BAR_TICKS

FeatureRow = tuple[int, int, int, int]


class MusicalTime:
    """Reads a token stream and returns the four features that follow from the tokens."""

    def __init__(self) -> None:
        self._tick = 0
        self._bar_ticks = 0  # 0: no bars
        self._metre_tick = 0
        self._bars_before = 0
        self._onsets = 0
        self._onset_tick = -1
        self._chord_size = 0

    def copy(self) -> MusicalTime:
        """Return an independent copy."""
        other = MusicalTime()
        other.__dict__.update(self.__dict__)
        return other

    @property
    def bar_ticks(self) -> int:
        """The length of a bar in ticks; 0 in free time."""
        return self._bar_ticks

    @property
    def metre_tick(self) -> int:
        """The bar line from which the bars are counted."""
        return self._metre_tick

    def push(self, token: int) -> FeatureRow:
        """Read the next token and return its feature row."""
        kind = int(v.TOKEN_KIND[token])
        chord = 0
        if kind == v.Kind.WAIT:
            self._tick += token - v.FIRST_WAIT + 1
        elif kind == v.Kind.ON:
            chord = self._add_onset()
        elif kind == v.Kind.METRE:
            self._change_metre(_BAR_TICKS[v.token_of(token).value])
        elif kind == v.Kind.CLOCK and token == v.CLOCK_FREE:
            self._bar_ticks = 0
        onset = self._onsets % ONSET_CYCLE
        if not self._bar_ticks:
            return 0, 0, onset, chord
        bars, position = divmod(self._tick - self._metre_tick, self._bar_ticks)
        return 1 + position, 1 + (self._bars_before + bars) % BAR_CYCLE, onset, chord

    def _add_onset(self) -> int:
        if self._tick != self._onset_tick:
            self._onsets, self._onset_tick, self._chord_size = self._onsets + 1, self._tick, 0
        self._chord_size += 1
        return min(self._chord_size, MAX_CHORD_SIZE)

    def _change_metre(self, bar_ticks: int) -> None:
        if self._bar_ticks:
            span = self._tick - self._metre_tick
            self._bars_before += -(-span // self._bar_ticks)
        self._metre_tick, self._bar_ticks = self._tick, bar_ticks


def countdown(ticks: int) -> int:
    """Return the index of the countdown when the music ends after a number of ticks."""
    return 1 + min(MAX_COUNTDOWN, max(0, ticks) // TICKS_PER_QUARTER)


def duration_ticks(tokens: NDArray[np.int64]) -> int:
    """Return the duration of tokens (T,)."""
    waits = tokens[v.TOKEN_KIND[tokens] == v.Kind.WAIT]
    return int((waits - v.FIRST_WAIT + 1).sum())


def musical_time(tokens: NDArray[np.int64], total_ticks: int | None = None) -> NDArray[np.int64]:
    """Return the rows (T, 6) of a piece from its tokens (T,).

    Part and countdown are those of a piece of `total_ticks`, or of one that ends with the last
    token.
    """
    kinds = v.TOKEN_KIND[tokens]
    ticks = np.cumsum(np.where(kinds == v.Kind.WAIT, tokens - v.FIRST_WAIT + 1, 0))
    rows = np.zeros((len(tokens), COUNT), np.int64)
    rows[:, 0], rows[:, 1] = _bar_features(tokens, kinds, ticks)
    rows[:, 2], rows[:, 3] = _onset_features(kinds, ticks)
    if total_ticks is None:
        total_ticks = int(ticks[-1]) if len(ticks) else 0
    total = max(1, total_ticks)
    rows[:, 4] = 1 + np.minimum(PARTS - 1, PARTS * ticks // total)
    rows[:, 5] = 1 + np.minimum(MAX_COUNTDOWN, (total - ticks) // TICKS_PER_QUARTER)
    return rows


def _bar_features(
    tokens: NDArray[np.int64], kinds: NDArray[np.int64], ticks: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    positions, numbers = np.zeros_like(ticks), np.zeros_like(ticks)
    changes = np.flatnonzero(kinds == v.Kind.METRE)
    before = 0
    for change, following in pairwise([*changes.tolist(), len(tokens)]):
        bar = _BAR_TICKS[int(v.EVENT_VALUE[tokens[change]])]
        elapsed = ticks[change:following] - ticks[change]
        positions[change:following] = 1 + elapsed % bar
        numbers[change:following] = 1 + (before + elapsed // bar) % BAR_CYCLE
        if following < len(tokens):
            before += -(-int(ticks[following] - ticks[change]) // bar)
    return positions, numbers


def _onset_features(
    kinds: NDArray[np.int64], ticks: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    ons = np.flatnonzero(kinds == v.Kind.ON)
    fresh = np.diff(ticks[ons], prepend=-1) != 0
    is_first = np.zeros(len(kinds), np.int64)
    is_first[ons[fresh]] = 1
    numbers = np.cumsum(is_first)
    chords = np.zeros(len(kinds), np.int64)
    place = np.arange(len(ons))
    starts = np.maximum.accumulate(np.where(fresh, place, 0)) if len(ons) else place
    chords[ons] = np.minimum(MAX_CHORD_SIZE, 1 + place - starts)
    return numbers % ONSET_CYCLE, chords
