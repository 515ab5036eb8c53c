"""The installed Qt: a fault that made the window crash."""

import sys

import pytest
from PySide6.QtGui import QColor, QPainter, QPixmap

CALLS = 1000


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="from 3.12 on None cannot be used up")
@pytest.mark.usefixtures("qtbot")
def test_a_call_that_returns_nothing_leaves_none_its_references() -> None:
    picture = QPixmap(10, 10)
    painter, colour = QPainter(picture), QColor("red")
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        painter.setBrush(colour)
    assert sys.getrefcount(None) > before - CALLS // 2
    painter.end()
