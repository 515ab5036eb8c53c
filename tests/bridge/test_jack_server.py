"""The JACK servers of the tests: their lost periods, and which of them is the default."""

import os

import psutil
import pytest

from tests.bridge.jack_server import need_jackd, shared_jack_server, watched_jack_server
from tests.repeats import LOST_PERIODS

pytestmark = pytest.mark.device

PATIENCE = 100  # tenths of a second


def test_a_suspended_server_loses_periods() -> None:
    need_jackd()
    with watched_jack_server(f"suspended-{os.getpid()}") as name:
        (server,) = (
            child
            for child in psutil.Process().children()
            if child.name() == "jackd" and name in child.cmdline()
        )
        _, before = LOST_PERIODS.counts()[-1]
        server.suspend()
        with pytest.raises(psutil.TimeoutExpired):
            server.wait(0.2)
        server.resume()
        for _ in range(PATIENCE):
            if LOST_PERIODS.counts()[-1] != (name, before):
                break
            with pytest.raises(psutil.TimeoutExpired):
                server.wait(0.1)
    assert LOST_PERIODS.counts()[-1][1] > before


def test_a_shared_server_is_never_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a test that ends after it would leave its name to all later ones."""
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "before")
    fixture = shared_jack_server()
    assert next(fixture) != "before"
    assert os.environ["JACK_DEFAULT_SERVER"] == "before"
    assert next(fixture, None) is None
    assert os.environ["JACK_DEFAULT_SERVER"] == "before"
