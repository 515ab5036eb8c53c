"""The tonic of the music up to now, for the notes that a take ends on.

The sounding time of the pitch classes, in which earlier notes count less and less, is compared with
the profiles of Krumhansl and Kessler (Tracing the dynamic changes in perceived tonal organization,
1982) in all keys. The tonic triad is that of the key that correlates best.
"""

from __future__ import annotations

import numpy as np

_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
_MAJOR_THIRD, _MINOR_THIRD, _FIFTH = 4, 3, 7
_KEYS = tuple((tonic, third) for third in (_MAJOR_THIRD, _MINOR_THIRD) for tonic in range(12))
_PROFILES = np.array(
    [np.roll(_MAJOR if third == _MAJOR_THIRD else _MINOR, tonic) for tonic, third in _KEYS]
)
_PROFILES = (_PROFILES - _PROFILES.mean(1, keepdims=True)) / _PROFILES.std(1, keepdims=True)
_MEMORY = np.float32(0.99)
_LONGEST_TICKS = 96
"""A longer note counts as one of this length."""


class TonicLog:
    """The sounding time of the pitch classes of the last notes."""

    __slots__ = ("_chroma",)

    def __init__(self) -> None:
        self._chroma = np.zeros(12, np.float32)  # never changed in place, as copies share it

    def copy(self) -> TonicLog:
        """Return an independent copy."""
        other = TonicLog()
        other._chroma = self._chroma
        return other

    def note_off(self, pitch: int, ticks: int) -> None:
        """Record the end of a note that has lasted for some ticks."""
        chroma = self._chroma * _MEMORY
        chroma[pitch % 12] += min(ticks, _LONGEST_TICKS)
        self._chroma = chroma

    def triad(self) -> tuple[int, int, int] | None:
        """Return the pitch classes of the tonic triad, the tonic first; None before any note."""
        if not self._chroma.any():
            return None
        tonic, third = _KEYS[int((_PROFILES @ self._chroma).argmax())]
        return tonic, (tonic + third) % 12, (tonic + _FIFTH) % 12
