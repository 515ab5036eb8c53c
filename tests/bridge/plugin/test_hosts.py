"""The plugin in real time, and in independent hosts: jalv (LV2) and DawDreamer (VST3)."""

import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import jack
import pytest

from bridge.plugin.folder import VARIABLE
from bridge.plugin.wire import Block, BlockFlags, MidiIn, PlayAtPosition, Played, PlayNow, PluginBye
from bridge.system.clock import SystemClock
from tests.bridge.jack_server import RATE_HZ
from tests.bridge.peer import Peer
from tests.bridge.plugin.app import PATIENCE_S, App
from tests.bridge.plugin.conftest import HERE, ROOT, need
from tests.bridge.plugin.host import Host, Track

pytestmark = pytest.mark.device

STRIKE = bytes((0x90, 60, 100))
RELEASE = bytes((0x80, 60, 64))
DEATHS = 5
PERIODS = 4
MOST_RENDERINGS = 500
MS = 1_000_000


# ------------------------------------------------------------------------------- a sudden death


def await_event(host: Host) -> tuple[int, bytes]:
    """Wait for an event of a host that runs in real time; return its time and message."""
    _, at_ns, *message = host.listen().split()
    return int(at_ns), bytes(int(byte) for byte in message)


def silence_after_death_ns(host: Host, at: str) -> int:
    """Kill an app while its note sounds; return how long the note sounds on."""
    process = subprocess.Popen([sys.executable, "-m", "tests.bridge.plugin.app", at], cwd=ROOT)
    assert await_event(host)[1] == STRIKE
    killed_ns = SystemClock().now_ns()
    process.kill()
    released_ns, message = await_event(host)
    process.wait()
    assert message == RELEASE
    return released_ns - killed_ns


@pytest.mark.parametrize("way", ["", "tcp:"])
def test_notes_are_released_within_200_ms_of_the_sudden_end_of_the_app(
    clap_host: Callable[[str], Host], folder: Path, way: str
) -> None:
    at = f"{way}{folder}"
    host = clap_host(at)
    track = Track(host)
    host.send("roll", track.number, 256, 120)
    took_ns = [silence_after_death_ns(host, at) for _ in range(DEATHS)]
    host.send("drop", track.number)
    assert [host.listen(), host.listen()] == ["ok", "ok"]
    host.close()
    assert statistics.median(took_ns) < 200 * MS, took_ns


# ------------------------------------------------------------------------------------------ LV2


