"""Files dropped on the window."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from gui.desk.takes.drops import dropped_music
from tests.gui.desk.conftest import Desk


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
    return dropped_music(event)


@pytest.mark.usefixtures("qtbot")
def test_one_file_of_music_is_accepted() -> None:
    assert dropped("file:///tmp/a%20song.mid") == Path("/tmp/a song.mid")  # noqa: S108 - a name
    for name in (
        "SONG.MIDI",
        "SONG.MID",
        "song.kar",
        "song.Rmi",
        "hum.wav",
        "Hum.FLAC",
        "a.mp3",
        "夜.mid",
        "a#b?c.mid",
    ):
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
    assert dropped_music(event) == path


@pytest.mark.usefixtures("qtbot")
def test_anything_else_is_not() -> None:
    assert dropped() is None
    assert dropped("file:///tmp/song.txt") is None
    assert dropped("https://example.org/song.mid") is None
    assert dropped("file:///tmp/a.mid", "file:///tmp/b.mid") is None


@pytest.mark.usefixtures("qtbot")
@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/a.mid", "https://example.org/a.mid", "ftp://example.org/a.mid"),
        *("smb://host/share/a.mid", "sftp://host/a.mid", "data:audio/midi;base64,TVRoZA==#.mid"),
        *("javascript:a.mid", "qrc:/a.mid", "a.mid", "", "fish://h/a.mid", "trash:///a.mid"),
    ],
)
def test_what_is_not_a_file_of_this_machine_is_never_opened(url: str) -> None:
    assert dropped(url) is None


@pytest.mark.usefixtures("qtbot")
def test_ten_thousand_files_are_not_one(tmp_path: Path) -> None:
    assert dropped(*(f"file://{tmp_path}/{number}.mid" for number in range(10_000))) is None


def test_a_drop_of_what_is_no_file_is_one_message(desk: Desk, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.mid")
    (tmp_path / "folder.mid").mkdir()
    (tmp_path / "device.mid").symlink_to("/dev/zero")
    (tmp_path / "loop.mid").symlink_to("loop.mid")
    for name in ("fifo", "folder", "device", "loop", "none", "a%00b"):
        path = dropped(f"file://{tmp_path}/{name}.mid")
        assert path is not None
        with desk.qtbot.waitSignal(
            desk.window.takes.message_changed, check_params_cb=lambda _, is_error: is_error
        ) as told:
            desk.window.takes.open_file(path)
        text, _ = told.args
        assert "\n" not in text
        assert "\0" not in text
