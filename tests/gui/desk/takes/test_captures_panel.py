"""The texts of the captures panel; its buttons are tested with the window."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from bridge.history.record import Record
from bridge.system.output_file import OutputError, OutputNotWritten
from gui.desk.takes.captures import CapturesModel
from gui.desk.takes.captures_panel import CapturesPanel
from gui.engine.snapshots import Captured
from tests.gui.desk.music import conversation

NOW = datetime(2026, 11, 22, 0, 41, 5, tzinfo=UTC)
EMPTY = "Nothing is kept yet."


@pytest.fixture
def captures(tmp_path: Path) -> CapturesModel:
    return CapturesModel(tmp_path / "kept")


def said(panel: CapturesPanel) -> str:
    (label,) = panel.findChildren(QLabel)
    return label.text()


def test_the_hint_about_dragging_needs_a_capture(captures: CapturesModel, qtbot: QtBot) -> None:
    panel = CapturesPanel(captures)
    qtbot.addWidget(panel)
    assert said(panel) == EMPTY
    captures.save(Captured(Record(conversation()), "made by a test"), NOW)
    assert said(panel).startswith("Drag one of these")
    captures.remove(captures.index(0, 0))
    assert said(panel) == EMPTY


def test_earlier_captures_are_shown_at_once(captures: CapturesModel, qtbot: QtBot) -> None:
    captures.save(Captured(Record(conversation()), "made by a test"), NOW)
    panel = CapturesPanel(captures)
    qtbot.addWidget(panel)
    assert said(panel).startswith("Drag one of these")


def test_a_capture_that_cannot_be_deleted_is_named(captures: CapturesModel, qtbot: QtBot) -> None:
    path = captures.save(Captured(Record(conversation()), "made by a test"), NOW)
    panel = CapturesPanel(captures)
    qtbot.addWidget(panel)
    heard: list[str] = []
    panel.failed.connect(heard.append)
    path.unlink()
    path.mkdir()  # which a file is not deleted by
    panel.list.setCurrentIndex(captures.index(0, 0))
    [delete] = panel.list.findChildren(QShortcut)
    delete.activated.emit()
    assert heard == [f"{path.name} cannot be deleted (Is a directory)."]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    captures = CapturesModel(tmp_path / "file" / "kept")
    with pytest.raises(OutputError) as refusal:
        captures.save(Captured(Record(conversation()), "made by a test"), NOW)
    assert refusal.value.reason == OutputNotWritten(tmp_path / "file" / "kept", "Not a directory")
