"""A wheel event over a widget."""

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget


def turned(widget: QWidget) -> bool:
    """Send a wheel event to a widget; return whether the widget accepts it."""
    no_way = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    here = QPointF(widget.rect().center())
    there = QPointF(widget.mapToGlobal(widget.rect().center()))
    wheel = QWheelEvent(here, there, QPoint(), QPoint(0, -120), *no_way, False)  # noqa: FBT003
    QApplication.sendEvent(widget, wheel)
    return wheel.isAccepted()
