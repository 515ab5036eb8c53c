"""The number of threads: as many as help, and never all cores."""

import os
import sys
from typing import Any

import pytest

from bridge.system.clock import ManualClock
from export.runtime import calibration
from export.runtime.artefact import Artefact
from export.runtime.decoder import Decoder, Logits


@pytest.mark.parametrize(
    "cores,counts", [(1, [1]), (2, [1]), (3, [1, 2]), (4, [1, 2]), (5, [1, 2, 4]), (64, [1, 2, 4])]
)
def test_never_all_cores(cores: int, counts: list[int]) -> None:
    assert calibration.thread_counts(cores) == counts


@pytest.mark.parametrize(
    "cost,best",
    [({1: 5.0}, 1), ({1: 5.0, 2: 4.9}, 1), ({1: 5.0, 2: 3.0, 4: 2.9}, 2), ({1: 5, 2: 4, 4: 2}, 4)],
)
def test_more_threads_must_save_enough_time(cost: dict[int, float], best: int) -> None:
    assert calibration.choose_threads(cost) == best


def test_every_count_is_tried_and_the_fastest_is_used(
    exact: Artefact, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock()

    class Timed(Decoder):
        """Two threads take half the time of one, and four are no better."""

        def __init__(self, artefact: Artefact, *, threads: int, **options: Any) -> None:
            super().__init__(artefact, threads=threads, **options)
            self._cost_ns = {1: 100, 2: 50, 4: 48}[threads]

        def feed(self, *arguments: Any) -> Logits:
            clock.advance(self._cost_ns)
            return super().feed(*arguments)

    monkeypatch.setattr(calibration, "usable_cores", lambda: 8)
    monkeypatch.setattr(calibration, "Decoder", Timed)
    assert calibration.measure_best_threads(exact, clock) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot choose the cores")
def test_a_process_that_is_limited_to_one_core_uses_one() -> None:
    cores = calibration.usable_cores()
    before = os.sched_getaffinity(0)
    assert cores == len(before)
    os.sched_setaffinity(0, {min(before)})
    try:
        assert calibration.usable_cores() == 1
    finally:
        os.sched_setaffinity(0, before)
