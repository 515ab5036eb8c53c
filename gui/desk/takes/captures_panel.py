"""The captures panel: saves what has just been played, to drag into a DAW."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from bridge.names import visible
from bridge.system.error_text import error_text
from bridge.system.output_file import OutputError
from gui.desk.widgets.languages import translated
from gui.engine.snapshots import Capture, Purpose
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from datetime import datetime

    from gui.desk.takes.captures import CapturesModel
    from gui.engine.snapshots import Captured

_MINUTE_NS = 60_000_000_000


class CapturesPanel(QWidget):
    """Saves the last minute or all of the music, and lists the saved captures."""

    requested = Signal(object)
    """Carries the requested `Capture`."""
    kept = Signal(str)
    """Carries a sentence on what was saved."""
    failed = Signal(str)
    """Carries a sentence on what was not done."""

    def __init__(self, captures: CapturesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._captures = captures
        self.keep_minute = QPushButton(self.tr("&Keep the last minute"))
        self.keep_minute.setToolTip(self.tr("All music is captured. Save the last minute of it."))
        self.keep_minute.clicked.connect(
            lambda: self.requested.emit(Capture(_MINUTE_NS, Purpose.KEEP))
        )
        self.keep_all = QPushButton(self.tr("Keep a&ll"))
        self.keep_all.setToolTip(self.tr("Save all that was played since the start."))
        self.keep_all.clicked.connect(lambda: self.requested.emit(Capture(None, Purpose.KEEP)))
        self.list = self._list_view()
        self._hint = QLabel()
        self._lay_out()
        self._update_hint()
        captures.modelReset.connect(self._update_hint)

    def keep(self, captured: Captured, now: datetime) -> None:
        """Save a capture."""
        if not captured.record.notes:
            self.failed.emit(self.tr("There is nothing to keep: nothing was played."))
            return
        try:
            path = self._captures.save(captured, now)
        except OutputError as error:
            self.failed.emit(translated(sentence_of(error.reason)))
        else:
            self.kept.emit(self.tr("Kept as {}.").format(path.name))

    def _list_view(self) -> QListView:
        view = QListView()
        view.setModel(self._captures)
        view.setAccessibleName(self.tr("Kept"))
        view.setToolTip(self.tr("Drag one into your DAW. Enter opens it, Delete removes it."))
        view.setDragEnabled(True)
        view.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        view.activated.connect(self._open)
        away = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), view)
        away.setContext(Qt.ShortcutContext.WidgetShortcut)
        away.activated.connect(self._remove)
        return view

    def _open(self) -> None:
        index = self.list.currentIndex()
        if index.isValid():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._captures.path(index))))

    def _remove(self) -> None:
        index = self.list.currentIndex()
        if index.isValid():
            path = self._captures.path(index)
            try:
                self._captures.remove(index)
            except OSError as error:
                told = self.tr("{} cannot be deleted ({}).")
                self.failed.emit(told.format(visible(path.name), error_text(error)))

    def _update_hint(self) -> None:
        kept = self._captures.rowCount() > 0
        self._hint.setText(
            self.tr("Drag one of these into your DAW, or into a folder.")
            if kept
            else self.tr("Nothing is kept yet.")
        )

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        keep = QHBoxLayout()
        keep.addWidget(self.keep_minute, 1)
        keep.addWidget(self.keep_all)
        column.addLayout(keep)
        self._hint.setObjectName("faint")
        self._hint.setWordWrap(True)
        column.addWidget(self._hint)
        column.addWidget(self.list, 1)
