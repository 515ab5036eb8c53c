"""The pitches that sound: notes count from their onset to their release."""

import pytest

from bridge.messages.settings import Settings
from bridge.messages.snapshot import RollNote, Snapshot, TurnState
from bridge.midi.instruments import Instrument
from gui.desk.keys.sounding import SoundingPitches

SECOND = 1_000_000_000
NOW_NS = 1000 * SECOND


def note(
    onset_s: float,
    length_s: float | None,
    pitch: int = 60,
    instrument: Instrument = Instrument.PIANO,
    *,
    answered: bool = False,
) -> RollNote:
    onset_ns = NOW_NS + round(onset_s * SECOND)
    release_ns = None if length_s is None else onset_ns + round(length_s * SECOND)
    return RollNote(instrument, pitch, 80, onset_ns, release_ns, answered=answered)


def snapshot(*notes: RollNote, after_s: float = 0, state: TurnState = TurnState.PLAYER) -> Snapshot:
    return Snapshot(NOW_NS + round(after_s * SECOND), state, Settings(), notes)


def test_sounding_notes_count_on_their_side() -> None:
    pitches = SoundingPitches()
    assert pitches.show_snapshot(
        snapshot(
            *(note(-1, None, 60), note(-1, 2, 62), note(-2, 1, 64), note(1, 1, 65)),
            *(note(-1, 2, 72, answered=True), note(1, 1, 74, answered=True)),
        )
    )
    assert (pitches.played, pitches.answered) == (frozenset({60, 62}), frozenset({72}))


def test_a_planned_note_sounds_from_its_onset() -> None:
    pitches, sounding = SoundingPitches(), []
    planned = snapshot(note(1, 1, 72, answered=True), note(2, 1, 74, answered=True)).notes
    for after_s in (0.5, 1.5, 2.5, 3.5):
        now_ns = NOW_NS + round(after_s * SECOND)
        pitches.show_snapshot(Snapshot(now_ns, TurnState.ANSWERING, Settings(), planned))
        sounding.append(pitches.answered)
    assert sounding == [set(), {72}, {74}, set()]


def test_it_says_whether_something_has_changed() -> None:
    pitches, shown = SoundingPitches(), snapshot(note(-1, None))
    assert pitches.show_snapshot(shown)
    assert not pitches.show_snapshot(shown)
    assert pitches.show_snapshot(snapshot())


@pytest.mark.parametrize(
    "shown",
    [
        snapshot(note(-1, None, 42, Instrument.DRUMS)),
        snapshot(note(-1, None), state=TurnState.STOPPED),
    ],
)
def test_drums_and_stopped_sessions_have_no_pitches(shown: Snapshot) -> None:
    pitches = SoundingPitches()
    assert not pitches.show_snapshot(shown)
    assert pitches.played == set()


def test_only_the_last_of_thousands_of_notes_are_searched() -> None:
    pitches, lost = SoundingPitches(), note(-900, None, 40)
    many = [note(-600 + 0.1 * at, 0.1, 50) for at in range(5000)]
    pitches.show_snapshot(snapshot(lost, *many, note(-1, None, 62)))
    assert pitches.played == {62}
