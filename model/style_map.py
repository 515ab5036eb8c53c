"""The map of styles: a plane on which styles lie near each other if the network finds them similar.

t-SNE (van der Maaten and Hinton 2008) of the style vectors by cosine, as MuseNet drew its
composers. A map must be readable, so the positions are then moved apart, by the least distance,
until every name has room on a sheet of `SHEET` letters by lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SHEET = (200.0, 64.0)
"""Letters across and lines down for which a sheet of the map has room."""
_PERPLEXITY = 12.0
_MARGIN = (1.5, 0.35)
"""Letters beside a name and lines between names that stay empty."""
_TOLERANCE = 1e-9
_BATCH_SIZE = 256


def map_positions(names: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return a position (S, 2) in [0, 1] for each style vector (S, D), the same every time."""
    if len(names) < 4:  # too few to have neighbours
        return np.stack([(np.arange(len(names)) + 0.5) / len(names), np.full(len(names), 0.5)], -1)
    from sklearn.manifold import TSNE  # noqa: PLC0415 - slow to import, used once

    perplexity = min(_PERPLEXITY, (len(names) - 1) / 3)
    flat = TSNE(metric="cosine", init="pca", perplexity=perplexity, random_state=0)
    found = flat.fit_transform(vectors.astype(np.float64))
    low, high = found.min(axis=0), found.max(axis=0)
    return separate(names, (found - low) / np.maximum(high - low, 1e-9))


def label_sizes(names: Sequence[str]) -> NDArray[np.float64]:
    """Return the room (S, 2) that names need, as shares of the sheet."""
    size = [(len(name) + _MARGIN[0], 1 + _MARGIN[1]) for name in names]
    return np.array(size) / SHEET


def separate(names: Sequence[str], positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move positions (S, 2) in [0, 1] apart until every name has room, centred on its position.

    One name after another, the most crowded first, gets the nearest free spot.
    """
    size = label_sizes(names)
    across, down = (np.arange(0.5, cells) / cells for cells in np.multiply(SHEET, 2))
    spots = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
    wanted = np.clip(positions, size / 2, 1 - size / 2)
    moved, is_placed = wanted.copy(), np.zeros(len(names), bool)
    crowd = np.sort(np.linalg.norm(positions[:, None] - positions[None], axis=-1), axis=1)[
        :, :8
    ].mean(axis=1)
    for index in np.argsort(crowd, kind="stable"):
        inside = ((spots >= size[index] / 2) & (spots <= 1 - size[index] / 2)).all(axis=1)
        choice = np.concatenate((wanted[index : index + 1], spots[inside]))
        nearest = choice[np.argsort(np.linalg.norm((choice - wanted[index]) * SHEET, axis=1))]
        moved[index] = _first_free(nearest, moved[is_placed], (size[is_placed] + size[index]) / 2)
        is_placed[index] = True
    return moved


def _first_free(
    candidates: NDArray[np.float64], occupied: NDArray[np.float64], spacing: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the first of some positions (N, 2) far enough from the occupied ones (S, 2)."""
    for begin in range(0, len(candidates), _BATCH_SIZE):
        part = candidates[begin : begin + _BATCH_SIZE]
        close = np.abs(part[:, None] - occupied[None]) < spacing - _TOLERANCE
        covered = np.any(np.all(close, axis=-1), axis=1)
        if not covered.all():
            first: NDArray[np.float64] = part[covered.argmin()]
            return first
    raise AssertionError("the sheet is too small for all names")
