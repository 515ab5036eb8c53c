"""The engine's synth with real child processes: its messages and its status."""

import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing.connection import wait
from pathlib import Path

import pytest

from bridge.playout.protocol import Monitor
from bridge.synth.policy import SynthPolicy, SynthReady
from bridge.synth.process import BACKEND_VARIABLE, NotInstalledError
from bridge.synth.reason import NoSoundDevice, NoSuchSoundFont, SoundDeviceLost, SynthExited
from gui.engine.synth_supervisor import MAX_RETRY_NS, MIN_RETRY_NS, SynthSupervisor
from tests.bridge.jack_server import shared_jack_server, watched_jack_server

NOBODY = NoSoundDevice("gramophone")
NOW_NS = 7_000_000_000
PATIENCE_S = 20


@pytest.fixture
def hearing() -> Iterator[SynthSupervisor]:
    hearing = SynthSupervisor()
    yield hearing
    hearing.close()


def followed(
    hearing: SynthSupervisor,
    now_ns: int,
    sound: SynthPolicy = SynthPolicy.AUTO,
    *,
    plugins: bool = False,
) -> list[Monitor]:
    return hearing.update(now_ns, sound, plugins=plugins, named_output=False)


def until(hearing: SynthSupervisor, now_ns: int, so: Callable[[], object]) -> list[Monitor]:
    """Poll the synth until a condition holds; return the messages."""
    messages: list[Monitor] = []
    while not so():
        assert wait(hearing.connections, PATIENCE_S)
        messages += hearing.poll(now_ns)
    return messages


def refused(hearing: SynthSupervisor, now_ns: int) -> None:
    """Wait until a synth that is being started reports a failure."""
    assert hearing.is_starting
    messages = until(
        hearing, now_ns, lambda: not hearing.is_starting and hearing.process_id is None
    )
    assert messages == [Monitor(None)]


def sounds(hearing: SynthSupervisor, now_ns: int) -> None:
    """Wait until a synth that is being started is ready."""
    (message,) = until(hearing, now_ns, lambda: hearing.status and not hearing.has_failed)
    assert message.port
    assert isinstance(hearing.status, SynthReady)
    assert hearing.status.device == "JACK"


@pytest.mark.parametrize("sound", [SynthPolicy.ON, SynthPolicy.AUTO])
def test_a_failure_is_reported_and_retried_at_growing_intervals(
    hearing: SynthSupervisor, monkeypatch: pytest.MonkeyPatch, sound: SynthPolicy
) -> None:
    monkeypatch.setenv(BACKEND_VARIABLE, "gramophone")
    now_ns = NOW_NS
    followed(hearing, now_ns, sound)
    assert (hearing.status, hearing.has_failed) == (None, False)
    for pause_ns in (MIN_RETRY_NS, 2 * MIN_RETRY_NS):
        refused(hearing, now_ns)
        assert (hearing.status, hearing.has_failed) == (NOBODY, True)
        followed(hearing, now_ns + pause_ns - 1, sound)
        assert not hearing.is_starting
        now_ns += pause_ns
        followed(hearing, now_ns, sound)
        assert (hearing.status, hearing.has_failed) == (NOBODY, True)
    refused(hearing, now_ns)
    hearing.retry()
    followed(hearing, now_ns, sound)
    refused(hearing, now_ns)
    followed(hearing, now_ns + MIN_RETRY_NS, sound)
    assert hearing.is_starting
    assert followed(hearing, now_ns, SynthPolicy.OFF) == []
    assert (hearing.is_starting, hearing.status, hearing.has_failed) == (False, None, False)
    followed(hearing, now_ns, sound)
    assert hearing.is_starting  # a new request


def test_the_interval_between_retries_is_at_most_a_minute(hearing: SynthSupervisor) -> None:
    for now_ns in range(NOW_NS, NOW_NS + 7 * MAX_RETRY_NS, MAX_RETRY_NS):
        hearing.update(now_ns, SynthPolicy.AUTO, plugins=False, named_output=False, font="lost.sf2")
        refused(hearing, now_ns)
    assert hearing.status == NoSuchSoundFont("lost.sf2")


