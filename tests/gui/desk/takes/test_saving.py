"""Saving takes: the dialog opens in the last folder, and errors are messages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from bridge.midi import smf
from gui.desk.takes.saving import TakesSaving
from tests.gui.desk.takes.examples import tree


class Saved:
    """A saving of takes above an empty window, and its messages."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.saving = TakesSaving(self.window)
        self.said: list[tuple[str, bool]] = []
        self.saving.message_changed.connect(lambda text, bad: self.said.append((text, bad)))

    def dialog(self) -> QFileDialog:
        """Open the dialog for take 2."""
        self.saving.open_dialog(tree(), 2)
        [dialog] = self.window.findChildren(QFileDialog)
        return dialog

    def close(self, dialog: QFileDialog) -> None:
        dialog.close()
        dialog.setParent(None)


@pytest.fixture
def saved(qtbot: QtBot) -> Iterator[Saved]:
    saved = Saved(qtbot)
    yield saved
    saved.saving.delete_dragged()


def test_the_dialog_starts_in_the_documents_folder(saved: Saved) -> None:
    location = QStandardPaths.StandardLocation.DocumentsLocation
    documents = Path(QStandardPaths.writableLocation(location))
    dialog = saved.dialog()
    assert Path(dialog.directory().path()) == saved.saving.folder
    assert saved.saving.folder in (documents, Path.home())
    [file] = dialog.selectedFiles()
    assert Path(file).name == "minuet up to take 2 chopin.mid"
    saved.close(dialog)


def test_the_dialog_remembers_the_folder(saved: Saved, tmp_path: Path) -> None:
    first = saved.dialog()
    first.fileSelected.emit(str(tmp_path / "one.mid"))
    assert saved.said == [("Saved as one.mid.", False)]
    assert smf.read(tmp_path / "one.mid").score.notes
    saved.close(first)
    second = saved.dialog()
    assert Path(second.directory().path()) == tmp_path
    saved.close(second)


def test_a_folder_that_is_missing_is_named_in_a_message(saved: Saved, tmp_path: Path) -> None:
    saved.saving.save(tree(), 2, tmp_path / "nowhere" / "one.mid")
    [(text, bad)] = saved.said
    assert bad
    assert "one.mid" in text


def test_a_file_that_cannot_be_read_is_named_in_a_message(saved: Saved, tmp_path: Path) -> None:
    bad_file = tmp_path / "bad.mid"
    bad_file.write_bytes(b"no music")
    assert saved.saving.read(bad_file, 0) is None
    [(text, bad)] = saved.said
    assert bad
    assert "bad.mid" in text


def test_a_dragged_take_is_a_file(saved: Saved) -> None:
    path = saved.saving.write_for_drag(tree(), 1, up_to_end=False)
    assert path is not None
    assert smf.read(path).score.notes
    assert saved.said == []
