"""A turn of the wheel over a widget."""

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget


def turned(widget: QWidget) -> bool:
    """Turn the wheel over a widget; tell whether it takes that for itself."""
    no_way = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    here = QPointF(widget.rect().center())
    there = QPointF(widget.mapToGlobal(widget.rect().center()))
    wheel = QWheelEvent(here, there, QPoint(), QPoint(0, -120), *no_way, False)  # noqa: FBT003
    QApplication.sendEvent(widget, wheel)
    return wheel.isAccepted()
