"""Saving takes: the file dialog, and messages about what could not be read or written.

Whether an existing file is replaced is asked here, not by the dialog: some desktops' dialogs ask
before the ending is added to the name, and so about another file.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from bridge.names import visible
from bridge.system.output_file import MIDI_ENDINGS, OutputError, OutputFault, RefusedOutput
from gui.desk.takes.drops import FileReader
from gui.desk.takes.files import TakesFiles, file_name
from gui.desk.widgets.languages import translated
from gui.engine.file_reading import FileReading
from gui.engine.heard_file import is_sound
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from bridge.history.takes import TakeTree
    from bridge.midi.smf import MidiFile
    from bridge.midi.smf.reason import FileNotice
    from export.hearing.reason import Heard
    from gui.engine.file_reading import Refusal


class TakesSaving(QObject):
    """Reads and writes the files of takes, and reports errors as messages."""

    message_changed = Signal(str, bool)
    """Carries a sentence, and whether it is an error."""
    opened = Signal(object)
    """Carries a `MidiFile` that has been read."""
    ended = Signal()
    """No file is being read any more, and none has been read."""

    def __init__(self, window: QWidget) -> None:
        """Open dialogs above a widget."""
        super().__init__(window)
        self._window, self._files = window, TakesFiles()
        self._reader = FileReader(self)
        self._reader.read.connect(self._open)
        self._reader.heard.connect(self._tell)
        self._reader.refused.connect(self._refuse)
        self.folder = _documents_folder()
        """The folder that the save dialog opens with."""

    @property
    def is_reading(self) -> bool:
        """Whether a file is being read."""
        return self._reader.is_busy

    def read(self, path: Path) -> None:
        """Read a file, which `opened` then carries; one that is being read is dropped."""
        told = self.tr("Listening to {}.") if is_sound(path) else self.tr("Reading {}.")
        self.message_changed.emit(told.format(visible(path.name)), False)
        self._reader.open(FileReading(path))

    def cancel_reading(self) -> None:
        """Drop the file that is being read."""
        if self._reader.is_busy:
            self._reader.cancel()
            self.ended.emit()

    def add_source(self, number: int, file: MidiFile) -> None:
        """Remember the file of the root that will have this number."""
        self._files.add_source(number, file)

    def write_for_drag(self, takes: TakeTree, number: int, *, up_to_end: bool) -> Path | None:
        """Write a take to a temporary file; return its path, or None if that fails."""
        try:
            return self._files.write_for_drag(takes, number, up_to_end=up_to_end)
        except OutputError as error:
            self._fail(error)
            return None

    def end(self) -> None:
        """End the reading of a file, and delete the files that were written for drags."""
        self._reader.cancel()
        self._files.delete_dragged()

    def open_dialog(self, takes: TakeTree, number: int) -> None:
        """Ask where to save the music up to the end of a take, without waiting for it."""
        dialog = QFileDialog(self._window, self.tr("Save the music up to here"), str(self.folder))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("MIDI files (*.mid)"))
        dialog.setDefaultSuffix("mid")
        dialog.selectFile(f"{file_name(takes, number, up_to_end=True)}.mid")
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self._save_as(takes, number, Path(path)))
        dialog.open()

    def save(self, takes: TakeTree, number: int, path: Path, *, replace: bool = False) -> None:
        """Write all the music up to the end of a take; ask before a file is replaced."""
        if path.suffix.lower() not in MIDI_ENDINGS:
            path = path.with_name(f"{path.name}.mid")
        try:
            self._files.write(takes, number, path, up_to_end=True, replace=replace)
        except OutputError as error:
            if error.reason == RefusedOutput(path, OutputFault.EXISTS):
                self._ask_to_replace(takes, number, path)
            else:
                self._fail(error)
        else:
            self.message_changed.emit(self.tr("Saved as {}.").format(visible(path.name)), False)

    def _save_as(self, takes: TakeTree, number: int, path: Path) -> None:
        self.folder = path.parent
        # The panel of macOS always asks.
        self.save(takes, number, path, replace=sys.platform == "darwin")

    def _ask_to_replace(self, takes: TakeTree, number: int, path: Path) -> None:
        """Ask whether to replace a file, without waiting for the answer."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setText(self.tr("Replace {}?").format(visible(path.name)))
        box.setInformativeText(self.tr("The file exists already."))
        replace = box.addButton(self.tr("&Replace"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        replace.clicked.connect(lambda: self.save(takes, number, path, replace=True))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _open(self, file: MidiFile) -> None:
        for notice in file.notices:
            self._tell(notice)
        self.opened.emit(file)

    def _tell(self, notice: FileNotice | Heard) -> None:
        self.message_changed.emit(translated(sentence_of(notice)), False)

    def _refuse(self, reason: Refusal) -> None:
        self.ended.emit()
        self.message_changed.emit(translated(sentence_of(reason)), True)

    def _fail(self, error: OutputError) -> None:
        self.message_changed.emit(translated(sentence_of(error.reason)), True)


def _documents_folder() -> Path:
    """Return the user's documents folder, or the home folder if the system has none."""
    known = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(known) if known and Path(known).is_dir() else Path.home()
