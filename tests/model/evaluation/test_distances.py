"""Distances of continuations: each kind of music is compared with the true continuations."""

import numpy as np
import pytest

from model.evaluation.distances import distance_report
from model.evaluation.measures import MEASURES, Profile


def profile(*counts: float) -> Profile:
    return {name: np.array(counts) for name in MEASURES}


A, B = profile(1, 0), profile(0, 1)


def test_takes_that_equal_the_truth_have_distance_0() -> None:
    report = distance_report([A, B], [B, A], [[A, B], [A, B]], [0, 1])
    means = {name: figures["interval"] for name, figures in report["distance_from_truth"].items()}
    assert means == pytest.approx(
        {"take": 0, "take picked by the critic": 0, "the prompt itself": 1, "another piece": 1},
        abs=1e-6,
    )


def test_the_critics_pick_is_compared_by_itself() -> None:
    report = distance_report([A, A], [A, A], [[A, B], [B, A]], [0, 1])
    means = report["distance_from_truth"]
    assert means["take"]["interval"] == pytest.approx(0.5)
    assert means["take picked by the critic"]["interval"] == pytest.approx(0, abs=1e-6)


def test_together_the_order_of_takes_does_not_matter() -> None:
    report = distance_report([A, B], [A, B], [[B, A]], [0, 0])
    together = report["distance_of_all_from_all_truths"]
    assert together["takes"]["interval"] == pytest.approx(0, abs=1e-6)
    assert together["half of the truths from the other"]["interval"] == pytest.approx(1)
