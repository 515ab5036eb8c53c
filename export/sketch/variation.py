"""A variation of a score: some of its notes stay, and the others are played anew.

The distance says how much changes. The notes that begin together in one instrument stay or go
together. Those on strong beats stay longest, since they carry harmony and form: the metrical
weight of a place is the longest note value on which it lies (Lerdahl and Jackendoff, A generative
theory of tonal music, 1983).
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.notes import TICKS_PER_QUARTER
from bridge.sync.tempo import MetreMap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.midi.notes import Note, Score

_STRENGTHS = (2 * TICKS_PER_QUARTER, TICKS_PER_QUARTER, TICKS_PER_QUARTER // 2)
"""The note values whose multiples in a bar are the stronger, the longer they are."""
_CHANCE = 1.5
"""The share of chance beside metrical weight, in levels of it."""


def standing_notes(score: Score, notes: Iterable[Note], distance: float, seed: int) -> list[Note]:
    """Return the notes that stay at a distance from 0, where all do, to 1, where none does."""
    rng = np.random.default_rng((seed, 2))
    lines = MetreMap(score.metres)
    ordered = sorted(notes, key=lambda note: (note.instrument, note.onset_ticks))
    groups = [
        list(group)
        for _, group in groupby(ordered, key=lambda note: (note.instrument, note.onset_ticks))
    ]
    weights = [_strength(lines, group[0].onset_ticks) + _CHANCE * rng.random() for group in groups]
    count = round((1.0 - distance) * len(groups))
    chosen = sorted(range(len(groups)), key=lambda index: -weights[index])[:count]
    return sorted(note for index in chosen for note in groups[index])


def _strength(lines: MetreMap, tick: int) -> int:
    """Return the metrical weight of a tick: 4 on a bar line, 0 between the eighths."""
    place = lines.position_at(tick).position_ticks
    if place == 0:
        return len(_STRENGTHS) + 1
    levels = enumerate(_STRENGTHS)
    return next((len(_STRENGTHS) - n for n, value in levels if place % value == 0), 0)