@pytest.fixture
def jalv(plugins: Path, app: App, peer: Peer) -> Iterator[int]:
    """Run the LV2 plugin in jalv, between the peer's ports; yield the instance."""
    need(shutil.which("jalv") is not None, "jalv is not installed (Debian: apt-get install jalv)")
    process = subprocess.Popen(
        ["jalv", "-n", "antiphon-jalv", "urn:antiphon:effect"],
        env={**os.environ, VARIABLE: app.at, "LV2_PATH": str(plugins)},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    instance = app.meet()
    app.expect(Block)  # then its ports are there
    cables = [["player:out", "antiphon-jalv:lv2_events_in"]]
    cables += [["antiphon-jalv:lv2_events_out", "listener:in"]]
    peer.ask(connect=cables)
    yield instance
    process.communicate(timeout=PATIENCE_S)


@contextmanager
def timebase() -> Iterator[jack.Client]:
    """Run a timebase master for the JACK server: 120 bpm, 4/4."""
    client = jack.Client("conductor", no_start_server=True)

    def set_position(_state: int, _size: int, position: object, _is_new: bool) -> None:  # noqa: FBT001
        frames_per_beat = RATE_HZ // 2
        beats, rest = divmod(position.frame, frames_per_beat)  # type: ignore[attr-defined]
        values = {
            "valid": 0x10,  # JackPositionBBT
            "bar": beats // 4 + 1,
            "beat": beats % 4 + 1,
            "tick": rest * 1920 // frames_per_beat,
            "ticks_per_beat": 1920,
            "bar_start_tick": beats // 4 * 4 * 1920,
            "beats_per_bar": 4,
            "beat_type": 4,
            "beats_per_minute": 120,
        }
        for name, value in values.items():
            setattr(position, name, value)

    client.set_timebase_callback(set_position)
    with client:
        client.transport_stop()
        client.transport_frame = 0
        yield client
        client.transport_stop()


def test_jalv_carries_the_player_to_the_app_and_back(app: App, peer: Peer, jalv: int) -> None:
    peer.ask(play=[(0, list(STRIKE))])
    assert app.expect(MidiIn).message == STRIKE
    app.send(PlayNow(jalv, 7, STRIKE))
    assert peer.ask(hear=1)[0][1] == list(STRIKE)
    assert app.expect(Played).tag == 7
    app.close()
    assert peer.ask(hear=1)[0][1] == list(RELEASE)
    assert peer.ask(waiting=True) == 0


def test_jalv_reports_the_position_across_bar_lines(app: App, peer: Peer, jalv: int) -> None:
    with timebase() as client:
        for ask in (client.transport_stop, client.transport_start):
            ask()
            for _ in range(PERIODS):  # the server applies only the last command in a period
                app.expect(Block)
        begun = app.expect(Block, lambda block: BlockFlags.PLAYING in block.flags)
        # Two notes, one on each side of the second bar line.
        for quarters in (7.9, 8.1):
            app.send(PlayAtPosition(jalv, 1, begun.epoch, quarters, STRIKE))
        first, end, second = peer.ask(hear=3)
        over = app.expect(Block, lambda block: block.position_quarters > 8.2)
    assert over.epoch == begun.epoch
    assert [first[1], end[1], second[1]] == [list(STRIKE), list(RELEASE), list(STRIKE)]
    assert abs(second[0] - first[0] - 0.2 * RATE_HZ / 2) <= 25  # jalv counts in ticks: 12.5 frames
    app.expect(Block, lambda block: block.epoch > begun.epoch)
    assert peer.ask(hear=1)[0][1] == list(RELEASE)


# ----------------------------------------------------------------------------------------- VST3


def test_dawdreamer_plays_through_the_vst3(app: App, plugins: Path) -> None:
    need(
        importlib.util.find_spec("dawdreamer") is not None,
        "dawdreamer is not installed (pip install dawdreamer)",
    )
    with subprocess.Popen(
        [sys.executable, HERE / "dawdreamer_host.py", plugins / "Antiphon.vst3"],
        env={**os.environ, VARIABLE: app.at},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def render() -> None:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("render\n")
            process.stdin.flush()
            assert float(process.stdout.readline()) == 0.0  # a silent instrument

        render()
        instance = app.meet()
        for _ in range(MOST_RENDERINGS):
            if any(midi_in.message == STRIKE for midi_in in app.received(MidiIn)):
                break
            render()  # they may have joined in the middle of a note
        onset = app.expect(MidiIn, lambda midi_in: midi_in.message == STRIKE)
        # Times have no meaning here: rendering is faster than real time.
        after = onset.position_quarters
        release = app.expect(MidiIn, lambda midi_in: midi_in.position_quarters > after)
        assert release.message[:2] == RELEASE[:2]
        assert onset.position_quarters == pytest.approx(0.25 * 97.5 / 60, abs=1e-6)
        assert release.position_quarters == pytest.approx(0.75 * 97.5 / 60, abs=1e-6)
        app.send(PlayNow(instance, 9, STRIKE))
        for _ in range(MOST_RENDERINGS):
            if any(played.tag == 9 for played in app.received(Played)):
                break
            render()
        assert app.expect(Played).message == STRIKE
        process.stdin.close()
        assert app.expect(PluginBye).instance == instance
        assert process.wait(PATIENCE_S) == 0
