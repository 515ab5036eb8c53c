"""Saving takes: the dialog opens in the last folder, and errors are messages."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from assets import DEMO_PHRASES
from bridge.midi import smf
from gui.desk.takes.saving import TakesSaving
from tests.gui.desk.takes.examples import tree

PATIENCE_MS = 60_000


class Saved:
    """A saving of takes above an empty window, and its messages."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot, self.window = qtbot, QWidget()
        qtbot.addWidget(self.window)
        self.saving = TakesSaving(self.window)
        self.said: list[tuple[str, bool]] = []
        self.saving.message_changed.connect(lambda text, bad: self.said.append((text, bad)))

    def read(self, path: Path) -> None:
        """Read a file, and add it as root 0 unless it is refused."""
        self.saving.opened.connect(lambda file: self.saving.add_source(0, file))
        self.saving.read(path)
        assert self.saving.is_reading
        self.qtbot.waitUntil(lambda: not self.saving.is_reading, timeout=PATIENCE_MS)

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
    saved.saving.end()


def test_what_is_unusual_about_a_file_is_said(saved: Saved) -> None:
    odd = Path(__file__).parents[3] / "golden" / "odd_files" / "05-riff-rmid" / "in.rmi"
    saved.read(odd)
    assert saved.said[0] == ("Reading in.rmi.", False)
    (text, is_error) = saved.said[1]
    assert "RIFF" in text
    assert not is_error


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


def answer(saved: Saved, text: str) -> str:
    """Press a button of the question that is asked; return the question."""
    [box] = saved.window.findChildren(QMessageBox)
    question = box.text()
    [button] = [each for each in box.buttons() if each.text().replace("&", "") == text]
    button.click()
    box.setParent(None)
    return question


def test_a_file_is_replaced_only_if_the_user_says_so(saved: Saved, tmp_path: Path) -> None:
    path = tmp_path / "old.mid"
    path.write_bytes(b"work")
    dialog = saved.dialog()
    assert dialog.testOption(QFileDialog.Option.DontConfirmOverwrite)
    dialog.fileSelected.emit(str(path))
    assert answer(saved, "Cancel") == "Replace old.mid?"
    assert path.read_bytes() == b"work"
    assert saved.said == []
    dialog.fileSelected.emit(str(path))
    answer(saved, "Replace")
    assert saved.said == [("Saved as old.mid.", False)]
    assert smf.read(path).score.notes
    saved.close(dialog)


def test_another_ending_becomes_a_midi_file_and_replaces_nothing(
    saved: Saved, tmp_path: Path
) -> None:
    (tmp_path / "song.txt").write_bytes(b"work")
    saved.saving.save(tree(), 2, tmp_path / "song.txt")
    assert saved.said == [("Saved as song.txt.mid.", False)]
    assert (tmp_path / "song.txt").read_bytes() == b"work"


def test_the_file_that_is_continued_is_not_replaced(saved: Saved, tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    shutil.copy(DEMO_PHRASES / "minuet.mid", path)
    saved.read(path)
    saved.saving.save(tree(), 0, path, replace=True)
    text, bad = saved.said[-1]
    assert bad
    assert "song.mid: is the file that is read" in text
    assert path.read_bytes() == (DEMO_PHRASES / "minuet.mid").read_bytes()


def test_a_folder_that_is_missing_is_named_in_a_message(saved: Saved, tmp_path: Path) -> None:
    saved.saving.save(tree(), 2, tmp_path / "nowhere" / "one.mid")
    [(text, bad)] = saved.said
    assert bad
    assert "one.mid" in text


def test_a_file_that_cannot_be_read_is_named_in_a_message(saved: Saved, tmp_path: Path) -> None:
    bad_file = tmp_path / "bad.mid"
    bad_file.write_bytes(b"no music")
    saved.read(bad_file)
    text, bad = saved.said[-1]
    assert bad
    assert "bad.mid" in text


def test_a_dragged_take_is_a_file(saved: Saved) -> None:
    path = saved.saving.write_for_drag(tree(), 1, up_to_end=False)
    assert path is not None
    assert smf.read(path).score.notes
    assert saved.said == []


def test_a_recording_is_heard_and_told(saved: Saved) -> None:
    hummed = Path(__file__).parents[3] / "golden" / "sounds" / "hummed.ogg"
    opened = list[smf.MidiFile]()
    saved.saving.opened.connect(opened.append)
    saved.read(hummed)
    texts = [text for text, is_error in saved.said if not is_error]
    assert texts[0] == "Listening to hummed.ogg."
    assert "one voice, notes: 15; 120.0 bpm" in texts[1]
    [file] = opened
    assert len(file.score.notes) == 15


def test_a_recording_without_music_is_one_message(saved: Saved, tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_bytes(b"no sound")
    saved.read(tmp_path / "text.wav")
    [_, (text, is_error)] = saved.said
    assert is_error
    assert "is not a sound file that can be read" in text
