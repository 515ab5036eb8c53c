"""A picture shows the focus when it comes by the keyboard."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFocusEvent, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.desk.widgets.picture import FocusFrameWidget

COLOUR = "#f2a65a"
IN, OUT = QFocusEvent.Type.FocusIn, QFocusEvent.Type.FocusOut


@pytest.fixture
def picture(qtbot: QtBot) -> FocusFrameWidget:
    picture = FocusFrameWidget()
    qtbot.addWidget(picture)
    picture.resize(20, 10)
    return picture


def is_framed(picture: FocusFrameWidget) -> bool:
    image = QImage(20, 10, QImage.Format.Format_RGB32)
    image.fill(0)
    with QPainter(image) as painter:
        picture.paint_frame(painter, COLOUR)
    corner, middle = image.pixelColor(0, 0), image.pixelColor(10, 5)
    assert middle != QColor(COLOUR)
    return corner == QColor(COLOUR)


@pytest.mark.parametrize(
    "reason,framed",
    [
        (Qt.FocusReason.TabFocusReason, True),
        (Qt.FocusReason.BacktabFocusReason, True),
        (Qt.FocusReason.ShortcutFocusReason, True),
        (Qt.FocusReason.MouseFocusReason, False),
        (Qt.FocusReason.ActiveWindowFocusReason, False),
    ],
)
def test_a_frame_shows_the_keyboard_focus(
    picture: FocusFrameWidget, reason: Qt.FocusReason, *, framed: bool
) -> None:
    QApplication.sendEvent(picture, QFocusEvent(IN, reason))
    assert is_framed(picture) is framed
    QApplication.sendEvent(picture, QFocusEvent(OUT, reason))
    assert not is_framed(picture)
