"""A separate JACK server for the tests: real ports and real time, without a sound card.

A second process, `jack_watcher.py`, is a client of the server and counts the periods that it loses
(see `tests.repeats`).
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gui.bench.jack_rig import PERIOD, RATE_HZ, jack_server, separate_jack_server
from tests.repeats import LOST_PERIODS

WATCHER = Path(__file__).with_name("jack_watcher.py")

__all__ = ["PERIOD", "RATE_HZ", "need_jackd", "shared_jack_server", "watched_jack_server"]


class Watcher:
    """Our end of `jack_watcher.py`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._last = 0

    def count(self) -> int:
        """Return how many periods the server has lost; the last count if the watcher has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if self._process.poll() is None:
            self._process.stdin.write(b"\n")
            self._process.stdin.flush()
            self._last = int(self._process.stdout.readline())
        return self._last


@contextmanager
def watched_jack_server(name: str | None = None, period: int = PERIOD) -> Iterator[str]:
    """Run a server, the default inside the context, whose periods are counted; yield its name."""
    with jack_server(name, period) as server, watched(server):
        yield server


@contextmanager
def watched(server: str) -> Iterator[None]:
    """Count the lost periods of a server."""
    with subprocess.Popen(
        [sys.executable, WATCHER, server], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        watcher = Watcher(process)
        watcher.count()  # after its first answer it is a client
        with LOST_PERIODS.watched(server, watcher.count):
            yield


def need_jackd() -> None:
    """Skip a test if jackd is not installed, but fail if it is promised."""
    if shutil.which("jackd") is None:
        text = "jackd is not installed (Debian: apt-get install jackd2)"
        if os.environ.get("CI") == "true":
            pytest.fail(text)
        pytest.skip(text)


def shared_jack_server(period: int = PERIOD) -> Iterator[str]:
    """Run a watched server for a fixture that many tests share; yield its name.

    It is not the default: fixtures do not end in the order in which they began, and each test sets
    the default for itself, so that no test is left with a server that has ended.
    """
    need_jackd()
    with separate_jack_server(period=period) as name, watched(name):
        yield name
