"""Saved captures: MIDI files in a folder, the newest first, to drag into a DAW.

All that is played is captured (`bridge.history.record`); saving writes a part of it to a file. The
list is the content of the folder, so it outlives the session.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QDateTime,
    QLocale,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QUrl,
    Signal,
)

from bridge.system.error_text import error_text
from bridge.system.output_file import OutputError, OutputFault, OutputNotWritten, RefusedOutput
from gui.engine.recording import write_recording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gui.engine.snapshots import Captured

_PREFIX, _SUFFIX = "antiphon-", ".mid"
_TIME_FORMAT = "%Y-%m-%d-%H%M%S"
_NO_PARENT = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class CaptureFile:
    """A file, and when it was saved."""

    path: Path
    saved_at: datetime


class CapturesModel(QAbstractListModel):
    """The list model of the captures in a folder."""

    saved = Signal(str)
    """Carries the path of a capture that was saved."""

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._captures: list[CaptureFile] = []
        self.refresh()

    def refresh(self) -> None:
        """Read the folder."""
        found = [_parse_capture(path) for path in self._folder.glob(f"{_PREFIX}*{_SUFFIX}")]
        self.beginResetModel()
        there = (capture for capture in found if capture is not None)
        self._captures = sorted(there, key=lambda capture: capture.saved_at, reverse=True)
        self.endResetModel()

    def save(self, captured: Captured, now: datetime) -> Path:
        """Save a capture under the time of day.

        Raises:
            bridge.system.output_file.OutputError: the file or its folder cannot be written.

        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(OutputNotWritten(self._folder, error_text(error))) from error
        while True:
            path = self._folder / f"{_PREFIX}{now.strftime(_TIME_FORMAT)}{_SUFFIX}"
            try:
                write_recording(captured.record, path, captured.text, replace=False)
            except OutputError as error:
                if error.reason != RefusedOutput(path, OutputFault.EXISTS):
                    raise
                now += timedelta(seconds=1)
            else:
                self.refresh()
                self.saved.emit(str(path))
                return path

    def path(self, index: _Index) -> Path:
        """Return the file of a row."""
        return self._captures[index.row()].path

    def remove(self, index: _Index) -> None:
        """Delete a file.

        Raises:
            OSError: the system does not delete it.

        """
        self.path(index).unlink(missing_ok=True)
        self.refresh()

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return the number of files."""
        return 0 if parent.isValid() else len(self._captures)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the time of a capture, or its path as a tooltip."""
        if not index.isValid():
            return None
        capture = self._captures[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            kept = QDateTime.fromSecsSinceEpoch(int(capture.saved_at.timestamp()))
            return QLocale().toString(kept, self.tr("d MMM yyyy, HH:mm:ss"))
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(capture.path)
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Make the files draggable."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def mimeTypes(self) -> list[str]:
        """Return the MIME type of a drag: files."""
        return ["text/uri-list"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the dragged files."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(self.path(index))) for index in indexes])
        return data

    def supportedDragActions(self) -> Qt.DropAction:
        """Return copy only: a drop leaves the original in place."""
        return Qt.DropAction.CopyAction


def _parse_capture(path: Path) -> CaptureFile | None:
    """Return the capture in a file, or None for a file with another name."""
    stamp = path.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
    try:
        return CaptureFile(path, datetime.strptime(stamp, _TIME_FORMAT).astimezone())
    except ValueError:
        return None
