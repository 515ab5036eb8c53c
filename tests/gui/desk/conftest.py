"""A window whose engine is the test: the other end of its pipe."""

from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from bridge.messages.requests import ChangeSettings
from bridge.messages.settings import Settings
from bridge.messages.snapshot import Snapshot, TurnState
from export.styles.own import load_installed_artefact
from export.styles.space import StyleSpace
from gui.desk.session_link import SessionLink
from gui.desk.widgets.theme import DARK, Theme
from gui.desk.window import Window
from gui.engine.snapshots import Packer

STOPPED = Snapshot(0, TurnState.STOPPED, Settings(), ())


class Desk:
    """A window and the engine's end of its pipe."""

    def __init__(
        self, qtbot: QtBot, space: StyleSpace, captures: Path, theme: Theme = DARK
    ) -> None:
        mine, self.engine = Pipe()
        self.link = SessionLink(mine)
        self.window = Window(self.link, space, theme, captures)
        self.window.resize(1280, 760)
        qtbot.addWidget(self.window)
        self.window.show()
        self.qtbot = qtbot
        self._packer = Packer()

    def show(self, snapshot: Snapshot = STOPPED, **facts: object) -> None:
        """Send a snapshot as the engine, and wait until the window shows it."""
        self.engine.send(self._packer.pack(replace(snapshot, **facts)))  # type: ignore[arg-type]
        with self.qtbot.waitSignal(self.link.changed):
            self.link.poll()

    def restart_engine(self) -> None:
        """Act as an engine that has just started and has sent nothing."""
        self._packer = Packer()

    def requests(self) -> list[object]:
        """Return the requests received since the last call."""
        return list(drained(self.engine))

    def asked(self) -> Settings:
        """Return the settings of the last `ChangeSettings` received."""
        return [each for each in self.requests() if isinstance(each, ChangeSettings)][-1].settings

    def click(self, button: QPushButton) -> None:
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def texts(self) -> str:
        return "\n".join(label.text() for label in self.window.findChildren(QLabel))


def drained(connection: Connection) -> Iterator[object]:
    try:
        while connection.poll():
            yield connection.recv()
    except EOFError:  # the window has closed its end
        return


@pytest.fixture(scope="session")
def space() -> StyleSpace:
    return StyleSpace.from_artefact(load_installed_artefact())


@pytest.fixture
def usual_colours() -> Iterator[None]:
    """Restore the application's colours afterwards."""
    before = QApplication.palette()
    yield
    QApplication.setPalette(before)


@pytest.fixture
def desk(qtbot: QtBot, space: StyleSpace, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(qtbot, space, tmp_path / "kept")
    yield desk
    desk.window.close()
