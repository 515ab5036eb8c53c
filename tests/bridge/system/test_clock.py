"""The system clock and the manual clock."""

import pytest

from bridge.system.clock import Clock, ManualClock, SystemClock


def test_the_system_clock_never_runs_backwards() -> None:
    clock: Clock = SystemClock()
    readings = [clock.now_ns() for _ in range(1000)]
    assert readings == sorted(readings)
    assert readings[-1] > readings[0]


def test_a_manual_clock_stands_still_until_it_is_advanced() -> None:
    clock = ManualClock(5)
    assert [clock.now_ns(), clock.now_ns()] == [5, 5]
    clock.advance(7)
    clock.advance(0)
    assert clock.now_ns() == 12


def test_a_manual_clock_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="go back"):
        ManualClock().advance(-1)
