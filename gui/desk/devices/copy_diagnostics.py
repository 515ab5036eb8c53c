"""A button that copies the diagnostics to the clipboard, to paste into a bug report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from gui.diagnostics.rendering import to_text
from gui.diagnostics.report import diagnose_window

if TYPE_CHECKING:
    from bridge.messages.snapshot import Snapshot

_CONFIRMED_MS = 2000


class CopyDiagnostics(QPushButton):
    """Copies versions, ports, processor, model, lateness, errors and the end of the log."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Snapshot | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_CONFIRMED_MS)
        self._timer.timeout.connect(self._reset_text)
        self._reset_text()
        self.setToolTip(
            self.tr("Copy versions, ports and the end of the log, to report a problem with.")
        )
        self.clicked.connect(self.copy)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Store the engine's state, which is part of the diagnostics."""
        self._shown = snapshot

    def copy(self) -> None:
        """Copy the diagnostics, and confirm it on the button for a while."""
        QGuiApplication.clipboard().setText(to_text(diagnose_window(self._shown)))
        self.setText(self.tr("Copied"))
        self._timer.start()

    def _reset_text(self) -> None:
        self.setText(self.tr("Copy diagnostics"))
