"""The wheel scrolls a panel, and does not set what happens to lie below it on its way."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject


class WheelScrollFilter(QObject):
    """An event filter for controls that lie in something that scrolls."""

    def eventFilter(self, _control: QObject, event: QEvent) -> bool:
        """Leave a turn of the wheel to what the control lies in."""
        if event.type() is not QEvent.Type.Wheel:
            return False
        event.ignore()
        return True
