"""Refusals are counted, and reported at intervals."""

from bridge.playout.problem import PluginRefused
from bridge.playout.protocol import Problem
from bridge.plugin.refusals import INTERVAL_NS, Refusals


def test_the_first_is_reported_at_once_and_the_others_at_intervals() -> None:
    refusals = Refusals()
    assert refusals.report(0) == []
    refusals.add("time")
    assert refusals.report(0) == [Problem(PluginRefused("time", 1))]
    refusals.add("time", 5)
    refusals.add("foreign")
    assert refusals.report(INTERVAL_NS - 1) == []
    assert refusals.report(INTERVAL_NS) == [
        Problem(PluginRefused("foreign", 1)),
        Problem(PluginRefused("time", 5)),
    ]
    assert refusals.report(3 * INTERVAL_NS) == []
    assert refusals.total == {"time": 6, "foreign": 1}
