"""How loud each instrument plays."""

import numpy as np
import pytest

from model.decoding.heard.dynamics import DynamicsLog
from model.decoding.sampling import SamplingParams, sample_index

STUCK = np.full(16, -8, np.float32)
STUCK[9] = 0.0


def drawn(levels: list[int], network: np.ndarray, count: int = 800) -> np.ndarray:
    """Return the levels that are drawn for an instrument after some levels."""
    log, rng = DynamicsLog(), np.random.default_rng(2)
    for level in levels:
        log.note_on(3, level)
    heard, found = log.heard(), []
    for _ in range(count):
        logits = heard.logits(3, network, 1.0, rng)
        found.append(sample_index(logits, SamplingParams(1.0, 1.0), rng))
        heard.played(3, found[-1])
    return np.array(found)


def test_a_network_that_repeats_one_level_plays_with_the_spread_of_before() -> None:
    found = drawn([7, 11] * 16, STUCK)
    assert found.std() > 1
    assert np.isin(found, (7, 9, 11)).mean() > 0.9


def test_a_network_that_is_too_loud_is_drawn_towards_the_mean_of_before() -> None:
    loud = np.zeros(16, np.float32)
    loud[10:] = 1.5
    assert abs(drawn([5, 6, 7] * 12, loud).mean() - 6) < abs(drawn([], loud).mean() - 6) / 2


def test_what_agrees_with_the_music_stays() -> None:
    even = np.full(16, -20, np.float32)
    even[[7, 8]] = 0.0
    found = drawn([7, 8] * 16, even)
    assert (found == 7).mean() == pytest.approx(0.5, abs=0.08)


def test_the_last_notes_count() -> None:
    flat = np.zeros(16, np.float32)
    assert drawn([2] * 64 + [12] * 64, flat).mean() > 9


def test_an_instrument_that_was_not_heard_keeps_its_logits() -> None:
    log, rng = DynamicsLog(), np.random.default_rng(0)
    assert log.heard().logits(0, STUCK, 1.0, rng) is STUCK
    other = log.copy()
    for _ in range(8):
        log.note_on(0, 5)
    assert other.heard().logits(0, STUCK, 1.0, rng) is STUCK
    assert log.heard().logits(0, STUCK, 1.0, rng) is not STUCK
