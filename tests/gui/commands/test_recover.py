"""`antiphon recover`: which of the sessions that were cut off it writes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bridge.history.journal import FORMAT, Beginning, NoteEntry, encode
from bridge.history.takes import TakeTree
from bridge.messages.snapshot import RollNote
from bridge.midi import smf
from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note, Score
from gui.commands import cli
from gui.engine.session_folder import (
    PLAYED,
    TAKES,
    SessionFolder,
    find_unfinished,
    usual_root,
)

NOW = datetime(2026, 11, 28, 17, 42, tzinfo=UTC).astimezone()
HEAD = encode(Beginning(FORMAT, "Antiphon", ""))


def cut_off(minute: int, journal: str, content: bytes) -> str:
    """Leave a session as a killed process does; return its name."""
    with SessionFolder.create(NOW + timedelta(minutes=minute)) as session:
        (usual_root() / session.name / journal).write_bytes(HEAD + content)
    return session.name


def played(pitch: int) -> bytes:
    return encode(NoteEntry(RollNote(Instrument.PIANO, pitch, 80, 1, 2)))


def test_the_last_session_in_which_something_was_played_is_written(
    tmp_path: Path,
) -> None:
    older, newer = cut_off(0, PLAYED, played(60)), cut_off(1, PLAYED, played(61))
    tree = TakeTree().with_root(Score((Note(0, Instrument.PIANO, 60, 48, 80),)), "sketch")
    takes_only = cut_off(2, TAKES, b"".join(map(encode, tree.nodes)))
    assert [each.name for each in find_unfinished()] == [takes_only, newer, older]
    for pitch in (61, 60):
        out = tmp_path / f"{pitch}.mid"
        cli.app(["recover", "-o", str(out)], standalone_mode=False)
        assert [note.pitch for note in smf.read(out).score.notes] == [pitch]
    assert [each.name for each in find_unfinished()] == [takes_only]