def test_a_permanent_failure_is_retried_only_on_request(
    hearing: SynthSupervisor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "miniaudio.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    followed(hearing, NOW_NS)
    refused(hearing, NOW_NS)
    assert (hearing.status, hearing.has_failed) == (NotInstalledError().reason, True)
    hearing.retry()
    followed(hearing, NOW_NS + 9 * MAX_RETRY_NS)
    followed(hearing, NOW_NS, plugins=True)
    assert (hearing.status, hearing.has_failed) == (None, False)
    followed(hearing, NOW_NS)
    assert (hearing.is_starting, hearing.has_failed) == (False, True)
    followed(hearing, NOW_NS, SynthPolicy.ON)
    assert hearing.is_starting


def test_an_unwanted_synth_is_not_started(hearing: SynthSupervisor) -> None:
    for sound, plugins, named in (
        (SynthPolicy.OFF, False, False),
        (SynthPolicy.AUTO, True, False),
        (SynthPolicy.AUTO, False, True),
    ):
        assert hearing.update(NOW_NS, sound, plugins=plugins, named_output=named) == []
        assert not hearing.is_starting
    assert hearing.poll(NOW_NS) == []
    assert not hearing.has_failed


def test_a_start_that_is_no_longer_wanted_is_dropped(
    hearing: SynthSupervisor,
) -> None:
    followed(hearing, NOW_NS)
    followed(hearing, NOW_NS, SynthPolicy.OFF)
    hearing.close()
    assert hearing.poll(NOW_NS) == []
    assert hearing.process_id is None


@pytest.fixture(scope="module")
def jack_name() -> Iterator[str]:
    yield from shared_jack_server()


@pytest.mark.device
def test_it_stops_for_a_plugin_and_restarts_after_a_crash(
    jack_name: str,  # noqa: ARG001 - a server must run
    hearing: SynthSupervisor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv(BACKEND_VARIABLE, "jack")
    assert followed(hearing, NOW_NS) == []
    sounds(hearing, NOW_NS)
    assert followed(hearing, NOW_NS, plugins=True) == [Monitor(None)]
    assert (hearing.process_id, hearing.status) == (None, None)
    now_ns = NOW_NS
    followed(hearing, now_ns)
    for pause_ns in (MIN_RETRY_NS, 2 * MIN_RETRY_NS, MIN_RETRY_NS):
        sounds(hearing, now_ns)
        now_ns += MAX_RETRY_NS if pause_ns == MIN_RETRY_NS else 0  # it has run for a long time
        os.kill(hearing.process_id or 0, signal.SIGKILL)
        assert until(hearing, now_ns, lambda: hearing.has_failed) == [Monitor(None)]
        assert (hearing.status, hearing.process_id) == (SynthExited(), None)
        now_ns += pause_ns
        assert followed(hearing, now_ns) == []
    hearing.close()  # then all is logged
    assert [record.getMessage() for record in caplog.records] == [
        "bridge.synth.process ended with status -9"
    ] * 3
    caplog.clear()


@pytest.mark.device
def test_it_restarts_when_the_device_is_back(
    jack_name: str,
    hearing: SynthSupervisor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv(BACKEND_VARIABLE, "jack")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", jack_name)
    with watched_jack_server() as name:
        followed(hearing, NOW_NS)
        sounds(hearing, NOW_NS)
    assert until(hearing, NOW_NS, lambda: hearing.has_failed) == [Monitor(None)]
    assert hearing.status == SoundDeviceLost()
    with watched_jack_server(name):
        hearing.retry()
        followed(hearing, NOW_NS)
        sounds(hearing, NOW_NS)
        hearing.close()  # before the server ends
    # What libjack prints at the end of its server is logged under the name of the process.
    assert {record.name for record in caplog.records} == {"bridge.synth.process"}
    caplog.clear()
