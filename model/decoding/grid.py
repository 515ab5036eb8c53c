"""The grid of a player's rhythm: the places within a quarter note at which notes may begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.midi.notes import TICKS_PER_QUARTER

if TYPE_CHECKING:
    from collections.abc import Sequence

Grid = frozenset[int]
"""Ticks within a quarter note at which notes may begin."""
_SIXTEENTHS, _TRIPLETS, _THIRTY_SECONDS = (
    frozenset(range(0, TICKS_PER_QUARTER, step)) for step in (12, 16, 6)
)
_MIN_ON_GRID_SHARE, _MIN_THIRTY_SECONDS_SHARE = 0.9, 0.05


def detect_grid(onsets: Sequence[int]) -> Grid | None:
    """Return the grid on which onsets lie exactly, or None.

    The grid has sixteenths and triplet eighths, so that straight rhythm can turn into swing, and
    thirty-seconds if they are played. Human timing has no grid: the network has learnt to play as
    loosely as the music before it, and a grid would remove the notes that it places beside a line.
    """
    places = [onset % TICKS_PER_QUARTER for onset in onsets]
    grid = _SIXTEENTHS | _TRIPLETS
    fine = sum(place in _THIRTY_SECONDS - grid for place in places)
    if fine > _MIN_THIRTY_SECONDS_SHARE * len(places):
        grid |= _THIRTY_SECONDS
    kept = sum(place in grid for place in places)
    return grid if places and kept >= _MIN_ON_GRID_SHARE * len(places) else None
