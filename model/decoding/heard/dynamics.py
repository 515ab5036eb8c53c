"""How loud each instrument plays: the levels of velocity of its last notes.

The network reads its own velocities, and soon repeats one level: in free time the spread of the
velocities of a continuation is 5, that of the music 7 to 8. So each instrument has the distribution
of the levels that were heard, a kernel estimate from its last 64 notes, and that of the levels it
has played since, an exponential mean. The logits of a level gain the logarithm of the ratio of the
two: what was heard and is missing becomes likelier. A part of the probability is drawn from the
heard distribution alone, since a level that the network has excluded cannot gain enough.

Only the last notes count, so a crescendo ends where the player ends it, not at its mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

_KEPT, _FEWEST = 64, 4
"""Notes that are kept, and the fewest that tell how loud an instrument plays."""
_SPREAD_LEVELS = 0.4
"""The standard deviation of the kernel, so that the least spread is some 3 units of velocity."""
_LEVELS = np.arange(v.VELOCITY_LEVELS)
_KERNELS = np.exp(-0.5 * ((_LEVELS[:, None] - _LEVELS) / _SPREAD_LEVELS) ** 2)
_KERNELS = (_KERNELS / _KERNELS.sum(0)).astype(np.float32)
_MIN_SHARE, _LEAST = np.float32(0.02), np.float32(1e-9)
_OWN_MEMORY = np.float32(0.9)
_NEW_KERNELS = (1 - _OWN_MEMORY) * _KERNELS.T
_HEARD_SHARE = 0.2
"""The probability that is drawn from the heard distribution alone."""


class DynamicsLog:
    """The velocity levels of the last notes of each instrument."""

    __slots__ = ("_levels",)

    def __init__(self) -> None:
        self._levels: dict[int, bytes] = {}

    def copy(self) -> DynamicsLog:
        """Return an independent copy."""
        other = DynamicsLog()
        other._levels = dict(self._levels)
        return other

    def note_on(self, instrument: int, level: int) -> None:
        """Record an onset."""
        levels = self._levels.get(instrument, b"")
        self._levels[instrument] = levels[1 - _KEPT :] + bytes((level,))

    def heard(self) -> HeardDynamics:
        """Return the distributions of the levels up to now."""
        return HeardDynamics(
            {kind: list(of) for kind, of in self._levels.items() if len(of) >= _FEWEST}
        )


class HeardDynamics:
    """The distribution of the levels that were heard, and of those played since, by instrument."""

    def __init__(self, levels: dict[int, list[int]]) -> None:
        self._own = {kind: _KERNELS[:, of].mean(1) for kind, of in levels.items()}
        self._heard: dict[int, tuple[NDArray[np.float32], NDArray[np.float32]]] = {
            kind: (np.log(heard + _LEAST), np.log(heard + _MIN_SHARE))
            for kind, heard in self._own.items()
        }

    def logits(
        self, instrument: int, network: NDArray[np.float32], strength: float, rng: Generator
    ) -> NDArray[np.float32]:
        """Return the logits (16,) of an instrument's next level, given those of the network."""
        if instrument not in self._heard:
            return network
        heard, mixed = self._heard[instrument]
        if rng.random() < _HEARD_SHARE:
            return heard
        own = np.log(self._own[instrument] + _MIN_SHARE)
        logits: NDArray[np.float32] = network + strength * (mixed - own)
        return logits

    def played(self, instrument: int, level: int) -> None:
        """Record a level that was chosen."""
        if instrument in self._own:
            kept = _OWN_MEMORY * self._own[instrument]
            self._own[instrument] = kept + _NEW_KERNELS[level]
