"""Guidance: a style made stronger on the logits, and not by the length of its vector.

Each token is read twice, with the style and without, by two decoders of the same artefact. The
logits are those without it, plus `scale` times the difference (Ho & Salimans 2022). Both caches
hold the same tokens, so the first one's counter serves for both. The critic's rating is that of the
decoder with the style.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from export.runtime.decoder import CHUNK_SIZES, Decoder
from export.runtime.kv_cache import KvCache

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from export.runtime.artefact import Artefact
    from export.runtime.decoder import Chunk


def guide(
    with_style: NDArray[np.float32], without: NDArray[np.float32], scale: float
) -> NDArray[np.float32]:
    """Return the guided logits."""
    return without + np.float32(scale) * (with_style - without)


class LeadingCache(KvCache):
    """A cache that another one, of the same tokens, follows when it slides."""

    follower: KvCache | None = None

    def slide(self, early: Sequence[int] = ()) -> None:
        """Drop all but the last half of what the cache can hold, and the `early` entries."""
        if self.follower is not None:
            self.follower.length = self.length
            self.follower.slide(early)
        super().slide(early)


class GuidedDecoder(Decoder):
    """A decoder on the CPU whose style is strengthened by guidance."""

    def __init__(self, artefact: Artefact, *, capacity: int | None = None) -> None:
        # The base class runs a few steps to prove the graph.
        self.scale = 1.0
        """1 is the network's own style; 0 is none."""
        self._without = Decoder(artefact, device="cpu", capacity=capacity)
        self._chunks_without = {size: self._without.bind_chunk(1, size) for size in CHUNK_SIZES}
        super().__init__(artefact, device="cpu", capacity=capacity)
        config, capacity = artefact.manifest["config"], self.cache.capacity
        self.cache = cache = LeadingCache(
            self._session, config, device="cpu", rows=1, capacity=capacity
        )
        cache.follower = self._without.cache
        self._chunks = {size: self.bind_chunk(1, size) for size in CHUNK_SIZES}

    def run_step(
        self,
        chunk: Chunk,
        tokens: NDArray[np.int64],
        time: NDArray[np.int64],
        lengths: NDArray[np.int32],
        allowed: NDArray[np.float32] | None = None,
    ) -> None:
        """Run the step for one row of tokens, and put the guided logits into its output."""
        super().run_step(chunk, tokens, time, lengths, allowed)
        other = self._chunks_without[tokens.shape[1]]
        among = np.broadcast_to(self.allowed, (*tokens.shape, len(self.allowed)))
        self._without.run_step(other, tokens, time, lengths, among if allowed is None else allowed)
        # On the CPU this is the output buffer itself.
        logits, without = chunk.logits.numpy()[:, :-1], other.logits.numpy()[:, :-1]
        logits[:] = guide(logits, without, self.scale)
