"""A JACK server of our own for the tests: real ports and real time, without a sound card.

Real time is what a machine may not have: a virtual one is put aside by its host for longer than a
period of the server, and then the server loses that period, and clients read the last one's events
again. How many were lost is counted, so that a test can tell whether it saw Antiphon fail or the
machine (`tests/conftest.py` repeats it then).
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gui.bench.jack_rig import PERIOD, RATE_HZ, jack_server

__all__ = ["LOST", "PERIOD", "RATE_HZ", "jack_server", "shared_jack_server"]


class Lost:
    """How many periods the servers of this test run have lost."""

    def __init__(self) -> None:
        self.periods = 0

    def count(self, _delayed_us: float) -> None:
        """Take note of one; JACK calls."""
        self.periods += 1


LOST = Lost()


def shared_jack_server(period: int = PERIOD) -> Iterator[str]:
    """Be the body of a session's fixture: skip without jackd, but fail where it is promised."""
    if shutil.which("jackd") is None:
        text = "jackd is not installed (Debian: apt-get install jackd2)"
        if os.environ.get("CI") == "true":
            pytest.fail(text)
        pytest.skip(text)
    with jack_server(period=period) as name, _watched(name):
        yield name


@contextmanager
def _watched(name: str) -> Iterator[None]:
    import jack  # noqa: PLC0415 - it loads libjack, which comes with jackd

    client = jack.Client("watcher", servername=name, no_start_server=True)
    client.set_xrun_callback(LOST.count)
    client.activate()
    try:
        yield
    finally:
        client.close()
