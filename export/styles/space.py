"""The map of styles as a space: blends by distance, neighbours, paths.

A point on a style's name plays that style. A point between names plays a blend of the nearest
styles, and the nearer a style the larger its share. The shares are the inverse-distance weights of
Shepard (1968, "A two-dimensional interpolation function for irregularly-spaced data") in their
local form (Franke and Nielson 1980), which reach zero at the first name that is too far to count.
The blend therefore changes without jumps.

A map shows two dimensions of many. How near two styles really are follows from their vectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from bridge.messages.settings import shares as shares_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bridge.messages.settings import Style
    from export.runtime.artefact import Artefact

Point = tuple[float, float]
"""A point on the map; x to the right and y upwards, both 0 to 1."""

MAX_BLENDED = 4
"""The largest number of styles in a blend."""
_SNAP_DISTANCE = 0.004
_MIN_WEIGHT = 0.02
"""A smaller share is inaudible and is left out."""


@dataclass(frozen=True)
class StyleSpace:
    """The styles, their positions (S, 2), and their pairwise similarity (S, S), 1 at most."""

    names: tuple[str, ...]
    positions: NDArray[np.float32]
    similarity: NDArray[np.float32]

    @classmethod
    def from_artefact(cls, artefact: Artefact) -> StyleSpace:
        """Return the space of an artefact's styles."""
        vectors = artefact.style_vectors
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit = vectors / np.maximum(lengths, 1e-9)
        return cls(artefact.style_names, artefact.style_positions, unit @ unit.T)

    def blend_at(self, point: Point) -> Style:
        """Return the blend at a point, strongest style first; the weights add up to 1."""
        distances = np.hypot(*(self.positions - np.asarray(point, np.float32)).T)
        nearest = np.argsort(distances, kind="stable")[: MAX_BLENDED + 1]
        if distances[nearest[0]] < _SNAP_DISTANCE or len(nearest) == 1:
            return ((self.names[nearest[0]], 1.0),)
        # A weight reaches zero at the last of them; with few styles, slightly beyond it.
        far = distances[nearest[-1]] if len(nearest) > MAX_BLENDED else 1.1 * distances[nearest[-1]]
        near = np.maximum(distances[nearest], 1e-6)
        weights = (np.maximum(0.0, far - near) / (far * near)) ** 2
        if not weights.any():  # all are as far away as the last
            weights = np.ones_like(weights)
        shares = weights / weights.sum()
        shares = np.where(shares < _MIN_WEIGHT, 0.0, shares)
        return tuple(
            (self.names[index], round(float(share), 3))
            for index, share in zip(nearest, shares / shares.sum(), strict=True)
            if share > 0
        )

    def position_of(self, style: Style) -> Point | None:
        """Return the mean position of a blend's styles, or None if it has none."""
        known = shares_of(tuple((name, weight) for name, weight in style if name in self.names))
        if not known:
            return None
        rows = [self.names.index(name) for name, _ in known]
        x, y = np.array([share for _, share in known]) @ self.positions[rows]
        return float(x), float(y)

    def neighbours(self, name: str, count: int = 5) -> tuple[str, ...]:
        """Return the styles that are most similar to one, most similar first."""
        row = self.names.index(name)
        order = np.argsort(-self.similarity[row], kind="stable")
        return tuple(self.names[other] for other in order if other != row)[:count]

    def search(self, text: str) -> tuple[str, ...]:
        """Return the names that contain all of these words, those that begin with them first."""
        wanted = text.lower().split()
        hits = [name for name in self.names if all(word in name.lower() for word in wanted)]
        begins = text.strip().lower()
        return tuple(sorted(hits, key=lambda name: (not name.lower().startswith(begins), name)))


def point_along(path: Sequence[Point], fraction: float) -> Point:
    """Return the point at a fraction, 0 to 1, of a path's length; a path has at least one point."""
    legs = [float(np.hypot(x2 - x1, y2 - y1)) for (x1, y1), (x2, y2) in pairwise(path)]
    left = min(1.0, max(0.0, fraction)) * sum(legs)
    for ((x1, y1), (x2, y2)), leg in zip(pairwise(path), legs, strict=True):
        if left <= leg and leg > 0:
            part = left / leg
            return x1 + part * (x2 - x1), y1 + part * (y2 - y1)
        left -= leg
    return path[-1]
