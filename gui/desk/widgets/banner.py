"""A line below the top of the window that says what is wrong, and what can be done about it.

It stands there as long as that is so, and can be put away; what is new comes back. What goes on is
said elsewhere, so that a trouble that does not keep one from playing hides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget


class Banner(QFrame):
    """Says what is wrong; hidden while nothing is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.remedy_button = QPushButton()
        self.remedy_button.clicked.connect(self._run_remedy)
        self._remedy: Callable[[], object] | None = None
        self.hide_button = QPushButton(self.tr("Hide"))
        self.hide_button.setToolTip(self.tr("Put this message away."))
        self.hide_button.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 4, 4)
        row.addWidget(self._label, 1)
        row.addWidget(self.remedy_button)
        row.addWidget(self.hide_button)
        self.hide()

    @property
    def message(self) -> str:
        """Return what it says, or said before it was put away."""
        return self._label.text()

    @property
    def has_remedy(self) -> bool:
        """Tell whether it offers what helps."""
        return self._remedy is not None

    def show_message(
        self, text: str, remedy: tuple[str, Callable[[], object]] | None = None
    ) -> None:
        """Say this, with a button for what helps if something does; nothing: all is well."""
        self._remedy = None if remedy is None else remedy[1]
        self.remedy_button.setText("" if remedy is None else remedy[0])
        self.remedy_button.setToolTip(self.remedy_button.text())
        self.remedy_button.setVisible(remedy is not None)
        self.hide_button.setVisible(remedy is None)  # what needs help is not to be overlooked
        self._label.setText(text)
        self.setVisible(bool(text))

    def _run_remedy(self) -> None:
        if self._remedy is not None:
            self._remedy()
