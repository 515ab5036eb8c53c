"""A wheel filter: the wheel scrolls the panel and does not change the control under the mouse."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject


class WheelScrollFilter(QObject):
    """An event filter for controls inside a scroll area."""

    def eventFilter(self, _control: QObject, event: QEvent) -> bool:
        """Pass a wheel event on to the scroll area."""
        if event.type() is not QEvent.Type.Wheel:
            return False
        event.ignore()
        return True
