"""A banner below the top bar that shows a problem and offers a remedy.

It stays while the problem lasts. The user can hide it; a new message shows it again. The state of
the session is shown elsewhere, so that a problem that does not stop the playing hides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget


class Banner(QFrame):
    """Shows a problem; hidden while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)  # an error may look like HTML
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.remedy_button = QPushButton()
        self.remedy_button.clicked.connect(self._run_remedy)
        self._remedy: Callable[[], object] | None = None
        self.hide_button = QPushButton(self.tr("Hide"))
        self.hide_button.setToolTip(self.tr("Hide this message."))
        self.hide_button.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 4, 4)
        row.addWidget(self._label, 1)
        row.addWidget(self.remedy_button)
        row.addWidget(self.hide_button)
        self.hide()

    @property
    def message(self) -> str:
        """The message that is shown, or was shown before it was hidden."""
        return self._label.text()

    @property
    def has_remedy(self) -> bool:
        """Whether the message has a remedy."""
        return self._remedy is not None

    def show_message(
        self, text: str, remedy: tuple[str, Callable[[], object]] | None = None
    ) -> None:
        """Show a message, with a button for its remedy if there is one; an empty text hides it."""
        self._remedy = None if remedy is None else remedy[1]
        self.remedy_button.setText("" if remedy is None else remedy[0])
        self.remedy_button.setToolTip(self.remedy_button.text())
        self.remedy_button.setVisible(remedy is not None)
        self.hide_button.setVisible(remedy is None)  # a message with a remedy cannot be hidden
        self._label.setText(text)
        self.setVisible(bool(text))

    def _run_remedy(self) -> None:
        if self._remedy is not None:
            self._remedy()
