"""The ports of the commands, on a real JACK server: keyboards that come and go, bad names."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.bridge.keyboard import Keyboard
from tests.bridge.peer import Peer

pytestmark = [pytest.mark.device, pytest.mark.usefixtures("default_jack_server")]

MAIN = "from gui.commands.cli import main; main()"
TIMEOUT_S = 60
HEARD = "Listening to {}, which is plugged in (--input none switches that off)."
GONE = "{} is no longer heard; plug it in, and it is heard again."


class Jam:
    """A running `antiphon jam`, and what it prints."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", MAIN, "jam", "--seed", "1", "--for", "60", *words],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"COLUMNS": "300"},  # the terminal's lines are not broken
        )

    def until(self, text: str) -> None:
        """Read what is printed until this line."""
        assert self.process.stdout is not None
        seen = []
        for line in self.process.stdout:
            seen.append(line)
            if line.strip() == text:
                return
        pytest.fail(f"{text!r} is not printed: {seen}")

    def close(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=TIMEOUT_S)


@pytest.fixture
def jams() -> Iterator[list[Jam]]:
    running: list[Jam] = []
    yield running
    for jam in running:
        jam.close()


def antiphon(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", MAIN, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )


def play(keyboard: Keyboard) -> None:
    for pitch in (60, 64, 67):
        keyboard.press(pitch)
        keyboard.release(pitch)


def test_a_keyboard_is_heard_and_answered_whenever_it_is_plugged_in(jams: list[Jam]) -> None:
    jams.append(jam := Jam())
    jam.until("Listening (jack). Play a phrase and pause; Ctrl-C ends.")
    with Keyboard() as keyboard:
        jam.until(HEARD.format(keyboard.name))
        play(keyboard)
        jam.until("Answering.")
        keyboard.press(72)
        keyboard.unplug()
        jam.until(GONE.format(keyboard.name))
        jam.until("Answering.")  # the key that was held has been released
    with Keyboard() as again:
        jam.until(HEARD.format(again.name))
        play(again)
        jam.until("Answering.")


def test_input_none_listens_to_no_keyboard(jams: list[Jam], peer: Peer) -> None:
    jams.append(jam := Jam("--input", "none", "--output", "listener"))
    with Keyboard():
        jam.until("Listening (jack). Play a phrase and pause; Ctrl-C ends.")
        with Keyboard("another"):
            assert peer.ask(connections="Antiphon:in") == []


def test_a_chosen_keyboard_wins_and_is_waited_for(jams: list[Jam], peer: Peer) -> None:
    with Keyboard("a keyboard"), Keyboard("my keyboard") as mine:
        jams.append(jam := Jam("--input", "MY KEY"))
        jam.until("Listening (jack). Play a phrase and pause; Ctrl-C ends.")
        assert peer.ask(connections="Antiphon:in") == [mine.name]
        mine.unplug()
        jam.until(f'Problem: The port "{mine.name}" has gone; it is used again when it is back.')
        with Keyboard("my keyboard") as again:
            jam.until("Listening (jack). Play a phrase and pause; Ctrl-C ends.")
            play(again)
            jam.until("Answering.")


@pytest.mark.parametrize("option", ["--input", "--output"])
@pytest.mark.parametrize("command", ["jam", "calibrate"])
def test_a_misspelt_port_ends_a_command_with_the_nearest_name_first(
    peer: Peer, command: str, option: str
) -> None:
    names = "player:out, nanoKEY2:midi_out" if option == "--input" else "listener:in"
    wanted = "plaier" if option == "--input" else "lisener"
    with Keyboard():
        assert peer.ask(ports="nano") == ["nanoKEY2:midi_out"]
        done = antiphon(command, option, wanted)
    sentence = f'antiphon: There is no port "{wanted}"; there are: {names}.\n'
    assert (done.returncode, done.stderr) == (2, sentence)
    assert "Problem" not in done.stdout


def test_an_ambiguous_port_ends_the_jam() -> None:
    with Keyboard("one keyboard"), Keyboard("two keyboard"):
        done = antiphon("jam", "--input", "keyboard")
    assert done.returncode == 2
    assert done.stderr == (
        'antiphon: "keyboard" may be any of these ports: one keyboard:midi_out, '
        "two keyboard:midi_out.\n"
    )


def test_the_list_of_ports_marks_the_keyboard_that_is_heard(peer: Peer) -> None:
    with Keyboard("program:Ardour", "out"), Keyboard("b"), Keyboard("a"):
        done = antiphon("ports")
    assert peer.ask(waiting=True) == 0
    assert done.stdout.splitlines() == [
        "to listen on (--input):",
        "  player:out",
        "  Ardour:out",
        "  b:midi_out",
        "  a:midi_out  (a keyboard: heard by default)",
        "to play on (--output):",
        "  listener:in",
    ]
