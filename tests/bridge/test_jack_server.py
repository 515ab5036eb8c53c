"""The count of lost periods of a test server."""

import os

import psutil
import pytest

from tests.bridge.jack_server import need_jackd, watched_jack_server
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
