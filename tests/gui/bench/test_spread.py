"""Tasks take turns, and the median and the 99th percentile are reported."""

import pytest

from gui.bench.spread import Spread, time_calls, time_interleaved


def test_a_spread_is_the_median_and_the_99th_percentile() -> None:
    spread = Spread.from_ns(range(0, 101_000_000, 1_000_000))
    assert (spread.median_ms, spread.p99_ms, spread.count) == (50.0, 99.0, 101)


def test_tasks_take_turns_and_the_first_round_is_not_counted() -> None:
    order: list[str] = []

    def turn(name: str, cost_ns: int) -> list[int]:
        order.append(name)
        first = order.count(name) == 1
        return [10**12 if first else cost_ns] * 2

    found = time_interleaved({"a": lambda: turn("a", 10**6), "b": lambda: turn("b", 2 * 10**6)}, 3)
    assert order == ["a", "b"] * 4
    assert (found["a"].median_ms, found["b"].median_ms) == (1.0, 2.0)
    assert (found["a"].p99_ms, found["a"].count) == (1.0, 6)


@pytest.mark.parametrize("warm_up_ns", [0, 1_000_000])
def test_the_warm_up_is_not_counted(warm_up_ns: int) -> None:
    done: list[int] = []
    durations = time_calls(lambda: done.append(1), 5, warm_up_ns=warm_up_ns)
    assert len(durations) == 5
    assert min(durations) > 0
    assert (len(done) > 5) == (warm_up_ns > 0)
