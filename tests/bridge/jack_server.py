"""A JACK server of our own for the tests: real ports and real time, without a sound card."""

import os
import shutil
from collections.abc import Iterator

import pytest

from gui.bench.jack_rig import PERIOD, RATE_HZ, jack_server

__all__ = ["PERIOD", "RATE_HZ", "jack_server", "shared_jack_server"]


def shared_jack_server(period: int = PERIOD) -> Iterator[str]:
    """Be the body of a session's fixture: skip without jackd, but fail where it is promised."""
    if shutil.which("jackd") is None:
        text = "jackd is not installed (Debian: apt-get install jackd2)"
        if os.environ.get("CI") == "true":
            pytest.fail(text)
        pytest.skip(text)
    with jack_server(period=period) as name:
        yield name
