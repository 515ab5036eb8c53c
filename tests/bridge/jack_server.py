"""A JACK server of our own for the tests: real ports and real time, without a sound card.

Real time is what a machine may not have: a virtual one is put aside by its host for longer than a
period of the server, and then the server loses that period, and clients read the last one's events
again. How many were lost is counted, so that a test can tell whether it saw Antiphon fail or the
machine.
"""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from gui.bench.jack_rig import PERIOD, RATE_HZ, jack_server

WATCHER = Path(__file__).with_name("jack_watcher.py")

__all__ = ["LOST", "PERIOD", "RATE_HZ", "jack_server", "shared_jack_server"]


class Lost:
    """How many periods the servers of this test run have lost."""

    def __init__(self) -> None:
        self.periods = 0

    @contextmanager
    def counted(self, name: str) -> Iterator[None]:
        """Count those of this server."""
        with subprocess.Popen(
            [sys.executable, WATCHER, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as watcher:
            assert watcher.stdout is not None
            assert watcher.stdout.readline() == b"ready\n"
            reader = threading.Thread(target=self._read, args=(watcher.stdout,))
            reader.start()
            try:
                yield
            finally:
                assert watcher.stdin is not None
                watcher.stdin.close()
                reader.join()

    def _read(self, lines: IO[bytes]) -> None:
        for _ in lines:
            self.periods += 1


LOST = Lost()


def shared_jack_server(period: int = PERIOD) -> Iterator[str]:
    """Be the body of a session's fixture: skip without jackd, but fail where it is promised."""
    if shutil.which("jackd") is None:
        text = "jackd is not installed (Debian: apt-get install jackd2)"
        if os.environ.get("CI") == "true":
            pytest.fail(text)
        pytest.skip(text)
    with jack_server(period=period) as name, LOST.counted(name):
        yield name
