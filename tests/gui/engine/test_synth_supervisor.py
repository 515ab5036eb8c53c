"""The engine's synth with real child processes: its messages and its status."""

import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing.connection import wait
from pathlib import Path

import pytest

from bridge.playout.protocol import Monitor
from bridge.synth.cable import make_cable
from bridge.synth.policy import SynthPolicy, SynthReady
from bridge.synth.process import BACKEND_VARIABLE, NotInstalledError
from bridge.synth.reason import NoSoundDevice, NoSuchSoundFont, SoundDeviceLost, SynthExited
from bridge.system.child_end import ChildEnd
from gui.engine.retry import MAX_RETRY_NS, MIN_RETRY_NS
from gui.engine.synth_supervisor import SynthSupervisor
from tests.bridge.jack_server import watched_jack_server

NO_DEVICE = NoSoundDevice("gramophone")
NOW_NS = 7_000_000_000
PATIENCE_S = 20


@pytest.fixture
def supervisor() -> Iterator[SynthSupervisor]:
    cable = make_cable()
    supervisor = SynthSupervisor(cable[1])
    yield supervisor
    supervisor.close()
    for end in cable:
        end.close()


def followed(
    supervisor: SynthSupervisor,
    now_ns: int,
    sound: SynthPolicy = SynthPolicy.AUTO,
    *,
    plugins: bool = False,
) -> list[Monitor]:
    return supervisor.update(now_ns, sound, plugins=plugins, named_output=False)


def until(supervisor: SynthSupervisor, now_ns: int, so: Callable[[], object]) -> list[Monitor]:
    """Poll the synth until a condition holds; return the messages."""
    messages: list[Monitor] = []
    while not so():
        assert wait(supervisor.connections, PATIENCE_S)
        messages += supervisor.poll(now_ns)
    return messages


def refused(supervisor: SynthSupervisor, now_ns: int) -> None:
    """Wait until a synth that is being started reports a failure."""
    assert supervisor.is_starting
    messages = until(
        supervisor, now_ns, lambda: not supervisor.is_starting and supervisor.process_id is None
    )
    assert messages == [Monitor(wanted=False)]


def sounds(supervisor: SynthSupervisor, now_ns: int) -> None:
    """Wait until a synth that is being started is ready."""
    (message,) = until(supervisor, now_ns, lambda: supervisor.status and not supervisor.has_failed)
    assert message == Monitor(wanted=True)
    assert isinstance(supervisor.status, SynthReady)
    assert supervisor.status.device == "JACK"


@pytest.mark.parametrize("sound", [SynthPolicy.ON, SynthPolicy.AUTO])
def test_a_failure_is_reported_and_retried_at_growing_intervals(
    supervisor: SynthSupervisor, monkeypatch: pytest.MonkeyPatch, sound: SynthPolicy
) -> None:
    monkeypatch.setenv(BACKEND_VARIABLE, "gramophone")
    now_ns = NOW_NS
    followed(supervisor, now_ns, sound)
    assert (supervisor.status, supervisor.has_failed) == (None, False)
    for pause_ns in (MIN_RETRY_NS, 2 * MIN_RETRY_NS):
        refused(supervisor, now_ns)
        assert (supervisor.status, supervisor.has_failed) == (NO_DEVICE, True)
        followed(supervisor, now_ns + pause_ns - 1, sound)
        assert not supervisor.is_starting
        now_ns += pause_ns
        followed(supervisor, now_ns, sound)
        assert (supervisor.status, supervisor.has_failed) == (NO_DEVICE, True)
    refused(supervisor, now_ns)
    supervisor.retry()
    followed(supervisor, now_ns, sound)
    refused(supervisor, now_ns)
    followed(supervisor, now_ns + MIN_RETRY_NS, sound)
    assert supervisor.is_starting
    assert followed(supervisor, now_ns, SynthPolicy.OFF) == []
    assert (supervisor.is_starting, supervisor.status, supervisor.has_failed) == (
        False,
        None,
        False,
    )
    followed(supervisor, now_ns, sound)
    assert supervisor.is_starting  # a new request


def test_the_interval_between_retries_is_at_most_a_minute(supervisor: SynthSupervisor) -> None:
    for now_ns in range(NOW_NS, NOW_NS + 7 * MAX_RETRY_NS, MAX_RETRY_NS):
        supervisor.update(
            now_ns, SynthPolicy.AUTO, plugins=False, named_output=False, font="lost.sf2"
        )
        refused(supervisor, now_ns)
    assert supervisor.status == NoSuchSoundFont("lost.sf2")


