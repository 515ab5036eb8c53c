"""Temperature, top-p and min-p."""

import numpy as np
from numpy.typing import NDArray

from model.decoding.sampling import SamplingParams, sample_index


def test_greedy_is_the_likeliest() -> None:
    logits = np.array([0.1, 2.0, 1.9], np.float32)
    assert sample_index(logits, SamplingParams(temperature=0), np.random.default_rng(0)) == 1


def frequencies(
    logits: NDArray[np.float32], params: SamplingParams, count: int = 20_000
) -> NDArray[np.float64]:
    rng = np.random.default_rng(1)
    hits = np.bincount(
        [sample_index(logits, params, rng) for _ in range(count)], minlength=len(logits)
    )
    return hits / count


def test_frequencies_are_the_probabilities() -> None:
    probabilities = np.array([0.5, 0.3, 0.15, 0.05])
    logits = np.log(probabilities).astype(np.float32)
    # 20,000 draws: a deviation of 0.015 is over four standard deviations, odds under 1 in 10,000.
    assert np.abs(frequencies(logits, SamplingParams(top_p=1.0)) - probabilities).max() < 0.015
    sharp = probabilities**2 / (probabilities**2).sum()
    assert (
        np.abs(frequencies(logits, SamplingParams(temperature=0.5, top_p=1.0)) - sharp).max()
        < 0.015
    )


def test_the_tail_is_cut() -> None:
    logits = np.log(np.array([0.05, 0.5, 0.15, 0.3])).astype(np.float32)
    assert (frequencies(logits, SamplingParams(top_p=0.7), 500) > 0).tolist() == [
        False,
        True,
        False,
        True,
    ]
    cut = SamplingParams(top_p=1.0, min_p=0.29)
    assert (frequencies(logits, cut, 500) > 0).tolist() == [False, True, True, True]


def test_a_masked_event_is_never_drawn() -> None:
    logits = np.zeros(4, np.float32)
    logits[2] = -np.inf
    assert frequencies(logits, SamplingParams(top_p=1.0), 500)[2] == 0
