"""N-grams give probabilities, and context makes music likelier."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.evaluation.ngram import DISCOUNT, NGram
from model.tokens import vocabulary as v

STREAMS = st.lists(st.integers(0, 5), min_size=2, max_size=60).map(np.array)


@given(STREAMS, st.lists(st.integers(0, 5), max_size=6))
def test_probabilities_of_all_tokens_sum_to_one(
    stream: NDArray[np.int64], context: list[int]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(v, "SIZE", 8)
        ngram = NGram(stream.astype(np.int64), 4)
        last = [ngram.nll(np.array([*context, token], np.int64))[-1] for token in range(8)]
    assert abs(np.exp(-np.array(last)).sum() - 1) < 1e-9


def test_unigrams_are_discounted_shares() -> None:
    ngram = NGram(np.array([3, 3, 3, 5], np.int64), 1)
    likely = np.exp(-ngram.nll(np.array([3, 5, 7], np.int64)))
    spare = 2 * DISCOUNT / 4 / v.SIZE
    np.testing.assert_allclose(likely, [(3 - DISCOUNT) / 4 + spare, 0.25 / 4 + spare, spare])


def test_a_token_that_always_follows_is_likely() -> None:
    scale = np.tile(np.arange(8), 100)
    ngram = NGram(scale, 5)
    assert np.exp(-ngram.nll(np.arange(8))[4:]).min() > 0.98
    assert np.exp(-ngram.nll(np.arange(8), order=1)).max() < 0.13


def test_an_unknown_context_falls_back_to_a_shorter_one() -> None:
    ngram = NGram(np.tile(np.arange(8), 100), 3)
    after_nothing_known = ngram.nll(np.array([9, 9, 2, 3]))[-1]
    assert np.exp(-after_nothing_known) > 0.98
