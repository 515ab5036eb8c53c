"""As many threads as help, and never all cores."""

import os

import pytest

from bridge.clock import ManualClock
from export import calibration
from export.artefact import Artefact


@pytest.mark.parametrize(
    "cores,counts", [(1, [1]), (2, [1]), (3, [1, 2]), (4, [1, 2]), (5, [1, 2, 4]), (64, [1, 2, 4])]
)
def test_never_all_cores(cores: int, counts: list[int]) -> None:
    assert calibration.thread_counts(cores) == counts


@pytest.mark.parametrize(
    "cost,best",
    [({1: 5.0}, 1), ({1: 5.0, 2: 4.9}, 1), ({1: 5.0, 2: 3.0, 4: 2.9}, 2), ({1: 5, 2: 4, 4: 2}, 4)],
)
def test_more_threads_must_be_worth_it(cost: dict[int, float], best: int) -> None:
    assert calibration.chosen(cost) == best


def test_every_count_is_tried(exact: Artefact, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    # To a clock that stands still no count is quicker than another.
    assert calibration.fitting_threads(exact, ManualClock()) == 1
