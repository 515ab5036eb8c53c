"""Takes side by side: the rows of the cache continue from the same point, each in its own way.

A step for four rows costs about as much as two single tokens, because the weights are read once for
all of them. A pause that is long enough for one take is therefore long enough for several, and the
critic can choose. Rows may differ in length: each has its own counter. The chosen row becomes the
stream; the others are dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from export.runtime.decoder import Logits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from export.runtime.decoder import Decoder


class Fork:
    """The first rows of a decoder's cache, each one token at a time."""

    def __init__(self, decoder: Decoder, rows: int) -> None:
        if not 1 <= rows <= decoder.cache.rows:
            raise ValueError(f"{rows} rows of a cache that has {decoder.cache.rows}")
        self._decoder, self._cache = decoder, decoder.cache
        self._chunk = decoder.bind_chunk(rows, 1)
        self.lengths = np.zeros(rows, np.int32)

    def start(self) -> None:
        """Make every row continue from the tokens that the decoder has been fed."""
        length = self._cache.length
        for _, cache in self._cache.editable():
            cache[1 : len(self.lengths), :, :length] = cache[0, :, :length]
        self.lengths[:] = length

    def is_full(self, row: int) -> bool:
        """Return whether a row has no room for another token."""
        return bool(self.lengths[row] >= self._cache.capacity)

    @property
    def room(self) -> int:
        """How many tokens every row has room for."""
        return self._cache.capacity - int(self.lengths.max())

    def feed(
        self, tokens: NDArray[np.int64], time: NDArray[np.int64], active: NDArray[np.bool_]
    ) -> list[Logits]:
        """Append a token (R,) with its row of musical time (R, 6) to each active row (R,).

        Return the logits of all rows; those of an inactive row are not valid. An inactive row is
        fed too, after its end, where nothing is kept. So no row may be full.
        """
        if (self.lengths >= self._cache.capacity).any():
            raise ValueError("a row of the cache is full")
        self._decoder.run_step(self._chunk, tokens[:, None], time[:, None], self.lengths)
        self.lengths[active] += 1
        return [Logits.split(row) for row in self._chunk.logits.numpy().copy()]

    def resample(self, parents: Sequence[int], begin: int) -> None:
        """Make each row continue from the tokens of another one; all share those before `begin`."""
        chosen = np.asarray(parents)
        end = int(self.lengths.max())
        for _, cache in self._cache.editable():
            rows = cache[: len(chosen), :, begin:end]
            rows[:] = rows[chosen]
        self.lengths[:] = self.lengths[chosen]

    def keep(self, row: int) -> None:
        """Make the tokens of a row the decoder's own."""
        begin, end = self._cache.length, int(self.lengths[row])
        for _, cache in self._cache.editable():
            cache[0, :, begin:end] = cache[row, :, begin:end]
        self._cache.length = end
