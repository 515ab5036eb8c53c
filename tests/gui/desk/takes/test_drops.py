"""Files dropped on the window."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from gui.desk.takes.drops import dropped_midi_file


def dropped(*urls: str) -> Path | None:
    data = QMimeData()
    data.setUrls([QUrl(url) for url in urls])
    event = QDropEvent(
        QPointF(1, 1),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    return dropped_midi_file(event)


@pytest.mark.usefixtures("qtbot")
def test_one_midi_file_is_accepted() -> None:
    assert dropped("file:///tmp/a%20song.mid") == Path("/tmp/a song.mid")  # noqa: S108 - a name
    for name in ("SONG.MIDI", "SONG.MID", "song.kar", "song.Rmi", "夜.mid", "a#b?c.mid"):
        path = Path.home() / name
        url = QUrl.fromLocalFile(str(path))
        assert dropped(url.toString(QUrl.ComponentFormattingOption.FullyEncoded)) == path


@pytest.mark.usefixtures("qtbot")
def test_a_name_that_is_not_utf_8_is_kept(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mid"))
    path.touch()
    data = QMimeData()
    data.setData("text/uri-list", os.fsencode(f"file://{tmp_path}") + b"/caf%E9.mid\r\n")
    event = QDropEvent(
        QPointF(1, 1),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    assert dropped_midi_file(event) == path


@pytest.mark.usefixtures("qtbot")
def test_anything_else_is_not() -> None:
    assert dropped() is None
    assert dropped("file:///tmp/song.wav") is None
    assert dropped("https://example.org/song.mid") is None
    assert dropped("file:///tmp/a.mid", "file:///tmp/b.mid") is None
