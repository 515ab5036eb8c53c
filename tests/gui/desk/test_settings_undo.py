"""Undo and redo of settings."""

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSpinBox
from pytestqt.qtbot import QtBot

from bridge.messages.settings import Settings
from gui.desk import settings_undo
from gui.desk.settings_undo import SettingsUndo, UndoShortcutFilter, changed_names

FIRST = Settings(temperature=1.0)
WARM, HOT = replace(FIRST, temperature=1.2), replace(FIRST, temperature=1.4)
NARROW = replace(HOT, top_p=0.5)


@pytest.fixture
def asked() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def undo(qtbot: QtBot, asked: list[dict[str, Any]]) -> SettingsUndo:
    del qtbot  # there must be an application
    return SettingsUndo(asked.append)


def test_a_step_is_undone_and_done_again(undo: SettingsUndo, asked: list[dict[str, Any]]) -> None:
    undo.record(FIRST, WARM)
    assert asked == []  # it has been requested already
    undo.undo()
    undo.redo()
    undo.undo()
    assert asked == [{"temperature": 1.0}, {"temperature": 1.2}, {"temperature": 1.0}]
    assert not undo.canUndo()


def test_quick_changes_of_one_setting_are_one_step(
    undo: SettingsUndo, asked: list[dict[str, Any]]
) -> None:
    undo.record(FIRST, WARM)
    undo.record(WARM, HOT)
    undo.record(HOT, NARROW)  # another setting
    undo.undo()
    undo.undo()
    assert asked == [{"top_p": 1.0}, {"temperature": 1.0}]
    assert not undo.canUndo()


def test_a_slow_change_is_another_step(
    undo: SettingsUndo, asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    undo.record(FIRST, WARM)
    monkeypatch.setattr(settings_undo, "_MERGE_MS", 0)
    undo.record(WARM, HOT)
    undo.undo()
    assert asked == [{"temperature": 1.2}]
    assert undo.canUndo()


def test_a_quick_change_after_an_undo_is_another_step(
    undo: SettingsUndo, asked: list[dict[str, Any]]
) -> None:
    undo.record(FIRST, WARM)
    undo.record(WARM, NARROW)
    undo.undo()
    undo.record(WARM, HOT)
    undo.undo()
    assert asked[-1] == {"temperature": 1.2}


def test_no_change_is_no_step(undo: SettingsUndo) -> None:
    undo.record(FIRST, Settings(temperature=1.0))
    assert not undo.canUndo()


def test_a_new_step_drops_the_undone_ones(undo: SettingsUndo, asked: list[dict[str, Any]]) -> None:
    undo.record(FIRST, WARM)
    undo.undo()
    undo.record(FIRST, replace(FIRST, top_p=0.3))
    assert not undo.canRedo()
    undo.undo()
    assert asked == [{"temperature": 1.0}, {"top_p": 1.0}]


def test_the_windows_undo_precedes_that_of_a_number_box(qtbot: QtBot) -> None:
    spin = QSpinBox()
    qtbot.addWidget(spin)
    spin.installEventFilter(UndoShortcutFilter(spin))
    with qtbot.waitActive(spin):
        spin.show()
        spin.activateWindow()
    spin.setFocus()
    undone: list[int] = []
    QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), spin, lambda: undone.append(1))
    qtbot.keyClick(spin, Qt.Key.Key_9)
    qtbot.keySequence(spin, QKeySequence.StandardKey.Undo)
    assert undone == [1]
    assert "9" in spin.text()


def test_changed_settings_are_named() -> None:
    assert changed_names(FIRST, FIRST) == ()
    assert changed_names(FIRST, NARROW) == ("temperature", "top_p")
