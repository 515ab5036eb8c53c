"""The recent score: up to the player's last note, since the last long silence."""

from bridge.history.recent_score import SILENCE_NS, recent_score
from bridge.history.record import Record
from bridge.messages.snapshot import RollNote
from bridge.midi.instruments import Instrument
from bridge.sync.transport import Source, Transport

SECOND = 1_000_000_000
CLOCK = Transport(Source.OWN, epoch=1, quarter_ns=SECOND // 2)


def note(at_s: float, pitch: int, *, answered: bool = False) -> RollNote:
    begin = round(at_s * SECOND)
    return RollNote(Instrument.PIANO, pitch, 80, begin, begin + SECOND // 2, answered=answered)


def pitches(*notes: RollNote) -> list[int]:
    return [n.pitch for n in recent_score(Record(notes, ((0, CLOCK),))).notes]


def test_only_the_response_to_the_last_phrase_is_left_out() -> None:
    first, second = note(0, 60), note(2, 62)
    answers = note(1, 70, answered=True), note(3, 71, answered=True)
    assert pitches(first, answers[0], second, answers[1]) == [60, 70, 62]


def test_notes_before_a_long_silence_are_left_out() -> None:
    after = 0.5 + SILENCE_NS / SECOND
    assert pitches(note(0, 60), note(after, 62)) == [62]
    assert pitches(note(0, 60), note(after - 0.1, 62)) == [60, 62]


def test_a_held_note_is_not_a_silence() -> None:
    held = RollNote(Instrument.PIANO, 48, 80, 0, 9 * SECOND)
    assert pitches(held, note(1, 60), note(10, 62)) == [48, 60, 62]


def test_without_the_player_it_is_what_antiphon_played() -> None:
    assert pitches(note(0, 70, answered=True), note(1, 71, answered=True)) == [70, 71]


def test_it_begins_with_the_bar_in_the_tempo_of_the_host() -> None:
    score = recent_score(Record((note(4.5, 60), note(5.0, 62)), ((0, CLOCK),)))
    assert [n.onset_ticks for n in score.notes] == [48, 96]
    assert (score.grid, round(score.tempos[0].bpm)) == (True, 120)


def test_free_playing_has_no_beat() -> None:
    score = recent_score(Record((note(3, 60),), ((0, Transport()),)))
    assert (score.grid, score.metres) == (False, ())
    assert not recent_score(Record((note(3, 60),), ())).grid


def test_an_empty_record_has_an_empty_score() -> None:
    assert recent_score(Record()).notes == ()
