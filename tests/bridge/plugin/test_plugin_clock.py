"""The clock of a plugin, and which of its times are believed."""

import pytest

from bridge.plugin.plugin_clock import HORIZON_NS, LONGEST_DELAY_NS, SAME_CLOCK_NS, PluginClock

NOW_NS = 100_000_000_000


@pytest.mark.parametrize("travel_ns", [0, SAME_CLOCK_NS - 1])
def test_two_clocks_that_are_close_are_one(travel_ns: int) -> None:
    clock = PluginClock()
    assert clock.record(NOW_NS, NOW_NS - travel_ns)
    assert clock.offset_ns == 0


def test_the_shortest_travel_counts() -> None:
    clock = PluginClock()
    for travel_ns in (900_000_000, 30_000_000, 700_000_000):
        assert clock.record(NOW_NS, NOW_NS - 60_000_000_000 - travel_ns)
    assert clock.offset_ns == 60_030_000_000


def test_a_clock_that_has_stood_still_is_compared_anew() -> None:
    clock = PluginClock()
    clock.record(NOW_NS, NOW_NS)
    clock.record(NOW_NS + LONGEST_DELAY_NS + 1, NOW_NS)
    assert clock.session_ns(NOW_NS, NOW_NS + LONGEST_DELAY_NS + 1) == NOW_NS + LONGEST_DELAY_NS + 1


@pytest.mark.parametrize("plugin_ns", [-1, -(1 << 63), 1 << 62, (1 << 63) - 1])
def test_a_time_of_no_clock_changes_nothing(plugin_ns: int) -> None:
    clock = PluginClock()
    assert clock.record(NOW_NS, NOW_NS)
    assert not clock.record(NOW_NS, plugin_ns)
    assert clock.offset_ns == 0


def test_a_time_is_believed_within_the_horizon() -> None:
    clock = PluginClock()
    for apart_ns in (-HORIZON_NS, 0, HORIZON_NS):
        assert clock.session_ns(NOW_NS + apart_ns, NOW_NS) == NOW_NS + apart_ns
    for apart_ns in (-HORIZON_NS - 1, HORIZON_NS + 1):
        assert clock.session_ns(NOW_NS + apart_ns, NOW_NS) is None
