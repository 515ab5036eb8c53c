"""How long something lasts, learnt from how long it has lasted."""

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.decoding.heard.durations import Durations, cumulative_hazard

TICKS = st.lists(st.integers(1, 400), max_size=100)


def test_without_observations_the_distribution_is_exponential() -> None:
    assert Durations(48.0).survival(96) == pytest.approx(exp(-2))


@given(TICKS, st.integers(0, 400), st.integers(0, 400))
def test_fewer_last_longer(observed: list[int], one: int, other: int) -> None:
    durations = Durations(48.0, tuple(observed))
    short, long = sorted((one, other))
    assert 0 < durations.survival(long) <= durations.survival(short) <= 1


def test_many_observations_outweigh_the_general_case() -> None:
    durations = Durations(48.0)
    for _ in range(64):
        durations = durations.with_duration(24)
    assert durations.survival(23, general=0.1) > 0.95
    assert durations.survival(24, general=1.0) < 0.05


def test_only_the_latest_count() -> None:
    durations = Durations(48.0)
    for ticks in [400] * 64 + [24] * 64:
        durations = durations.with_duration(ticks)
    assert durations.count == 64
    assert durations.survival(24) < 0.02


def test_the_cumulative_hazard_is_exponential_whatever_the_distribution() -> None:
    """Cox and Snell (1968): the mean is one nat, and one in ten exceeds 2.3."""
    rng = np.random.default_rng(1)
    for draw in (
        lambda: rng.integers(10, 40),
        lambda: rng.exponential(60),
        lambda: 1 + rng.pareto(3),
    ):
        known = Durations(48.0, tuple(round(float(draw())) for _ in range(64)))
        hazards = [cumulative_hazard(known.survival(float(draw()))) for _ in range(2000)]
        assert np.mean(hazards) == pytest.approx(1.0, abs=0.3)
        assert np.mean(np.array(hazards) > 2.3) == pytest.approx(0.1, abs=0.07)
