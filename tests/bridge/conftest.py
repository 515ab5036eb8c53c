"""Fixtures of the tests of `bridge`: a JACK server, and another program on it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bridge.jack_server import shared_jack_server

PEER = Path(__file__).with_name("jack_peer.py")


class Peer:
    """Our end of `jack_peer.py`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, PEER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.ask(clock=True)  # it answers when its ports are there

    def ask(self, **request: object) -> Any:
        """Send a request, and wait for the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=10)


@pytest.fixture(scope="session")
def jack_name() -> Iterator[str]:
    """Run a JACK server for all tests that need one; yield its name."""
    yield from shared_jack_server()


@pytest.fixture
def peer(jack_name: str) -> Iterator[Peer]:  # noqa: ARG001 - a server must run
    """Run another program on the JACK server."""
    other = Peer()
    yield other
    other.close()