def test_a_permanent_failure_is_retried_only_on_request(
    supervisor: SynthSupervisor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "miniaudio.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    followed(supervisor, NOW_NS)
    refused(supervisor, NOW_NS)
    assert (supervisor.status, supervisor.has_failed) == (NotInstalledError().reason, True)
    supervisor.retry()
    followed(supervisor, NOW_NS + 9 * MAX_RETRY_NS)
    followed(supervisor, NOW_NS, plugins=True)
    assert (supervisor.status, supervisor.has_failed) == (None, False)
    followed(supervisor, NOW_NS)
    assert (supervisor.is_starting, supervisor.has_failed) == (False, True)
    followed(supervisor, NOW_NS, SynthPolicy.ON)
    assert supervisor.is_starting


def test_an_unwanted_synth_is_not_started(supervisor: SynthSupervisor) -> None:
    for sound, plugins, named in (
        (SynthPolicy.OFF, False, False),
        (SynthPolicy.AUTO, True, False),
        (SynthPolicy.AUTO, False, True),
    ):
        assert supervisor.update(NOW_NS, sound, plugins=plugins, named_output=named) == []
        assert not supervisor.is_starting
    assert supervisor.poll(NOW_NS) == []
    assert not supervisor.has_failed


def test_a_start_that_is_no_longer_wanted_is_dropped(
    supervisor: SynthSupervisor,
) -> None:
    followed(supervisor, NOW_NS)
    followed(supervisor, NOW_NS, SynthPolicy.OFF)
    supervisor.close()
    assert supervisor.poll(NOW_NS) == []
    assert supervisor.process_id is None


@pytest.mark.device
def test_it_stops_for_a_plugin_and_restarts_after_a_crash(
    default_jack_server: str,  # noqa: ARG001 - a server must run
    supervisor: SynthSupervisor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv(BACKEND_VARIABLE, "jack")
    assert followed(supervisor, NOW_NS) == []
    sounds(supervisor, NOW_NS)
    assert followed(supervisor, NOW_NS, plugins=True) == [Monitor(wanted=False)]
    assert (supervisor.process_id, supervisor.status) == (None, None)
    now_ns, killed = NOW_NS, SynthExited(ChildEnd(-signal.SIGKILL))
    followed(supervisor, now_ns)
    for pause_ns in (MIN_RETRY_NS, 2 * MIN_RETRY_NS, MIN_RETRY_NS):
        sounds(supervisor, now_ns)
        now_ns += MAX_RETRY_NS if pause_ns == MIN_RETRY_NS else 0  # it has run for a long time
        os.kill(supervisor.process_id or 0, signal.SIGKILL)
        assert until(supervisor, now_ns, lambda: supervisor.has_failed) == [Monitor(wanted=False)]
        assert supervisor.process_id is None
        assert until(supervisor, now_ns, lambda: supervisor.status == killed) == []
        now_ns += pause_ns
        assert followed(supervisor, now_ns) == []
    supervisor.close()  # then all is logged
    assert [record.getMessage() for record in caplog.records] == [
        "bridge.synth.process ended with status -9"
    ] * 3
    caplog.clear()


def test_an_error_that_ends_the_synth_is_reported(
    supervisor: SynthSupervisor,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "miniaudio.py").write_text("raise MemoryError('no room')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    ended = SynthExited(ChildEnd(1, "MemoryError: no room"))
    followed(supervisor, NOW_NS)
    assert until(supervisor, NOW_NS, lambda: supervisor.status == ended) == [Monitor(wanted=False)]
    assert supervisor.has_failed
    caplog.clear()


@pytest.mark.device
def test_it_restarts_when_the_device_is_back(
    supervisor: SynthSupervisor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv(BACKEND_VARIABLE, "jack")
    name = f"returns-{os.getpid()}"
    monkeypatch.setenv("JACK_DEFAULT_SERVER", name)  # also while it does not run
    with watched_jack_server(name):
        followed(supervisor, NOW_NS)
        sounds(supervisor, NOW_NS)
    assert until(supervisor, NOW_NS, lambda: supervisor.has_failed) == [Monitor(wanted=False)]
    assert supervisor.status == SoundDeviceLost()
    with watched_jack_server(name):
        supervisor.retry()
        followed(supervisor, NOW_NS)
        sounds(supervisor, NOW_NS)
        supervisor.close()  # before the server ends
    # What libjack prints at the end of its server is logged under the name of the process.
    assert {record.name for record in caplog.records} == {"bridge.synth.process"}
    caplog.clear()
