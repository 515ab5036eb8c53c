"""The heading of a part of a panel."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

_FONT_SCALE = 1.1


class Heading(QLabel):
    """Names the part of the panel below it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        font = self.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * _FONT_SCALE)
        self.setFont(font)
