"""The folders of sessions: private, locked, found after a crash, and bounded."""

import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.history.journal import FORMAT, Beginning, NoteEntry, encode
from bridge.messages.snapshot import RollNote
from bridge.midi.instruments import Instrument
from gui.engine import session_folder
from gui.engine.session_folder import (
    MAX_FOLDERS,
    PLAYED,
    SessionFolder,
    find_unfinished,
    journal_places,
    read_session,
    temporary_root,
    usual_root,
)

NOW = datetime(2026, 11, 28, 17, 42, tzinfo=UTC).astimezone()
MUSIC = encode(Beginning(FORMAT, "Antiphon", "")) + encode(
    NoteEntry(RollNote(Instrument.PIANO, 60, 80, 1, 2))
)


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))


def cut_off(now: datetime = NOW, content: bytes = MUSIC) -> str:
    """Leave a session as a killed process does; return its name."""
    with SessionFolder.create(now) as session:
        (usual_root() / session.name / PLAYED).write_bytes(content)
    return session.name


def test_a_folder_is_private() -> None:
    with SessionFolder.create(NOW) as session:
        folder = usual_root() / session.name
        for path, mode in ((usual_root(), 0o700), (folder, 0o700), (folder / "lock", 0o600)):
            assert path.stat().st_mode & 0o777 == mode


def test_a_session_is_found_once_its_process_is_gone() -> None:
    with SessionFolder.create(NOW) as session:
        (usual_root() / session.name / PLAYED).write_bytes(MUSIC)
        assert find_unfinished() == ()
    (found,) = find_unfinished()
    assert (found.name, found.started_at) == (session.name, NOW)
    assert [note.pitch for note in found.read().record.notes] == [60]
    found.discard()
    assert find_unfinished() == ()
    assert list(usual_root().iterdir()) == []


def test_a_clean_end_removes_it() -> None:
    with SessionFolder.create(NOW) as session:
        (usual_root() / session.name / PLAYED).write_bytes(MUSIC)
        session.remove()
    assert list(usual_root().iterdir()) == []


def test_a_session_without_music_is_removed() -> None:
    cut_off(content=encode(Beginning(FORMAT, "Antiphon", "")))
    cut_off(content=b"")
    assert find_unfinished() == ()
    assert list(usual_root().iterdir()) == []


def test_a_journal_of_a_later_version_is_left_alone() -> None:
    name = cut_off(content=encode(Beginning(FORMAT + 1, "Antiphon", "")) + b"what is this\n")
    assert [each.name for each in find_unfinished()] == [name]
    assert read_session(name).is_empty


def test_the_newest_come_first_and_the_oldest_of_too_many_are_removed() -> None:
    names = [cut_off(NOW + timedelta(minutes=number)) for number in range(MAX_FOLDERS + 3)]
    assert [each.name for each in find_unfinished()] == names[:2:-1]
    assert len(list(usual_root().iterdir())) == MAX_FOLDERS


def test_they_have_a_greatest_size_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_folder, "MAX_TOTAL_BYTES", int(2.5 * len(MUSIC)))
    names = [cut_off(NOW + timedelta(minutes=number)) for number in range(4)]
    assert [each.name for each in find_unfinished()] == [names[3], names[2]]


def test_without_the_usual_place_there_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    with SessionFolder.create(NOW) as session:
        folder = temporary_root() / session.name
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / PLAYED).write_bytes(MUSIC)
        assert find_unfinished() == ()
    assert [each.name for each in find_unfinished()] == [session.name]


def test_the_other_place_goes_with_its_last_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_folder, "usual_root", lambda: Path("/proc/nowhere"))
    first, second = (SessionFolder.create(NOW + timedelta(seconds=n)) for n in range(2))
    first.remove()
    assert [each.name for each in temporary_root().iterdir()] == [second.name]
    second.remove()
    assert not temporary_root().exists()


def test_without_any_place_a_session_has_no_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    temporary_root().write_text("a file is in the way")
    with SessionFolder.create(NOW) as session:
        assert session.name.startswith("2026-11-28-")
        session.remove()
    assert find_unfinished() == ()
    assert temporary_root().read_text() == "a file is in the way"
    assert tmp_path.exists()


def test_a_journal_that_has_moved_is_found_and_its_place_is_locked() -> None:
    with SessionFolder.create(NOW) as session:
        usual, other = journal_places(session.name, PLAYED)
        usual.write_bytes(encode(Beginning(FORMAT, "Antiphon", "")))
        other.parent.mkdir(parents=True)
        other.write_bytes(MUSIC)
        assert find_unfinished() == ()
    (found,) = find_unfinished()
    assert len(found.read().record.notes) == 1
    found.discard()
    assert not other.parent.exists()


def test_a_living_engine_keeps_a_session_whose_folder_was_removed() -> None:
    holder = (
        "import sys; from pathlib import Path; from bridge.system.locked_file import LockedFile\n"
        "held = LockedFile(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()\n"
    )
    name = cut_off()
    path = usual_root() / name / PLAYED
    (usual_root() / name / "lock").unlink()
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert find_unfinished() == ()
        process.kill()
    assert [each.name for each in find_unfinished()] == [name]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away"
)
def test_a_place_of_another_user_is_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    name = cut_off()
    other = temporary_root() / name / PLAYED
    other.parent.mkdir(parents=True)
    other.write_bytes(encode(NoteEntry(RollNote(Instrument.BASS, 40, 80, 1, 2))))
    os.chown(temporary_root(), 65534, 65534)
    (found,) = find_unfinished()
    assert [note.pitch for note in found.read().record.notes] == [60]
    found.discard()
    assert other.exists()
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    with SessionFolder.create(NOW) as session:
        assert not (temporary_root() / session.name).exists()
