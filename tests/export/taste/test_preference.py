"""A taste begins with the critic's order, follows consistent decisions, and can be forgotten."""

from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from export.taste.decisions import Decision
from export.taste.measures import SPREADS
from export.taste.preference import CRITIC_ALONE, Taste, learn

MODEL = "weights"
NAMES = list(SPREADS)
UNITS = np.array(list(SPREADS.values()))
Rows = list[tuple[float, ...]]


def draw_rows(rng: np.random.Generator, count: int = 4) -> Rows:
    return [tuple(row) for row in (rng.normal(size=(count, len(NAMES))) * UNITS).tolist()]


def weights_of(**weights: float) -> NDArray[np.float64]:
    return np.array([weights.get(name, 0.0) for name in NAMES])


def best_of(rows: Rows, weights: NDArray[np.float64]) -> int:
    return int(np.argmax((np.array(rows) / UNITS) @ weights))


def decide(rows: Rows, kept: int, model: str = MODEL) -> Decision:
    return Decision(str(kept), "", model, rows[kept], tuple(rows[:kept] + rows[kept + 1 :]))


def decisions_of(
    weights: NDArray[np.float64], count: int, seed: int = 0, model: str = MODEL
) -> list[Decision]:
    """Return the decisions of a user who follows some weights without noise."""
    rng = np.random.default_rng(seed)
    sets = [draw_rows(rng) for _ in range(count)]
    return [decide(rows, best_of(rows, weights), model) for rows in sets]


def agreement(taste: Taste, weights: NDArray[np.float64]) -> float:
    rng = np.random.default_rng(1)
    sets = [draw_rows(rng) for _ in range(300)]
    return float(np.mean([taste.order(rows)[0] == best_of(rows, weights) for rows in sets]))


ROW = st.tuples(*[st.floats(-1e3, 1e3) for _ in NAMES])


@given(st.lists(ROW, min_size=1, max_size=8))
def test_without_decisions_the_order_is_the_critics(rows: Rows) -> None:
    expected = sorted(range(len(rows)), key=lambda index: -rows[index][0])
    assert learn([], MODEL).order(rows) == expected
    assert sorted(CRITIC_ALONE.order(rows)) == list(range(len(rows)))


def test_more_consistent_decisions_raise_the_agreement() -> None:
    wanted = weights_of(critic=1, density=-1.5, register=1.5, legato=1)
    found = [
        np.mean(
            [agreement(learn(decisions_of(wanted, n, seed), MODEL), wanted) for seed in range(5)]
        )
        for n in (0, 5, 20, 80, 320)
    ]
    assert found == sorted(found)
    assert found[0] < 0.6
    assert found[-1] > 0.9


def test_one_decision_leaves_the_critic_first() -> None:
    rng = np.random.default_rng(2)
    same = 0
    for seed in range(40):
        taste = learn(decisions_of(weights_of(density=-2), 1, seed), MODEL)
        rows = draw_rows(rng)
        same += taste.order(rows)[0] == CRITIC_ALONE.order(rows)[0]
        assert max(taste.weights, key=lambda name: abs(taste.weights[name])) == "critic"
    assert same >= 34


def test_random_decisions_leave_the_critic_first() -> None:
    rng = np.random.default_rng(3)
    for count in (10, 100):
        found = []
        for _ in range(20):
            sets = [draw_rows(rng) for _ in range(count)]
            taste = learn([decide(rows, int(rng.integers(4))) for rows in sets], MODEL)
            found.append(agreement(taste, weights_of(critic=1)))
        assert np.mean(found) > 0.75


def test_the_weights_name_what_is_kept() -> None:
    taste = learn(decisions_of(weights_of(critic=1, density=-1.5), 100), MODEL)
    strongest = sorted(taste.weights, key=lambda name: -abs(taste.weights[name]))[:2]
    assert set(strongest) == {"critic", "density"}
    assert taste.weights["density"] < -1
    assert 0 < taste.errors["density"] < -taste.weights["density"] / 2


def test_the_foreseen_share_is_that_of_decisions_left_out() -> None:
    """It is held to learning again without each decision."""
    wanted = weights_of(critic=0.5, register=2, rests=-1)
    decisions = decisions_of(wanted, 30)
    taste = learn(decisions, MODEL)
    exact = []
    for number, decision in enumerate(decisions):
        others = decisions[:number] + decisions[number + 1 :]
        rows = [decision.kept, *decision.others]
        exact.append(learn(others, MODEL).order(rows)[0] == 0)
    assert taste.foreseen == pytest.approx(np.mean(exact), abs=0.1)
    assert taste.foreseen > taste.foreseen_by_critic
    assert taste.by_chance == 0.25


def test_ratings_of_another_model_do_not_count() -> None:
    """The others still do: the scale of a critic is that of its model."""
    wanted = weights_of(critic=-3, density=1.5)
    old = decisions_of(wanted, 60, model="old")
    assert learn(old, "old").weights["critic"] < 0
    taste = learn(old, MODEL)
    assert taste.weights["critic"] == pytest.approx(1)
    assert taste.weights["density"] > 0.4
    louder = [Decision(d.id, d.at, d.model, (1e3 * d.kept[0], *d.kept[1:]), d.others) for d in old]
    assert learn(louder, MODEL) == taste


def test_decisions_among_different_numbers_of_takes_count_as_they_are() -> None:
    rng = np.random.default_rng(4)
    wanted = weights_of(legato=2)
    sets = [draw_rows(rng, 2 + number % 6) for number in range(60)]
    decisions = [decide(rows, best_of(rows, wanted)) for rows in sets]
    assert learn(decisions, MODEL).weights["legato"] > 1
    assert learn(decisions, MODEL).by_chance == pytest.approx(
        np.mean([1 / len(rows) for rows in sets])
    )


def test_two_takes_are_the_model_of_bradley_and_terry() -> None:
    """At the most probable weights the pull of the decisions equals that of the prior.

    The gradient of logistic regression on the differences is then the distance from the prior's
    mean times its precision, which is the same number for all measures but the critic's rating.
    """
    rng = np.random.default_rng(5)
    sets = [draw_rows(rng, 2) for _ in range(40)]
    decisions = [decide(rows, best_of(rows, weights_of(critic=1, range=1))) for rows in sets]
    gaps = np.array([np.array(d.kept) - np.array(d.others[0]) for d in decisions]) / UNITS
    weights = np.array(list(learn(decisions, MODEL).weights.values()))
    missed = 1 / (1 + np.exp(gaps @ weights))
    pull = gaps.T @ missed
    precision = float(pull[1] / weights[1])
    assert precision > 0
    assert pull[1:] == pytest.approx(precision * weights[1:], abs=1e-3)
    constancy = weights[0] - pull[0] / precision
    assert 0 < constancy < 2.001  # at most 2, but for rounding


def test_a_thousand_pairs_are_learned_within_a_second() -> None:
    decisions = decisions_of(weights_of(density=1, steps=1), 340)
    begin = process_time()
    learn(decisions, MODEL)
    assert process_time() - begin < 1
