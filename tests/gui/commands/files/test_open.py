"""`antiphon FILE.mid`: the window opens with the file, as if it were dropped."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assets import DEMO_PHRASES

MINUET = DEMO_PHRASES / "minuet.mid"
PROGRAM = """
import sys
from functools import partial
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from gui.commands import cli
from gui.desk import app
from gui.desk.window import Window

sys.argv[0] = "antiphon"

refused = []

def watch():
    [window] = [each for each in QApplication.topLevelWidgets() if isinstance(each, Window)]
    window.takes.message_changed.connect(lambda text, bad: refused.append(text) if bad else None)
    glance(window)

def glance(window):
    nodes = window.takes.takes.nodes
    if len(nodes) > 1:
        print(nodes[0].name, len(nodes[0].score.notes), window.takes.isVisible())
        window.close()
    elif refused and refused[0] == window.banner.message:
        print(refused[0])
        window.close()
    else:
        QTimer.singleShot(20, partial(glance, window))

app.run = partial(app.run, on_shown=watch)
cli.main()
"""


def antiphon(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":none"} | environment,
    )


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def test_the_window_proposes_takes_of_the_file() -> None:
    done = antiphon(MINUET)
    assert (done.returncode, done.stdout) == (0, "minuet 23 True\n"), done.stderr


def test_a_broken_file_is_named_in_the_window(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mid"
    broken.write_bytes(MINUET.read_bytes()[:-9])
    done = antiphon(broken)
    assert done.returncode == 0, done.stderr
    assert str(broken) in done.stdout


def test_a_file_that_is_not_there_opens_no_window(tmp_path: Path) -> None:
    done = antiphon(tmp_path / "none.MID")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"antiphon: {tmp_path / 'none.MID'}: no such file.\n"


def test_without_a_screen_the_command_says_so() -> None:
    done = antiphon(MINUET, DISPLAY="", WAYLAND_DISPLAY="")
    assert done.returncode == 2
    assert "there is no screen" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("word", ["rendr", "minuet", "minuet.txt"])
def test_another_word_is_still_an_unknown_command(word: str) -> None:
    done = antiphon(word)
    assert done.returncode == 2
    assert f"there is no command '{word}'" in done.stderr
    assert "open" not in done.stderr
