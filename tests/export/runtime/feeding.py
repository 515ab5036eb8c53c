"""Streams of tokens, fed to a decoder in pieces."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from export.runtime.decoder import Decoder, Logits

Fresh = Callable[[], Decoder]
Stream = tuple[list[int], NDArray[np.int64]]
"""Tokens (T,) and their rows of musical time (T, 6)."""


def fed(decoder: Decoder, stream: Stream, cuts: Sequence[int]) -> Logits:
    """Feed a stream in pieces, from the first cut to the last."""
    tokens, rows = stream
    return [decoder.feed(tokens[a:b], rows[a:b]) for a, b in pairwise(cuts)][-1]
