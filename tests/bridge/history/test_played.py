"""Played notes: started, ended, cut short, retracted."""

from bridge.history.played import MAX_SHOWN_NOTES, PlayedNotes
from bridge.messages.snapshot import RollNote
from bridge.midi.instruments import Instrument
from bridge.system.units import MS, SECOND

PIANO = Instrument.PIANO


def note(
    onset: int, pitch: int = 60, release: int | None = None, *, answered: bool = True
) -> RollNote:
    return RollNote(PIANO, pitch, 80, onset, release, answered=answered)


def roll(*notes: RollNote) -> PlayedNotes:
    played = PlayedNotes()
    for each in notes:
        played.add(each)
    return played


def test_a_release_ends_the_last_note_of_its_key_and_player() -> None:
    played = roll(note(0, release=5), note(10), note(10, 61), note(10, answered=False))
    played.end((PIANO, 60), 20, answered=True)
    assert [each.release_ns for each in played.notes] == [5, 20, None, None]
    played.end((PIANO, 60), 30, answered=True)  # it has already ended
    assert played.notes[1].release_ns == 20


def test_retract_drops_later_notes_and_ends_sounding_ones() -> None:
    played = roll(note(0, release=90), note(10, 61), note(60, 62), note(70, answered=False))
    assert played.retract(50) == 1
    assert [(n.onset_ns, n.release_ns) for n in played.notes] == [(0, 50), (10, 50), (70, None)]


def decided(played: PlayedNotes, *notes_at: tuple[int, int, int]) -> None:
    """Add Antiphon's notes of these pitches, decided for these ticks, 10 ns each."""
    for pitch, begins, ends in notes_at:
        played.add(note(10 * begins, pitch), begins)
        played.end((PIANO, pitch), 10 * ends, ends, answered=True)


def test_a_replan_drops_releases_after_its_tick() -> None:
    played = PlayedNotes()
    decided(played, (60, 0, 4), (61, 1, 9), (62, 6, 7))
    played.add(note(55, 63, answered=False))
    assert played.replan(5, now_ns=30) == 1
    assert [(n.onset_ns, n.release_ns) for n in played.notes] == [(0, 40), (10, None), (55, None)]
    played.end((PIANO, 61), 80, 8, answered=True)
    assert played.notes[1].release_ns == 80


def test_a_note_that_was_sent_while_it_was_retracted_returns_and_ends_as_sent() -> None:
    played = roll(note(10 * MS), note(20 * MS, 61, 90 * MS), note(3 * SECOND, 62))
    played.confirm_onset((PIANO, 60), 10 * MS)
    assert played.retract(15 * MS) == 2
    played.confirm_onset((PIANO, 61), 20 * MS)
    played.confirm_release((PIANO, 60), 25 * MS)
    played.confirm_release((PIANO, 61), 26 * MS)
    played.confirm_onset((PIANO, 62), 3 * SECOND)  # it was too far ahead to have been sent
    assert [(n.pitch, n.onset_ns, n.release_ns) for n in played.notes] == [
        (60, 10 * MS, 15 * MS),
        (61, 20 * MS, 26 * MS),
    ]


def test_a_note_that_was_sent_while_it_was_replanned_returns() -> None:
    played = PlayedNotes()
    for tick in (1, 4):
        played.add(note(tick * 10 * MS, 60 + tick), tick)
    assert played.replan(3, now_ns=25 * MS) == 1
    played.confirm_onset((PIANO, 64), 40 * MS)
    assert [n.pitch for n in played.notes] == [61, 64]


def test_a_note_that_is_sent_ahead_of_its_time_is_neither_retracted_nor_replanned() -> None:
    retracted, replanned = PlayedNotes(), PlayedNotes()
    for played in (retracted, replanned):
        played.add(note(40 * MS), 4)
        played.confirm_onset((PIANO, 60), 40 * MS)
    assert (retracted.retract(25 * MS), replanned.replan(3, 25 * MS)) == (0, 0)
    assert [n.release_ns for n in (*retracted.notes, *replanned.notes)] == [40 * MS, None]


def test_a_note_that_is_planned_again_and_sent_once_is_one_note() -> None:
    played = PlayedNotes()
    played.add(note(40 * MS), 4)
    played.replan(3, now_ns=25 * MS)
    played.add(note(40 * MS), 4)
    played.confirm_onset((PIANO, 60), 40 * MS)
    assert len(played.notes) == 1
    played.confirm_onset((PIANO, 60), 41 * MS)  # both plans of it were sent
    assert len(played.notes) == 2


def test_a_planned_note_that_has_moved_with_its_transport_is_sent_once() -> None:
    played = roll(note(100 * MS), note(900 * MS))
    played.confirm_onset((PIANO, 60), 140 * MS)
    played.confirm_onset((PIANO, 60), 990 * MS)
    assert len(played.notes) == 2
    assert played.retract(50 * MS) == 0  # both are sent


def test_a_replan_goes_by_unquantised_ticks() -> None:
    played = PlayedNotes()
    played.add(note(40), 6)  # quantised to an earlier tick, but decided for a later one
    played.add(note(70, 61), 5)  # quantised to a later tick: it stands
    assert played.replan(5, now_ns=30) == 1
    assert [n.pitch for n in played.notes] == [61]


def test_notes_of_an_earlier_epoch_stay_though_their_ticks_are_higher() -> None:
    played = PlayedNotes()
    decided(played, (60, 70, 80))
    assert played.replan(5, now_ns=900) == 0
    assert played.notes[0].release_ns == 800


def test_older_notes_are_kept_but_not_shown() -> None:
    played = roll(*(note(at, release=at + 1) for at in range(MAX_SHOWN_NOTES + 5)))
    assert [n.onset_ns for n in played.all_notes] == list(range(MAX_SHOWN_NOTES + 5))
    assert len(played.notes) == MAX_SHOWN_NOTES
    assert played.notes[0].onset_ns == 5


def test_the_spans_of_the_pedal_are_kept() -> None:
    played = PlayedNotes()
    played.set_pedal(5, down=False)  # it was already up
    for at_ns, down in ((10, True), (20, False), (30, True)):
        played.set_pedal(at_ns, down=down)
    assert played.pedals == ((10, 20), (30, None))


def test_the_last_note_has_begun() -> None:
    played = roll(note(0), note(20, 61), note(90, 62), note(30, 63, answered=False))
    last, mine = played.last(50, answered=True), played.last(50, answered=False)
    assert last is not None
    assert mine is not None
    assert (last.pitch, mine.pitch) == (61, 63)
    assert PlayedNotes().last(50, answered=True) is None


def test_archived_notes_are_limited() -> None:
    played = roll(*(note(at) for at in range(MAX_SHOWN_NOTES + 5)))
    assert len(played.notes) == MAX_SHOWN_NOTES
