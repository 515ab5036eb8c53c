"""A widget that is a picture: it shows by a frame that the keyboard has come to it.

Who clicks on a picture knows where the focus is; who comes by Tab has to see it.
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
    """Paints itself, and can have the focus."""

    _has_frame = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show a frame if it was by the keyboard that one came here."""
        self._has_frame = event.reason() in _KEYBOARD_REASONS
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the frame away."""
        self._has_frame = False
        super().focusOutEvent(event)

    def paint_frame(self, painter: QPainter, colour: str) -> None:
        """Paint the frame, if there is to be one, over all else."""
        if self._has_frame:
            painter.setPen(QPen(QColor(colour), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
