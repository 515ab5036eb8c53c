"""Fixtures of the tests with a DAW: a JACK server, Ardour on it, and other programs beside it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bridge.jack_server import shared_jack_server
from tests.bridge.plugin.conftest import plugins
from tests.daw.ardour import Ardour
from tests.daw.console import PROGRAM

__all__ = ["plugins"]  # a fixture of another folder

TRACKS = ("Play", "Rec")


@pytest.fixture(scope="session")
def jack_name() -> Iterator[str]:
    """Run a JACK server for all tests that need one; yield its name."""
    yield from shared_jack_server()


@pytest.fixture(autouse=True)
def _own_server(default_jack_server: str) -> None:
    """Make every program that a test starts use this server."""


@pytest.fixture(scope="module")
def _plugin_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Set the folder in which the plugins and the app of these tests meet."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANTIPHON_PLUGINS_AT", str(tmp_path_factory.mktemp("p")))
        yield


@pytest.fixture(scope="module")
def running_ardour(
    jack_name: str,
    plugins: Path,
    _plugin_folder: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Ardour]:
    """Run one Ardour for all tests of a file; skip without it, but fail where it is required.

    It finds our plugin, built for the tests, beside the system's.
    """
    if shutil.which(PROGRAM) is None:
        text = f"{PROGRAM} is not installed (Debian: apt-get install ardour)"
        if os.environ.get("CI") == "true":
            pytest.fail(text)
        pytest.skip(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LV2_PATH", f"{plugins}:/usr/lib/lv2:/usr/local/lib/lv2")
        with Ardour(jack_name, tmp_path_factory.mktemp("ardour")) as ardour:
            ardour.new_session(TRACKS)
            yield ardour


@pytest.fixture
def ardour(running_ardour: Ardour) -> Ardour:
    """Yield Ardour in a fresh state: two empty tracks, Play and Rec."""
    running_ardour.stop()
    running_ardour.share_transport(on=False)
    running_ardour.send_clock(on=False)
    running_ardour.set_tempo(120)
    running_ardour.set_metre(4, 4)
    for track in TRACKS:
        running_ardour.disarm(track)
        running_ardour.isolate(track)
        running_ardour.remove_plugins(track)
        running_ardour.write(track, [])
    running_ardour.locate(0)
    return running_ardour
