"""The layout of a take in ticks, and its notes in the seconds of the large roll."""

import pytest

from bridge.midi.notes import Note, Score
from bridge.system.units import SECOND
from gui.desk.takes.take_layout import MIN_PITCHES, TakeLayout
from tests.gui.desk.takes.examples import BAR, MINUET, NOTES, SPAN

BEAT = BAR // 3


def layout(
    width: float = 300, notes: tuple[Note, ...] = NOTES, score: Score = MINUET
) -> TakeLayout:
    return TakeLayout(score, SPAN, notes, width, 100)


def test_the_span_fills_the_width() -> None:
    assert layout().x_at(SPAN.begin) == 0
    assert layout().x_at(SPAN.end) == 300


def test_bars_have_lines_and_beats_where_there_is_room() -> None:
    wide = list(layout(300).grid_lines())
    assert [tick for tick, _ in wide] == list(range(SPAN.begin, SPAN.end + 1, BEAT))
    bars = [(tick, True) for tick in range(SPAN.begin, SPAN.end + 1, BAR)]
    assert [line for line in wide if line[1]] == bars
    assert list(layout(30).grid_lines()) == bars


def test_free_time_has_no_lines() -> None:
    assert list(layout(score=Score(MINUET.notes, grid=False)).grid_lines()) == []


@pytest.mark.parametrize("notes", [(), NOTES])
def test_few_pitches_get_more_room(notes: tuple[Note, ...]) -> None:
    view = layout(notes=notes).view()
    assert view.highest - view.lowest + 1 >= MIN_PITCHES
    assert all(view.lowest < note.pitch < view.highest for note in notes)


def test_notes_are_painted_where_they_are_laid_out() -> None:
    second_px = layout().view().px_per_second
    for note, painted in zip(NOTES, layout().roll_notes(), strict=True):
        for tick, time_ns in (
            (note.onset_ticks, painted.onset_ns),
            (note.release_ticks, painted.release_ns),
        ):
            assert time_ns is not None
            assert time_ns / SECOND * second_px == pytest.approx(layout().x_at(tick), abs=0.01)
        assert (painted.pitch, painted.velocity) == (note.pitch, note.velocity)
