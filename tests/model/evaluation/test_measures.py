"""Distances of distributions, and the profiles of music."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from model.evaluation import measures
from model.tokens import features, tokenizer

COUNTS = arrays(np.float64, 6, elements=st.integers(0, 50).map(float))


def tokens_of(*notes: Note) -> NDArray[np.int64]:
    score = Score(tuple(sorted(notes)), (TempoChange(0, 120.0),), (MetreChange(0, 4, 4),))
    return np.array(tokenizer.encode(score, end=False))


@given(COUNTS, COUNTS)
def test_a_distance_is_symmetric_and_within_its_bounds(
    one: NDArray[np.float64], other: NDArray[np.float64]
) -> None:
    found = measures.distance(one, other)
    assert 0 <= found <= 1 + 1e-9
    assert found == pytest.approx(measures.distance(other, one))
    assert measures.distance(one, one * 2) == pytest.approx(0, abs=1e-6)


def test_counts_that_share_nothing_have_distance_1() -> None:
    assert measures.distance(np.array([1.0, 0]), np.array([0, 3.0])) == pytest.approx(1)
    assert measures.distance(np.array([0.0, 0]), np.array([0, 3.0])) == 1
    assert measures.distance(np.zeros(2), np.zeros(2)) == 0


def test_a_profile_counts_the_later_notes() -> None:
    piano = Instrument.PIANO
    notes = [
        Note(0, piano, 60, 40, 80),
        Note(48, piano, 62, 96, 80),  # from here on
        Note(60, piano, 64, 96, 80),
        Note(60, Instrument.DRUMS, 36, 66, 90),
        Note(96, piano, 62, 192, 80),
    ]
    tokens = tokens_of(*notes)
    ticks = [features.duration_ticks(tokens[:n]) for n in range(len(tokens) + 1)]
    cut = ticks.index(48)
    time = features.musical_time(tokens)
    found = measures.profile(tokens[:cut], tokens[cut:], time[cut:])
    pitches = {int(i): int(n) for i, n in enumerate(found["pitch class"]) if n}
    assert pitches == {2: 2, 4: 1}
    steps = {int(i) - 24: int(n) for i, n in enumerate(found["interval"]) if n}
    assert steps == {2: 1, -2: 1}
    positions = {int(i) * 4: int(n) for i, n in enumerate(found["onset in bar"]) if n}
    assert positions == {48: 1, 60: 2, 96: 1}
    assert found["note length"].sum() == 3
    assert found["density"].tolist()[:4] == [1, 1, 0, 1]  # of three quarters: 3, 1 and 0 notes


def test_sums_and_means_of_profiles() -> None:
    tokens = tokens_of(
        Note(0, Instrument.PIANO, 60, 40, 80), Note(48, Instrument.PIANO, 62, 96, 80)
    )
    one = measures.profile(tokens[:0], tokens, features.musical_time(tokens))
    both = measures.sum_profiles([one, one])
    assert all((both[name] == 2 * one[name]).all() for name in measures.MEASURES)
    assert set(measures.distances(one, both).values()) == {0.0}
    zero, far = dict.fromkeys(measures.MEASURES, 0.0), dict.fromkeys(measures.MEASURES, 1.0)
    assert set(measures.mean_distances([zero, far]).values()) == {0.5}
