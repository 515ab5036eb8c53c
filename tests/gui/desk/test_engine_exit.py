"""The window after its engine has ended by itself: real processes that die."""

import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from bridge.system.pipe import Child, start_child
from export.styles.space import StyleSpace
from gui.desk.session_link import SessionLink
from gui.desk.widgets.theme import DARK
from gui.desk.window import Window

PATIENCE_MS = 20_000
UNLUCKY = """
import sys
from bridge.system.pipe import join_parent
connection = join_parent()
sys.stderr.write("an old warning\\n")
connection.recv()
raise MemoryError("no room for <b>notes</b>")
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")


class Bench:
    """Windows with real engines."""

    def __init__(
        self, qtbot: QtBot, space: StyleSpace, captures: Path, log: pytest.LogCaptureFixture
    ) -> None:
        self._qtbot, self._space, self._captures, self._log = qtbot, space, captures, log
        self._open: list[tuple[Window, Child]] = []

    def open(self, module: str) -> tuple[Window, Child]:
        """Show a window whose engine is this module."""
        engine = start_child(module)
        link = SessionLink(engine.connection, engine.find_end)
        window = Window(link, self._space, DARK, self._captures)
        self._qtbot.addWidget(window)
        window.show()
        self._open.append((window, engine))
        return window, engine

    def until_missing(self, window: Window) -> str:
        """Wait until a window says that it has no engine; return its sentence."""
        self._qtbot.waitUntil(lambda: window.banner.has_remedy, timeout=PATIENCE_MS)
        assert window.banner.isVisible()
        self._log.clear()  # the end is logged as well
        return window.banner.message

    def close(self) -> None:
        for window, engine in self._open:
            window.close()
            engine.kill()


@pytest.fixture
def bench(
    qtbot: QtBot, space: StyleSpace, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> Iterator[Bench]:
    bench = Bench(qtbot, space, tmp_path, caplog)
    yield bench
    bench.close()


def test_the_signal_that_ended_the_engine_is_shown_each_time(bench: Bench, qtbot: QtBot) -> None:
    window, engine = bench.open("gui.engine.process")
    qtbot.waitUntil(lambda: window.snapshot is not None, timeout=PATIENCE_MS)
    engine.process.kill()
    assert bench.until_missing(window) == "The engine has ended (signal 9). It is started again."
    other = start_child("gui.engine.process")
    window.attach_engine(other.connection, other.find_end)
    assert not window.banner.isVisible()
    other.process.terminate()
    assert bench.until_missing(window) == "The engine has ended (status 143). It is started again."
    other.close()


def test_the_error_that_ended_the_engine_is_shown(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "unlucky.py").write_text(UNLUCKY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    window, engine = bench.open("unlucky")
    engine.connection.send("die")
    told = "The engine has ended (MemoryError: no room for <b>notes</b>). It is started again."
    assert bench.until_missing(window) == told
    [label] = (each for each in window.banner.findChildren(QLabel) if each.text() == told)
    assert label.textFormat() is Qt.TextFormat.PlainText  # not drawn as HTML


def test_a_midi_process_that_was_started_again_is_named(
    bench: Bench, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    window, engine = bench.open("gui.engine.process")
    qtbot.waitUntil(lambda: window.snapshot is not None, timeout=PATIENCE_MS)
    (io,) = (
        child
        for child in psutil.Process(engine.process.pid).children()
        if "bridge.io.process" in " ".join(child.cmdline())
    )
    io.kill()
    told = "The MIDI process had ended (signal 9), and was started again."
    qtbot.waitUntil(lambda: window.top_bar.status_text == told, timeout=PATIENCE_MS)
    assert not window.banner.has_remedy  # the engine has not ended
    assert window.snapshot is not None
    assert not window.snapshot.sends_nothing
    caplog.clear()
