"""The notes of a roll: begun, ended, cut short, taken back."""

from bridge.dialogue import RollNote
from bridge.instruments import Instrument
from bridge.played import MOST_NOTES, Played

PIANO = Instrument.PIANO


def note(
    onset: int, pitch: int = 60, release: int | None = None, *, answered: bool = True
) -> RollNote:
    return RollNote(PIANO, pitch, 80, onset, release, answered=answered)


def roll(*notes: RollNote) -> Played:
    played = Played()
    for each in notes:
        played.begin(each)
    return played


def test_a_release_ends_the_last_note_of_its_key_and_its_player() -> None:
    played = roll(note(0, release=5), note(10), note(10, 61), note(10, answered=False))
    played.end((PIANO, 60), 20, answered=True)
    assert [each.release_ns for each in played.notes] == [5, 20, None, None]
    played.end((PIANO, 60), 30, answered=True)  # it has ended already
    assert played.notes[1].release_ns == 20


def test_a_cut_takes_back_what_has_not_begun_and_ends_what_sounds() -> None:
    played = roll(note(0, release=90), note(10, 61), note(60, 62), note(70, answered=False))
    assert played.cut(50) == 1
    assert [(n.onset_ns, n.release_ns) for n in played.notes] == [(0, 50), (10, 50), (70, None)]


def test_what_is_reopened_has_no_end_any_more() -> None:
    played = roll(note(0, release=40), note(10, 61, release=90), note(60, 62))
    assert played.reopen(50) == 1
    assert [(n.onset_ns, n.release_ns) for n in played.notes] == [(0, 40), (10, None)]


def test_the_last_note_is_the_last_that_has_begun() -> None:
    played = roll(note(0), note(20, 61), note(90, 62), note(30, 63, answered=False))
    last, mine = played.last(50, answered=True), played.last(50, answered=False)
    assert last is not None
    assert mine is not None
    assert (last.pitch, mine.pitch) == (61, 63)
    assert Played().last(50, answered=True) is None


def test_an_hour_is_not_kept() -> None:
    played = roll(*(note(at) for at in range(MOST_NOTES + 5)))
    assert len(played.notes) == MOST_NOTES
