"""A button that shows or hides a part of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPushButton

if TYPE_CHECKING:
    from collections.abc import Callable


class ToggleButton(QPushButton):
    """A button that is on or off."""

    def __init__(self, text: str, tip: str, show: Callable[[], object]) -> None:
        """Call `show` after each click; it reads whether the button is on."""
        super().__init__(text)
        self.setCheckable(True)
        self.setToolTip(tip)
        self.clicked.connect(show)
