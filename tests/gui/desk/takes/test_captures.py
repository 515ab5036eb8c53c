"""The folder of captures, under Qt's model tester."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QModelIndex, Qt
from pytestqt.modeltest import ModelTester

from bridge.history.record import Record
from bridge.midi.smf import read
from gui.desk.takes.captures import CapturesModel
from gui.engine.snapshots import Captured
from tests.gui.desk.music import conversation

NOW = datetime(2026, 11, 22, 0, 41, 5, tzinfo=UTC)
PLAYED = Captured(Record(conversation()), "made by a test")


@pytest.fixture
def captures(tmp_path: Path, qtmodeltester: ModelTester) -> CapturesModel:
    captures = CapturesModel(tmp_path / "kept")
    qtmodeltester.check(captures)
    return captures


@pytest.fixture
def in_german() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("de"))
    yield
    QLocale.setDefault(before)


def names(captures: CapturesModel) -> list[str]:
    return [captures.path(captures.index(row)).name for row in range(captures.rowCount())]


def test_a_saved_capture_is_a_file_and_the_newest_is_first(captures: CapturesModel) -> None:
    first = captures.save(PLAYED, NOW)
    captures.save(PLAYED, NOW + timedelta(minutes=1))
    assert names(captures) == [
        "antiphon-2026-11-22-004205.mid",
        "antiphon-2026-11-22-004105.mid",
    ]
    assert len(read(first).score.notes) == len(conversation())


@pytest.mark.usefixtures("in_german")
def test_the_month_is_in_the_language_of_the_locale(captures: CapturesModel) -> None:
    captures.save(PLAYED, NOW)
    captures.save(PLAYED, NOW.replace(month=3))
    shown = [captures.index(row).data() for row in range(captures.rowCount())]
    assert shown == ["22 Nov. 2026, 00:41:05", "22 März 2026, 00:41:05"]


def test_two_captures_in_a_second_are_two_files(captures: CapturesModel) -> None:
    assert captures.save(PLAYED, NOW) != captures.save(PLAYED, NOW)
    assert captures.rowCount() == 2


def test_captures_are_found_again_and_other_files_ignored(
    captures: CapturesModel, tmp_path: Path
) -> None:
    captures.save(PLAYED, NOW)
    (tmp_path / "kept" / "antiphon-mine.mid").write_text("")
    (tmp_path / "kept" / "song.mid").write_text("")
    assert names(CapturesModel(tmp_path / "kept")) == ["antiphon-2026-11-22-004105.mid"]


def test_a_file_is_dragged_out_as_a_copy(captures: CapturesModel) -> None:
    path = captures.save(PLAYED, NOW)
    index = captures.index(0)
    assert index.flags() & Qt.ItemFlag.ItemIsDragEnabled
    assert [url.toLocalFile() for url in captures.mimeData([index]).urls()] == [str(path)]
    assert captures.supportedDragActions() == Qt.DropAction.CopyAction
    assert not captures.flags(QModelIndex()) & Qt.ItemFlag.ItemIsDragEnabled


def test_a_removed_capture_is_deleted(captures: CapturesModel) -> None:
    path = captures.save(PLAYED, NOW)
    captures.remove(captures.index(0))
    assert captures.rowCount() == 0
    assert not path.exists()
