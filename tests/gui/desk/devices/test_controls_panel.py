"""Learning and clearing of MIDI controls."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from bridge.messages.requests import Bind, Learn
from bridge.messages.settings import Settings
from bridge.messages.snapshot import Snapshot, TurnState
from bridge.midi.controls import Action, Control
from gui.desk.devices.controls_panel import ControlsPanel

STOPPED = Snapshot(0, TurnState.STOPPED, Settings(), ())
BOUND = ((Control(0, 64), Action.HAND_OVER), (Control(0, 1), Action.BLEND))


@pytest.fixture
def panel(qtbot: QtBot) -> ControlsPanel:
    panel = ControlsPanel()
    qtbot.addWidget(panel)
    return panel


def button(panel: ControlsPanel, name: str) -> QPushButton:
    (found,) = [b for b in panel.findChildren(QPushButton) if b.accessibleName() == name]
    return found


def test_a_button_starts_learning_and_cancels_it(panel: ControlsPanel, qtbot: QtBot) -> None:
    learn = button(panel, "Learn: Panic")
    with qtbot.waitSignal(panel.requested) as asked:
        learn.click()
    assert asked.args == [Learn(Action.PANIC)]
    panel.show_snapshot(replace(STOPPED, learning=Action.PANIC))
    assert learn.text() == "Cancel"
    with qtbot.waitSignal(panel.requested) as asked:
        learn.click()
    assert asked.args == [Learn(None)]


def test_learned_controls_are_shown_and_can_be_cleared(panel: ControlsPanel, qtbot: QtBot) -> None:
    panel.show_snapshot(replace(STOPPED, bindings=BOUND))
    texts = [label.text() for label in panel.findChildren(QLabel)]
    assert "cc64/1" in texts
    assert "cc1/1" in texts
    assert not button(panel, "Clear: Panic").isEnabled()
    with qtbot.waitSignal(panel.requested) as asked:
        button(panel, "Clear: Hand over").click()
    assert asked.args == [Bind(BOUND[1:])]


def test_every_action_has_its_row(panel: ControlsPanel) -> None:
    learns = [b for b in panel.findChildren(QPushButton) if b.text() == "Learn"]
    assert len(learns) == len(Action)


def test_a_numeric_setting_is_learned_by_its_name(panel: ControlsPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.requested) as asked:
        button(panel, "Learn: Style strength").click()
    assert asked.args == [Learn(Action.STYLE_STRENGTH)]
