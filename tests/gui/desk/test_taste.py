"""The window records which takes are kept, and takes it back with undo."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from bridge.history.takes import Rating, Span, TakeTree
from bridge.messages.settings import Settings
from export.taste.decisions import read_decisions
from gui.desk.taste import TasteRecorder
from tests.gui.desk.takes.examples import MINUET, NOTES, SPAN


def tree() -> TakeTree:
    """Return a root (0) with three takes (1, 2, 3), and one that continues the second (4)."""
    takes = TakeTree().with_root(MINUET, "minuet")
    for number in range(3):
        rating = Rating(number / 10, "w")
        takes = takes.with_take(0, SPAN, NOTES[number:], Settings(), rating=rating)
    return takes.with_take(2, Span(SPAN.end, SPAN.end + 144), NOTES, Settings())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "taste.jsonl"


@pytest.fixture
def recorder(qapp: object, path: Path) -> Iterator[TasteRecorder]:
    assert qapp is not None  # signals need one
    recorder = TasteRecorder(path)
    recorder.post_takes(tree())
    yield recorder
    recorder.close()


def test_a_kept_take_is_recorded_once_for_its_prompt(recorder: TasteRecorder, path: Path) -> None:
    takes = tree()
    for number in (1, 2):
        takes = takes.with_current(number)
        recorder.post_takes(takes)
        recorder.post_takes(takes)
    recorder.close()
    (decision,) = read_decisions(path).all
    assert (decision.kept[0], [row[0] for row in decision.others]) == (0.1, [0.0, 0.2])
    assert decision.model == "w"


def test_undo_takes_it_back(recorder: TasteRecorder, path: Path) -> None:
    kept = tree().with_current(3)
    for takes in (kept, kept.undo()):
        recorder.post_takes(takes)
    recorder.close()
    assert path.read_bytes().count(b"\n") == 2
    assert read_decisions(path).all == ()


def test_redo_records_it_again(recorder: TasteRecorder, path: Path) -> None:
    kept = tree().with_current(3)
    for takes in (kept, kept.undo(), kept.undo().redo()):
        recorder.post_takes(takes)
    recorder.close()
    assert len(read_decisions(path).all) == 1


def test_a_take_without_siblings_writes_nothing(recorder: TasteRecorder, path: Path) -> None:
    kept = tree().with_current(4)
    for takes in (kept, kept.undo()):
        recorder.post_takes(takes)
    recorder.close()
    assert not path.exists()


def test_a_recovered_session_decides_nothing(recorder: TasteRecorder, path: Path) -> None:
    recorder.post_takes(tree().with_tree(tree().with_current(1)))
    recorder.close()
    assert not path.exists()


def test_a_file_that_is_not_written_is_told_once(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    recorder = TasteRecorder(tmp_path / "file" / "taste.jsonl")
    said: list[str] = []
    recorder.problem_found.connect(said.append)
    recorder.post_takes(tree())
    for number in (1, 2, 3):
        recorder.post_takes(tree().with_current(number))
    recorder.close()
    qtbot.waitUntil(lambda: bool(said))
    assert len(said) == 1
    assert "taste.jsonl: cannot be written" in said[0]
