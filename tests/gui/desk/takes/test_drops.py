"""Files dropped on the window."""

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
    assert dropped("file:///tmp/SONG.MIDI") == Path("/tmp/SONG.MIDI")  # noqa: S108 - a name


@pytest.mark.usefixtures("qtbot")
def test_anything_else_is_not() -> None:
    assert dropped() is None
    assert dropped("file:///tmp/song.wav") is None
    assert dropped("https://example.org/song.mid") is None
    assert dropped("file:///tmp/a.mid", "file:///tmp/b.mid") is None
