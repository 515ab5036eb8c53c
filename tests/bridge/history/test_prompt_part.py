"""The part of a score that a continuation depends on."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.history.prompt_part import (
    MAX_EVENTS,
    MAX_QUARTERS,
    first_tick,
    prompt_at_zero,
    prompt_part,
)
from bridge.history.takes import Span
from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER, MetreChange, Note, Score, TempoChange

PIANO = Instrument.PIANO
BAR = 4 * TICKS_PER_QUARTER
LONG = MAX_QUARTERS * TICKS_PER_QUARTER


def scale(count: int, every: int = 12) -> tuple[Note, ...]:
    """Return notes at equal distances."""
    return tuple(
        Note(every * i, PIANO, 40 + i % 40, every * i + every - 2, 80) for i in range(count)
    )


def test_a_usual_score_is_its_own_part() -> None:
    score, span = Score(scale(MAX_EVENTS - 1)), Span(0, BAR)
    assert prompt_part(score) is score
    assert prompt_at_zero(score, span) == (score, span)


def test_of_many_notes_the_last_belong_to_it() -> None:
    score = Score(scale(10 * MAX_EVENTS))
    part = prompt_part(score)
    assert part.notes == score.notes[-MAX_EVENTS:]
    assert part.end_ticks == score.end_ticks
    end = score.end_ticks // BAR * BAR + BAR
    moved, span = prompt_at_zero(score, Span(end, end + BAR))
    assert 0 <= moved.notes[0].onset_ticks < BAR
    shift = end - span.begin
    assert shift % BAR == 0
    assert [n.onset_ticks + shift for n in moved.notes] == [n.onset_ticks for n in part.notes]


def test_a_note_that_sounds_for_hours_begins_where_the_part_does() -> None:
    score = Score((Note(0, PIANO, 60, 36 * LONG, 80),))
    assert prompt_part(score) == score
    moved, span = prompt_at_zero(score, Span(36 * LONG, 36 * LONG + BAR))
    assert moved.notes == (Note(0, PIANO, 60, LONG, 80),)
    assert span == Span(LONG, LONG + BAR)


def test_of_notes_piled_up_on_a_key_one_sounds_on() -> None:
    pile = tuple(Note(i, PIANO, 60, 3 * LONG + i, 1 + i % 100) for i in range(1000))
    last = Note(3 * LONG - 5, PIANO, 50, 3 * LONG, 80)
    part = prompt_part(Score((*pile, last)))
    assert part.notes == (Note(999, PIANO, 60, 3 * LONG + 999, 100), last)


def test_tempo_and_metre_are_those_of_the_part() -> None:
    tempos = tuple(TempoChange(tick, 60.0 + tick % 50) for tick in range(0, 4 * LONG, 12))
    metres = (MetreChange(0, 5, 8), MetreChange(5 * 24 * 7, 3, 4))
    score = Score((Note(4 * LONG - 5, PIANO, 60, 4 * LONG, 80),), tempos, metres)
    first = first_tick(score)
    moved, span = prompt_at_zero(score, Span(4 * LONG, 4 * LONG + BAR))
    shift = 4 * LONG - span.begin
    assert (shift - metres[1].tick) % 144 == 0
    assert shift <= first < shift + 144
    assert moved.metres == (MetreChange(0, 3, 4),)
    assert len(moved.tempos) <= MAX_EVENTS + 20


@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.integers(1, 400_000), st.integers(60, 63)), max_size=9
    ),
    st.integers(0, 2 * MAX_EVENTS),
)
def test_the_part_of_a_part_is_the_part(spans: list[tuple[int, int, int]], count: int) -> None:
    long = tuple(Note(on, PIANO, key, on + length, 80) for on, length, key in spans)
    changes = tuple(TempoChange(tick, 100.0 + tick % 7) for tick in range(0, 200, 3))
    score = Score(tuple(sorted((*long, *scale(count, 3)))), changes)
    part = prompt_part(score)
    assert prompt_part(part) == part
    span = Span(score.end_ticks, score.end_ticks + BAR)
    assert prompt_at_zero(part, span) == prompt_at_zero(score, span)
