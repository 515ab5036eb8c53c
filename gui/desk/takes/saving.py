"""Saving takes: the file dialog, and messages about what could not be read or written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from bridge.midi.smf import MidiFileError
from gui.desk.takes.files import TakesFiles, file_name
from gui.desk.widgets.languages import translated
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from bridge.history.takes import TakeTree
    from bridge.midi.smf import MidiFile


class TakesSaving(QObject):
    """Reads and writes the files of takes, and reports errors as messages."""

    message_changed = Signal(str, bool)
    """Carries a sentence, and whether it is an error."""

    def __init__(self, window: QWidget) -> None:
        """Open dialogs above a widget."""
        super().__init__(window)
        self._window, self._files = window, TakesFiles()
        self.folder = _documents_folder()
        """The folder that the save dialog opens with."""

    def read(self, path: Path, number: int) -> MidiFile | None:
        """Read the file of the root that will have this number; return None if that fails."""
        try:
            return self._files.read(path, number)
        except MidiFileError as error:
            self._fail(error)
            return None

    def write_for_drag(self, takes: TakeTree, number: int, *, up_to_end: bool) -> Path | None:
        """Write a take to a temporary file; return its path, or None if that fails."""
        try:
            return self._files.write_for_drag(takes, number, up_to_end=up_to_end)
        except MidiFileError as error:
            self._fail(error)
            return None

    def delete_dragged(self) -> None:
        """Delete the files that were written for drags."""
        self._files.delete_dragged()

    def open_dialog(self, takes: TakeTree, number: int) -> None:
        """Ask where to save the music up to the end of a take, without waiting for it."""
        dialog = QFileDialog(self._window, self.tr("Save the music up to here"), str(self.folder))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("MIDI files (*.mid)"))
        dialog.setDefaultSuffix("mid")
        dialog.selectFile(f"{file_name(takes, number, up_to_end=True)}.mid")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self._save_as(takes, number, Path(path)))
        dialog.open()

    def save(self, takes: TakeTree, number: int, path: Path) -> None:
        """Write all the music up to the end of a take."""
        try:
            self._files.write(takes, number, path, up_to_end=True)
        except MidiFileError as error:
            self._fail(error)
        else:
            self.message_changed.emit(self.tr("Saved as {}.").format(path.name), False)

    def _save_as(self, takes: TakeTree, number: int, path: Path) -> None:
        self.folder = path.parent
        self.save(takes, number, path)

    def _fail(self, error: MidiFileError) -> None:
        self.message_changed.emit(translated(sentence_of(error.reason)), True)


def _documents_folder() -> Path:
    """Return the user's documents folder, or the home folder if the system has none."""
    known = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(known) if known and Path(known).is_dir() else Path.home()
