"""The key of the music up to now, as an estimate that decays and so follows modulations.

Krumhansl and Kessler (1982) asked how well each pitch class fits after a key has been heard. The
key of some music is the one whose ratings correlate best with the sounding times of its pitch
classes. The times decay by half in eight bars, or in sixteen seconds where there are no bars, so
that a new key outweighs an older one after about as long.

The scale of a minor key also has the raised sixth and seventh.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.notes import TICKS_PER_QUARTER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
"""Krumhansl and Kessler's ratings of how well a pitch class fits, from the tonic up."""
MAJOR_SCALE = frozenset((0, 2, 4, 5, 7, 9, 11))
MINOR_SCALE = frozenset((0, 2, 3, 5, 7, 8, 9, 10, 11))
_HALF_LIFE_BARS = 8
_HALF_LIFE_TICKS = 32 * TICKS_PER_QUARTER
"""Sixteen seconds in free time."""
_FEWEST_TICKS = 2 * TICKS_PER_QUARTER
"""Less sounding time than this has no key."""
_LEAST_SPREAD = 1e-6
_NO_CHROMA = np.zeros(12)


@dataclass(frozen=True, slots=True)
class Key:
    """A major or a minor key."""

    tonic: int
    """A pitch class."""
    is_minor: bool
    fit: float
    """The correlation of the sounding times with the ratings of the key."""
    margin: float
    """By how much it fits better than the best key of another scale."""

    @property
    def scale(self) -> frozenset[int]:
        """The pitch classes of the scale."""
        steps = MINOR_SCALE if self.is_minor else MAJOR_SCALE
        return frozenset((self.tonic + step) % 12 for step in steps)

    @property
    def triad(self) -> tuple[int, int, int]:
        """The pitch classes of the tonic triad, the tonic first."""
        third = 3 if self.is_minor else 4
        return self.tonic, (self.tonic + third) % 12, (self.tonic + 7) % 12


_KEYS = tuple((tonic, is_minor) for is_minor in (False, True) for tonic in range(12))
_RATINGS = np.array([np.roll((MAJOR_PROFILE, MINOR_PROFILE)[m], tonic) for tonic, m in _KEYS])
_RATINGS -= _RATINGS.mean(1, keepdims=True)
_RATINGS /= np.linalg.norm(_RATINGS, axis=1, keepdims=True)
_RELATIVE = {
    (tonic, is_minor): ((tonic + (3 if is_minor else -3)) % 12, not is_minor)
    for tonic, is_minor in _KEYS
}
"""The key of the other mode with the same signature."""


def estimate(chroma: NDArray[np.floating]) -> Key | None:
    """Return the key that fits the sounding times of the pitch classes (12,) best.

    None if all times are the same.
    """
    centred = chroma - chroma.mean()
    norm = float(np.linalg.norm(centred))
    if norm <= _LEAST_SPREAD * float(chroma.sum()):
        return None
    fits = _RATINGS @ (centred / norm)
    order = fits.argsort()[::-1].tolist()
    best = _KEYS[order[0]]
    others = (n for n in order[1:] if _KEYS[n] != _RELATIVE[best])
    tonic, is_minor = best
    return Key(tonic, is_minor, float(fits[order[0]]), float(fits[order[0]] - fits[next(others)]))


class KeyLog:
    """The sounding times of the pitch classes, of which the older count less."""

    __slots__ = ("_chroma", "_half_life_ticks")

    def __init__(self) -> None:
        self._chroma = _NO_CHROMA  # never changed in place, as copies share it
        self._half_life_ticks = _HALF_LIFE_TICKS

    def copy(self) -> KeyLog:
        """Return an independent copy."""
        other = KeyLog()
        other._chroma, other._half_life_ticks = self._chroma, self._half_life_ticks
        return other

    def set_bars(self, bar_ticks: int) -> None:
        """Set the length of a bar; 0 for none. What was heard stays."""
        self._half_life_ticks = _HALF_LIFE_BARS * bar_ticks or _HALF_LIFE_TICKS

    def advance(self, ticks: int, pitches: Sequence[int]) -> None:
        """Let time pass, in which these pitches sound."""
        self._chroma = self._chroma * 0.5 ** (ticks / self._half_life_ticks)
        for pitch in pitches:
            self._chroma[pitch % 12] += ticks

    def estimate(self) -> Key | None:
        """Return the key of the music up to now; None if too little has sounded."""
        return estimate(self._chroma) if self._chroma.sum() >= _FEWEST_TICKS else None
