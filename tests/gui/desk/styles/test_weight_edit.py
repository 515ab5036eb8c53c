"""Editing of a weight in the blend."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSpinBox, QStyle, QStyleOptionSpinBox, QTableView
from pytestqt.qtbot import QtBot

from bridge.messages.settings import Settings
from export.styles.space import StyleSpace
from gui.desk.styles.blend_model import WEIGHT_COLUMN
from gui.desk.styles.panel import StylePanel
from gui.desk.widgets.theme import DARK


@pytest.fixture
def panel(qtbot: QtBot, space: StyleSpace) -> StylePanel:
    panel = StylePanel(space, DARK)
    panel.setStyleSheet(DARK.style_sheet())
    qtbot.addWidget(panel)
    panel.resize(380, 700)
    panel.show()
    panel.show_settings(Settings(style=(("bach", 0.7), ("jazz", 0.3))))
    return panel


def edit(panel: StylePanel, row: int) -> QSpinBox:
    (table,) = panel.findChildren(QTableView)
    table.edit(panel.blend.index(row, WEIGHT_COLUMN))
    (box,) = table.viewport().findChildren(QSpinBox)
    return box


@pytest.mark.parametrize("row", [0, 1])
def test_the_editor_has_room_for_100_percent(panel: StylePanel, row: int) -> None:
    box = edit(panel, row)
    option = QStyleOptionSpinBox()
    box.initStyleOption(option)
    room = box.style().subControlRect(
        QStyle.ComplexControl.CC_SpinBox, option, QStyle.SubControl.SC_SpinBoxEditField, box
    )
    margins = box.lineEdit().textMargins()
    wanted = box.fontMetrics().horizontalAdvance("100 %") + margins.left() + margins.right()
    assert room.width() >= wanted
    (table,) = panel.findChildren(QTableView)
    assert table.viewport().rect().contains(box.geometry())


def test_the_typed_weight_is_requested(panel: StylePanel, qtbot: QtBot) -> None:
    box = edit(panel, 1)
    assert box.value() == 30
    assert (box.minimum(), box.maximum()) == (0, 100)
    with qtbot.waitSignal(panel.changed):
        box.setValue(40)
        qtbot.keyClick(box, Qt.Key.Key_Return)
    assert dict(panel.apply_to(Settings()).style) == pytest.approx({"bach": 0.6, "jazz": 0.4})
