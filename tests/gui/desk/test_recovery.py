"""A session that was cut off, offered by the window: real journals, and a real window."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import mido
import pytest
from pytestqt.qtbot import QtBot

from bridge.history.journal import FORMAT, Beginning, Entry, NoteEntry, SettingsEntry, encode
from bridge.history.takes import Span, TakeTree
from bridge.messages.journal_reason import JournalLost
from bridge.messages.settings import Settings
from bridge.messages.snapshot import RollNote
from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note, Score
from bridge.system.units import SECOND
from gui.desk.app import keep_journal, offer_recovery
from gui.desk.recovery import RecoveryOffer
from gui.engine.session_folder import (
    PLAYED,
    SessionFolder,
    find_unfinished,
    read_session,
    usual_root,
)
from tests.gui.desk.conftest import STOPPED, Desk

BEGUN = datetime(2026, 11, 28, 17, 42, 5, tzinfo=UTC).astimezone()
PATIENCE_MS = 20_000
NOTES = (
    RollNote(Instrument.PIANO, 60, 80, 0, SECOND),
    RollNote(Instrument.PIANO, 64, 80, SECOND, 2 * SECOND, answered=True),
)


def tree() -> TakeTree:
    note = Note(0, Instrument.PIANO, 60, 48, 80)
    other = Note(96, Instrument.PIANO, 67, 144, 80)
    takes = TakeTree().with_root(Score((note,)), "played")
    return takes.with_take(0, Span(48, 192), (other,), Settings(), "text").with_current(1)


def cut_off(desk: Desk, begun: datetime = BEGUN, *, takes: bool = True) -> str:
    """Leave a session as a killed window does; return its name."""
    with SessionFolder.create(begun) as session:
        entries: list[Entry] = [
            Beginning(FORMAT, "Antiphon", ""),
            SettingsEntry(Settings(), "text"),
        ]
        entries += [NoteEntry(note) for note in NOTES]
        lines = [encode(entry) for entry in entries]
        (usual_root() / session.name / PLAYED).write_bytes(b"".join(lines))
        if takes:
            journal = keep_journal(desk.window, desk.link, session.name)
            desk.window.takes.show_takes(tree())
            journal.close()
            desk.window.takes.show_takes(TakeTree())
    return session.name


@pytest.fixture
def offers() -> Iterator[list[RecoveryOffer]]:
    offers: list[RecoveryOffer] = []
    yield offers
    for offer in offers:
        offer.close_worker()


def test_nothing_is_offered_after_clean_ends(desk: Desk, offers: list[RecoveryOffer]) -> None:
    offers.append(offer_recovery(desk.window))
    assert not offers[0].isVisible()


def test_a_session_is_recovered_with_its_music_and_takes(
    desk: Desk, offers: list[RecoveryOffer], qtbot: QtBot, tmp_path: Path
) -> None:
    cut_off(desk)
    offers.append(offer := offer_recovery(desk.window))
    assert offer.isVisible()
    assert "28 Nov 2026" in offer.message
    desk.click(offer.recover_button)
    qtbot.waitUntil(lambda: not offer.isVisible(), timeout=PATIENCE_MS)
    assert desk.window.takes.takes == tree()
    assert desk.window.takes.isVisible()
    [path] = (tmp_path / "kept").iterdir()
    assert path.name == f"antiphon-{BEGUN:%Y-%m-%d-%H%M%S}.mid"
    assert {track.name for track in mido.MidiFile(path).tracks} >= {
        "played piano",
        "Antiphon piano",
    }
    assert find_unfinished() == ()


def test_takes_are_added_to_those_that_are_there(
    desk: Desk, offers: list[RecoveryOffer], qtbot: QtBot
) -> None:
    cut_off(desk)
    desk.window.takes.show_takes(tree().undo())
    offers.append(offer := offer_recovery(desk.window))
    desk.click(offer.recover_button)
    qtbot.waitUntil(lambda: not offer.isVisible(), timeout=PATIENCE_MS)
    takes = desk.window.takes.takes
    assert [takes.parent(node.number) for node in takes.nodes] == [None, 0, None, 2]
    assert takes.current == 3


def test_several_are_offered_one_after_the_other(
    desk: Desk, offers: list[RecoveryOffer], qtbot: QtBot, tmp_path: Path
) -> None:
    names = [cut_off(desk, BEGUN.replace(day=day), takes=False) for day in (1, 2, 3)]
    offers.append(offer := offer_recovery(desk.window))
    assert " 3 Nov" in f" {offer.message}"
    desk.click(offer.discard_button)
    assert [each.name for each in find_unfinished()] == [names[1], names[0]]
    desk.click(offer.recover_button)
    qtbot.waitUntil(lambda: "1 Nov" in offer.message, timeout=PATIENCE_MS)
    assert len(list((tmp_path / "kept").iterdir())) == 1
    desk.click(offer.later_button)
    assert not offer.isVisible()
    assert [each.name for each in find_unfinished()] == [names[0]]


def test_what_cannot_be_saved_stays_in_the_journal(
    desk: Desk, offers: list[RecoveryOffer], qtbot: QtBot, tmp_path: Path
) -> None:
    name = cut_off(desk)
    (tmp_path / "kept").write_text("a file where the folder should be")
    offers.append(offer := offer_recovery(desk.window))
    desk.click(offer.recover_button)
    qtbot.waitUntil(lambda: str(tmp_path / "kept") in desk.texts(), timeout=PATIENCE_MS)
    assert offer.isVisible()
    assert offer.recover_button.isEnabled()
    assert [each.name for each in find_unfinished()] == [name]


def test_a_capture_is_in_the_journal(desk: Desk, tmp_path: Path) -> None:
    with SessionFolder.create(BEGUN) as session:
        journal = keep_journal(desk.window, desk.link, session.name)
        desk.window.captures.saved.emit(str(tmp_path / "a.mid"))
        journal.close()
        assert read_session(session.name).captures == (str(tmp_path / "a.mid"),)


def test_a_journal_in_memory_is_said_once(desk: Desk) -> None:
    with SessionFolder.create(BEGUN) as session:
        journal = keep_journal(desk.window, desk.link, session.name)
        desk.show(STOPPED, journal_trouble=JournalLost("no room"))
        assert "no room" in desk.window.banner.message
        desk.window.warn("")
        desk.show(STOPPED, now_ns=7, journal_trouble=JournalLost("no room"))
        assert not desk.window.banner.isVisible()
        journal.close()
