"""The engine's synth, with real children: what the MIDI process is told, and what a person is."""

import os
import signal
from collections.abc import Iterator

import pytest

from bridge.hearing import Sound
from bridge.protocol import Monitor, Problem
from bridge.synth import BACKEND_VARIABLE
from gui.hearing import GONE, Hearing
from tests.bridge.jack_server import shared_jack_server

NOBODY = "There is no sound device that plays through gramophone; connect one and try again."


@pytest.fixture
def hearing() -> Iterator[Hearing]:
    hearing = Hearing()
    yield hearing
    hearing.close()


def heard(hearing: Hearing) -> list[Monitor | Problem]:
    """Wait for the synth to say something, and give what follows."""
    (connection,) = hearing.connections
    assert connection.poll(20)
    return hearing.hear()


@pytest.mark.parametrize("sound,problems", [(Sound.ON, [Problem(NOBODY)]), (Sound.AUTO, [])])
def test_where_it_cannot_play_that_is_said_once_and_not_tried_again(
    hearing: Hearing, monkeypatch: pytest.MonkeyPatch, sound: Sound, problems: list[Problem]
) -> None:
    monkeypatch.setenv(BACKEND_VARIABLE, "gramophone")
    assert hearing.follow(sound, plugins=False, named_output=False) == []
    assert heard(hearing) == [Monitor(None), *problems]
    assert hearing.said == NOBODY
    assert hearing.follow(sound, plugins=False, named_output=False) == []
    assert hearing.connections == []
    hearing.follow(Sound.OFF, plugins=False, named_output=False)
    hearing.follow(sound, plugins=False, named_output=False)
    assert len(hearing.connections) == 1  # asked for anew


def test_who_is_not_to_be_heard_starts_nothing(hearing: Hearing) -> None:
    for sound, plugins, named in ((Sound.OFF, False, False), (Sound.AUTO, True, False)):
        assert hearing.follow(sound, plugins=plugins, named_output=named) == []
        assert hearing.connections == []
    assert hearing.hear() == []


@pytest.fixture(scope="module")
def jack_name() -> Iterator[str]:
    yield from shared_jack_server()


@pytest.mark.device
def test_it_plays_until_a_plugin_comes_and_when_it_dies_that_is_said(
    jack_name: str,  # noqa: ARG001 - a server must run
    hearing: Hearing,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(BACKEND_VARIABLE, "jack")
    hearing.follow(Sound.AUTO, plugins=False, named_output=False)
    (told,) = heard(hearing)
    assert isinstance(told, Monitor)
    assert told.port
    assert hearing.said == "Antiphon sounds by itself, through JACK."
    assert hearing.follow(Sound.AUTO, plugins=True, named_output=False) == [Monitor(None)]
    assert (hearing.connections, hearing.said) == ([], "")
    hearing.follow(Sound.ON, plugins=True, named_output=False)
    heard(hearing)
    os.kill(hearing.process_id or 0, signal.SIGKILL)
    assert heard(hearing) == [Monitor(None), Problem(GONE)]
