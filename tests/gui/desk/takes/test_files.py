"""Takes as files: their names and their content."""

import gc
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import mido
import pytest

from bridge.history.takes import TakeTree
from bridge.messages.settings import Settings
from bridge.midi import smf
from bridge.system.output_file import OutputError, OutputFault, OutputNotWritten, RefusedOutput
from gui.desk.takes.files import TakesFiles, file_name
from gui.engine.file_reading import read_to_continue
from tests.gui.desk.takes.examples import BAR, CHOPIN, MINUET, NOTES, SPAN, tree
from tests.midi_chunks import added_tracks

DEMO = Path(__file__).parents[4] / "assets" / "demo" / "minuet.mid"


@pytest.fixture
def files() -> Iterator[TakesFiles]:
    files = TakesFiles()
    yield files
    files.delete_dragged()


def onsets(path: Path) -> list[int]:
    return [note.onset_ticks for note in smf.read(path).score.notes]


def test_a_take_alone_begins_with_bar_1(files: TakesFiles) -> None:
    path = files.write_for_drag(tree(), 1, up_to_end=False)
    assert path.name == "minuet take 1 chopin.mid"
    assert onsets(path) == [0, BAR]
    read = smf.read(path).score
    assert [(m.numerator, m.denominator) for m in read.metres] == [(3, 4)]
    assert round(read.tempos[0].bpm) == 90
    texts = [m.text for m in mido.MidiFile(path).tracks[0] if m.type == "text"]
    assert texts == ["made by a test"]


def test_the_folder_for_dragged_files_exists_only_from_a_drag_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    files = TakesFiles()
    files.delete_dragged()
    assert list(tmp_path.iterdir()) == []
    for _ in range(2):  # a drag after the end makes another folder
        path = files.write_for_drag(tree(), 1, up_to_end=False)
        assert path.is_relative_to(tmp_path)
        files.delete_dragged()
        assert list(tmp_path.iterdir()) == []


def test_a_drag_without_a_place_for_its_file_is_refused(
    files: TakesFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(OutputError) as refusal:
        files.write_for_drag(tree(), 1, up_to_end=False)
    assert isinstance(refusal.value.reason, OutputNotWritten)


def test_dragged_files_of_a_forgotten_object_are_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    files = TakesFiles()
    files.write_for_drag(tree(), 1, up_to_end=False)
    del files
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_a_complete_file_has_all_music_up_to_the_take(files: TakesFiles) -> None:
    path = files.write_for_drag(tree(), 3, up_to_end=True)
    assert path.name == "minuet up to take 2-1 chopin.mid"
    assert onsets(path) == [*range(0, 6 * 24, 24), 2 * BAR, 3 * BAR]


def test_a_continuation_keeps_the_tracks_of_its_file(files: TakesFiles, tmp_path: Path) -> None:
    files.add_source(0, read := read_to_continue(DEMO))
    takes = TakeTree().with_root(read.score, "minuet")
    span = replace(SPAN, begin=576, end=720)
    moved = replace(NOTES[0], onset_ticks=576, release_ticks=600)
    takes = takes.with_take(0, span, [moved], CHOPIN, "made by a test")
    path = tmp_path / "longer.mid"
    files.write(takes, 1, path, up_to_end=True)
    assert added_tracks(DEMO, path)
    assert onsets(path) == [*(n.onset_ticks for n in read.score.notes), 576]


@pytest.mark.parametrize("replace_it", [False, True])
def test_the_file_that_is_continued_is_never_replaced(
    files: TakesFiles, tmp_path: Path, *, replace_it: bool
) -> None:
    source, link = tmp_path / "song.mid", tmp_path / "link.mid"
    shutil.copy(DEMO, source)
    link.hardlink_to(source)
    files.add_source(0, read := read_to_continue(source))
    takes = TakeTree().with_root(read.score, "song")
    for path in (source, link):
        with pytest.raises(OutputError) as refusal:
            files.write(takes, 0, path, up_to_end=True, replace=replace_it)
        assert refusal.value.reason == RefusedOutput(path, OutputFault.INPUT)
    assert source.read_bytes() == DEMO.read_bytes()


def test_the_root_alone_is_what_was_played(files: TakesFiles, tmp_path: Path) -> None:
    path = tmp_path / "played.mid"
    files.write(tree(), 0, path, up_to_end=True)
    assert onsets(path) == [note.onset_ticks for note in MINUET.notes]


def test_each_take_of_each_root_has_its_own_file(files: TakesFiles) -> None:
    takes = TakeTree()
    for name in ("minuet", "played", "played", "Played?", "played 2", "played take 1"):
        takes = takes.with_root(MINUET, name)
        for _ in range(2):
            takes = takes.with_take(takes.current or 0, SPAN, NOTES, Settings(), name)
    both = [
        (number, up_to_end) for number in range(len(takes.nodes)) for up_to_end in (False, True)
    ]
    paths = [files.write_for_drag(takes, number, up_to_end=up_to_end) for number, up_to_end in both]
    assert len({str(path).casefold() for path in paths}) == len(paths)
    assert paths == [
        files.write_for_drag(takes, number, up_to_end=up_to_end) for number, up_to_end in both
    ]
    assert [file_name(takes, number, up_to_end=False) for number in (1, 4, 7, 10, 13)] == [
        "minuet take 1",
        "played take 1",
        "played (2) take 1",
        "Played (3) take 1",
        "played 2 take 1",
    ]


def test_a_long_name_is_cut(files: TakesFiles) -> None:
    takes = TakeTree().with_root(MINUET, "minuet " * 40).with_take(0, SPAN, NOTES, CHOPIN)
    path = files.write_for_drag(takes, 1, up_to_end=True)
    assert path.name.startswith("minuet minuet")
    assert path.name.endswith(" up to take 1 chopin.mid")


def test_a_name_of_another_script_fits_into_a_file_name(files: TakesFiles) -> None:
    style = replace(CHOPIN, style=(("夜" * 200, 1.0),))
    takes = TakeTree().with_root(MINUET, "夜想曲" * 100)
    for number in range(60):  # a way of sixty takes
        takes = takes.with_take(number, SPAN, NOTES, style, "made by a test")
    path = files.write_for_drag(takes, 60, up_to_end=True)
    assert len(path.name.encode()) <= 255
    assert path.name.startswith("夜想曲")


def test_characters_that_act_on_a_terminal_are_escaped_in_a_name() -> None:
    name = file_name(TakeTree().with_root(MINUET, "a\x1b[31m\u202eb\udce9"), 0, up_to_end=True)
    assert name == "a x1b[31m u202eb xe9"


def test_a_name_is_valid_on_every_system() -> None:
    takes = TakeTree().with_root(MINUET, 'a/b: "c"?')
    assert file_name(takes, 0, up_to_end=True) == "a b c"
    assert file_name(TakeTree().with_root(MINUET, "///"), 0, up_to_end=True) == "music"
