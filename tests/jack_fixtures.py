"""Fixtures for tests with a JACK server: the server that they share, and another program on it.

The shared server is not the default one for the whole run. Fixtures do not end in the order in
which they began, and a default that outlives its server makes every later test fail. A test that
uses `default_jack_server` makes it the default, for itself alone.
"""

from collections.abc import Iterator

import pytest

from tests.bridge.jack_server import shared_jack_server
from tests.bridge.peer import Peer


@pytest.fixture(scope="session")
def jack_name() -> Iterator[str]:
    """Run a JACK server for all tests that need one; yield its name."""
    yield from shared_jack_server()


@pytest.fixture
def default_jack_server(jack_name: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make the shared server the default; return its name."""
    monkeypatch.setenv("JACK_DEFAULT_SERVER", jack_name)
    return jack_name


@pytest.fixture
def peer(default_jack_server: str) -> Iterator[Peer]:  # noqa: ARG001 - a server must run
    """Run another program on the default server."""
    other = Peer()
    yield other
    other.close()
