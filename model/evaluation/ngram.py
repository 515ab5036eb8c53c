"""N-grams: the likelihood of music by how often it occurs in the corpus.

This is the oldest baseline of the field. Given the last four tokens, how often did each token
follow in the corpus? A context of four that never occurred is shortened to three, and so on down to
how often the token occurs at all, and last to a uniform distribution. The shares are those of
interpolated absolute discounting (Ney, Essen and Kneser 1994): each count gives up `DISCOUNT`, and
the sum that an order gives up is distributed by the next lower one.

Counts are sorted arrays, not dictionaries, so that a hundred million tokens are counted in minutes
and with a few bytes of memory each. An n-gram's key is the number of its context among the contexts
of its length, and its last token.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DISCOUNT = 0.75


@dataclass(frozen=True, slots=True)
class _Order:
    """The n-grams of one length: sorted keys and their counts, and the sums of each context."""

    keys: NDArray[np.int64]
    counts: NDArray[np.int64]
    totals: NDArray[np.int64]  # by context: how many tokens followed it
    distinct: NDArray[np.int64]  # by context: how many different tokens followed it


class NGram:
    """Back-off counts of all lengths up to `order`."""

    def __init__(self, tokens: NDArray[np.int64], order: int) -> None:
        """Count a stream of pieces, one after another (each begins with `start`)."""
        self._orders: list[_Order] = []
        context = np.zeros(len(tokens), np.int64)
        contexts = 1
        for _ in range(order):
            keys, inverse, counts = np.unique(
                context * v.SIZE + tokens, return_inverse=True, return_counts=True
            )
            of = keys // v.SIZE
            totals = np.bincount(of, counts, contexts).astype(np.int64)
            kinds = np.bincount(of, minlength=contexts)
            self._orders.append(_Order(keys, counts, totals, kinds))
            # The n-gram that ends here is the context of the next token. The first token has no
            # context, which has its own number.
            context = np.concatenate(([len(keys)], inverse[:-1]))
            contexts = len(keys) + 1

    def nll(self, tokens: NDArray[np.int64], order: int | None = None) -> NDArray[np.float64]:
        """Return the negative log likelihood in nats of each token (T,) of a piece.

        With `order`, only n-grams of at most that length are used.
        """
        likelihood = np.full(len(tokens), 1 / v.SIZE)
        context = np.zeros(len(tokens), np.int64)
        for level in self._orders[:order]:
            known = (context >= 0) & (context < len(level.totals))
            context = np.where(known, context, 0)
            key = context * v.SIZE + tokens
            at = np.minimum(np.searchsorted(level.keys, key), len(level.keys) - 1)
            found = known & (level.keys[at] == key)
            count = np.where(found, level.counts[at], 0)
            total = np.where(known, level.totals[context], 0)
            given = DISCOUNT * level.distinct[context]
            mixed = (np.maximum(count - DISCOUNT, 0) + given * likelihood) / np.maximum(total, 1)
            likelihood = np.where(total > 0, mixed, likelihood)
            context = np.concatenate(([-1], np.where(found, at, -1)[:-1]))
        nll: NDArray[np.float64] = -np.log(likelihood)
        return nll


def concatenate_pieces(pieces: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return pieces one after another, as `NGram` counts them."""
    return np.concatenate(pieces)
