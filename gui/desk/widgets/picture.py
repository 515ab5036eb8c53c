"""A painted widget that shows a frame when it gets the keyboard focus.

After a click the user knows where the focus is. After Tab the frame shows it.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

_KEYBOARD_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class FocusFrameWidget(QWidget):
    """A painted widget that can have the focus."""

    _has_frame = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the frame if the focus came by the keyboard."""
        self._has_frame = event.reason() in _KEYBOARD_REASONS
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Remove the frame."""
        self._has_frame = False
        super().focusOutEvent(event)

    def paint_frame(self, painter: QPainter, colour: str) -> None:
        """Paint the frame, if it is shown, above all else."""
        if self._has_frame:
            painter.setPen(QPen(QColor(colour), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
