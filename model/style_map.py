"""Where styles lie: a map in two dimensions, near to each other what sounds alike to the network.

t-SNE (van der Maaten and Hinton 2008) of the style vectors by cosine, as MuseNet drew its
composers. A map is to be read, so the places are then moved apart, as little as it takes, until
every name has room on a sheet of `SHEET` letters by lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SHEET = (200.0, 64.0)
"""Letters across and lines down that a sheet of the map has room for."""
_PERPLEXITY = 12.0
_ROUNDS = 2000
_ROOM = (1.5, 0.35)
"""Letters beside a name and lines between names that stay empty."""


def places(names: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return a place (S, 2) in [0, 1] for each style vector (S, D), the same every time."""
    if len(names) < 4:  # too few to have neighbours
        return np.stack([(np.arange(len(names)) + 0.5) / len(names), np.full(len(names), 0.5)], -1)
    from sklearn.manifold import TSNE  # noqa: PLC0415 - slow to import, used once

    perplexity = min(_PERPLEXITY, (len(names) - 1) / 3)
    flat = TSNE(metric="cosine", init="pca", perplexity=perplexity, random_state=0)
    found = flat.fit_transform(vectors.astype(np.float64))
    low, high = found.min(axis=0), found.max(axis=0)
    return apart(names, (found - low) / np.maximum(high - low, 1e-9))


def boxes(names: Sequence[str]) -> NDArray[np.float64]:
    """Return the room (S, 2) that names take, as shares of the sheet."""
    size = [(len(name) + _ROOM[0], 1 + _ROOM[1]) for name in names]
    return np.array(size) / SHEET


def apart(names: Sequence[str], found: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move places (S, 2) in [0, 1] apart until no two names overlap, centred on their places."""
    size = boxes(names)
    least = (size[:, None] + size[None]) / 2
    index = np.arange(len(names))
    order = np.sign(index[:, None] - index[None])[..., None]  # for those in the same place
    moved = found.copy()
    for _ in range(_ROUNDS):
        gap = moved[:, None] - moved[None]
        over = least - np.abs(gap)
        hit: NDArray[np.bool_] = np.all(over > 0, axis=-1)
        np.fill_diagonal(hit, val=False)
        if not hit.any():
            break
        # Along the axis on which less is to be moved, measured in names.
        vertical = over[..., 1] / size[:, None, 1] <= over[..., 0] / size[:, None, 0]
        side = np.where(gap == 0, order, np.sign(gap))
        push = np.where(hit[..., None], side * over * 0.3, 0.0)
        push[..., 1] *= vertical
        push[..., 0] *= ~vertical
        moved += push.sum(axis=1)
        moved = np.clip(moved, size / 2, 1 - size / 2)
    return moved
