"""The cost of an event between the app and a plugin."""

import sys

import pytest

from gui.bench import plugin_path
from gui.bench.report import TARGETS


@pytest.mark.skipif(sys.platform == "win32", reason="compares with Unix sockets")
def test_every_way_is_measured_and_has_its_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugin_path, "_ROUNDS", 2)
    found = plugin_path.measure_plugin_path()
    assert {name: spread["count"] for name, spread in found.items()} == {
        "datagrams": 500,
        "stream": 500,
        "stream by TCP": 500,
    }
    assert all(spread["median_ms"] > 0 for spread in found.values())
    promises = [promise for promise in TARGETS if promise.limit == 20]
    assert len(promises) == 2
    for promise in promises:
        promise.value_of({"plugin": found})
