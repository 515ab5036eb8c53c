"""The engine's synth, with real children: what the MIDI process is told, and what a person is."""

import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing.connection import wait
from pathlib import Path

import pytest

from bridge.playout.protocol import Monitor
from bridge.synth.policy import SynthPolicy
from bridge.synth.process import BACKEND_VARIABLE, NotInstalledError
from bridge.synth.process import DEVICE_LOST as DEVICE_GONE
from gui.engine.synth_supervisor import GONE, SELDOM_NS, SOON_NS, Hearing
from tests.bridge.jack_server import jack_server, shared_jack_server

NOBODY = (
    "There is no sound device that plays through gramophone; connect one, and Antiphon will sound."
)
NOW_NS = 7_000_000_000
PATIENCE_S = 20


@pytest.fixture
def hearing() -> Iterator[Hearing]:
    hearing = Hearing()
    yield hearing
    hearing.close()


def followed(
    hearing: Hearing, now_ns: int, sound: SynthPolicy = SynthPolicy.AUTO, *, plugins: bool = False
) -> list[Monitor]:
    return hearing.follow(now_ns, sound, plugins=plugins, named_output=False)


def until(hearing: Hearing, now_ns: int, so: Callable[[], object]) -> list[Monitor]:
    """Hear the synth until it is so; return what follows."""
    told: list[Monitor] = []
    while not so():
        assert wait(hearing.connections, PATIENCE_S)
        told += hearing.hear(now_ns)
    return told


def refused(hearing: Hearing, now_ns: int) -> None:
    """Let a synth that is being started say that it cannot play."""
    assert hearing.starting
    told = until(hearing, now_ns, lambda: not hearing.starting and hearing.process_id is None)
    assert told == [Monitor(None)]


def sounds(hearing: Hearing, now_ns: int) -> None:
    """Let a synth that is being started say that it plays."""
    (told,) = until(hearing, now_ns, lambda: hearing.said and not hearing.mute)
    assert told.port
    assert hearing.said == "Antiphon sounds by itself, through JACK."


@pytest.mark.parametrize("sound", [SynthPolicy.ON, SynthPolicy.AUTO])
def test_where_it_cannot_play_that_is_said_and_tried_again_ever_more_seldom(
    hearing: Hearing, monkeypatch: pytest.MonkeyPatch, sound: SynthPolicy
) -> None:
    monkeypatch.setenv(BACKEND_VARIABLE, "gramophone")
    now_ns = NOW_NS
    followed(hearing, now_ns, sound)
    assert (hearing.said, hearing.mute) == ("", False)
    for pause_ns in (SOON_NS, 2 * SOON_NS):
        refused(hearing, now_ns)
        assert (hearing.said, hearing.mute) == (NOBODY, True)
        followed(hearing, now_ns + pause_ns - 1, sound)
        assert not hearing.starting
        now_ns += pause_ns
        followed(hearing, now_ns, sound)
        assert (hearing.said, hearing.mute) == (NOBODY, True)
    refused(hearing, now_ns)
    hearing.try_again()
    followed(hearing, now_ns, sound)
    refused(hearing, now_ns)
    followed(hearing, now_ns + SOON_NS, sound)
    assert hearing.starting
    assert followed(hearing, now_ns, SynthPolicy.OFF) == []
    assert (hearing.starting, hearing.said, hearing.mute) == (False, "", False)
    followed(hearing, now_ns, sound)
    assert hearing.starting  # asked for anew


def test_it_is_never_left_for_longer_than_a_minute(hearing: Hearing) -> None:
    for now_ns in range(NOW_NS, NOW_NS + 7 * SELDOM_NS, SELDOM_NS):
        hearing.follow(now_ns, SynthPolicy.AUTO, plugins=False, named_output=False, font="lost.sf2")
        refused(hearing, now_ns)
    assert hearing.said == "There is no sound font lost.sf2."


def test_what_cannot_change_by_itself_is_not_tried_again_until_somebody_asks_anew(
    hearing: Hearing, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "miniaudio.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    followed(hearing, NOW_NS)
    refused(hearing, NOW_NS)
    assert (hearing.said, hearing.mute) == (str(NotInstalledError()), True)
    hearing.try_again()
    followed(hearing, NOW_NS + 9 * SELDOM_NS)
    followed(hearing, NOW_NS, plugins=True)
    assert (hearing.said, hearing.mute) == ("", False)
    followed(hearing, NOW_NS)
    assert (hearing.starting, hearing.mute) == (False, True)
    followed(hearing, NOW_NS, SynthPolicy.ON)
    assert hearing.starting


def test_who_is_not_to_be_heard_starts_nothing(hearing: Hearing) -> None:
    for sound, plugins, named in (
        (SynthPolicy.OFF, False, False),
        (SynthPolicy.AUTO, True, False),
        (SynthPolicy.AUTO, False, True),
    ):
        assert hearing.follow(NOW_NS, sound, plugins=plugins, named_output=named) == []
        assert not hearing.starting
    assert hearing.hear(NOW_NS) == []
    assert not hearing.mute


def test_one_that_nobody_wants_any_more_before_it_is_there_never_comes(hearing: Hearing) -> None:
    followed(hearing, NOW_NS)
    followed(hearing, NOW_NS, SynthPolicy.OFF)
    hearing.close()
    assert hearing.hear(NOW_NS) == []
    assert hearing.process_id is None


@pytest.fixture(scope="module")
def jack_name() -> Iterator[str]:
    yield from shared_jack_server()


@pytest.mark.device
def test_it_plays_until_a_plugin_comes_and_comes_back_when_it_dies(
    jack_name: str,  # noqa: ARG001 - a server must run
    hearing: Hearing,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(BACKEND_VARIABLE, "jack")
    assert followed(hearing, NOW_NS) == []
    sounds(hearing, NOW_NS)
    assert followed(hearing, NOW_NS, plugins=True) == [Monitor(None)]
    assert (hearing.process_id, hearing.said) == (None, "")
    now_ns = NOW_NS
    followed(hearing, now_ns)
    for pause_ns in (SOON_NS, 2 * SOON_NS, SOON_NS):
        sounds(hearing, now_ns)
        now_ns += SELDOM_NS if pause_ns == SOON_NS else 0  # it has been well for long
        os.kill(hearing.process_id or 0, signal.SIGKILL)
        assert until(hearing, now_ns, lambda: hearing.mute) == [Monitor(None)]
        assert (hearing.said, hearing.process_id) == (GONE, None)
        now_ns += pause_ns
        assert followed(hearing, now_ns) == []


@pytest.mark.device
def test_it_comes_back_with_a_device_that_had_gone(
    jack_name: str, hearing: Hearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BACKEND_VARIABLE, "jack")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", jack_name)
    with jack_server() as name:
        followed(hearing, NOW_NS)
        sounds(hearing, NOW_NS)
    assert until(hearing, NOW_NS, lambda: hearing.mute) == [Monitor(None)]
    assert hearing.said == DEVICE_GONE
    with jack_server(name):
        hearing.try_again()
        followed(hearing, NOW_NS)
        sounds(hearing, NOW_NS)
        hearing.close()  # before the server
