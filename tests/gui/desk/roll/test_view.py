"""The view of a roll: times, pitches, zoom, scroll, grid lines."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.messages.snapshot import RollNote
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange
from bridge.sync.transport import Source, Transport
from bridge.system.units import SECOND
from gui.desk.roll.view import MIN_PITCHES, PLAYHEAD, GridLine, View, grid_lines, pitch_range

VIEW = View(width=1000, height=430, left_ns=100 * SECOND)
HOST = Transport(Source.JACK, time_ns=100 * SECOND)  # 4/4 at 120


def note(pitch: int) -> RollNote:
    return RollNote(Instrument.PIANO, pitch, 80, 0, SECOND)


@given(st.integers(-(10**12), 10**12), st.integers(16, 42))
def test_x_at_and_ns_at_are_inverse(time_ns: int, step: int) -> None:
    view = View(1000, 430, 0, step)
    assert abs(view.ns_at(view.x_at(time_ns)) - time_ns) <= 1 + abs(time_ns) // 10**12


def test_the_present_is_at_the_playhead() -> None:
    view = VIEW.with_playhead_at(500 * SECOND)
    assert view.x_at(500 * SECOND) == pytest.approx(1000 * PLAYHEAD, abs=0.01)


def test_pitch_rises_upwards_a_row_each() -> None:
    assert VIEW.row_height == 10
    assert VIEW.y_at(VIEW.highest) == 0
    assert VIEW.y_at(VIEW.lowest) == 420
    assert [VIEW.pitch_at(y) for y in (0, 9.9, 10, 429)] == [84, 84, 83, 42]


@given(st.integers(-30, 30), st.floats(0, 1000))
def test_zooming_keeps_the_time_at_x(steps: int, x: float) -> None:
    zoomed = VIEW.zoomed(steps, x)
    assert zoomed.x_at(VIEW.ns_at(x)) == pytest.approx(x, abs=0.01)
    assert 9 < zoomed.px_per_second < 360


def test_scrolling_is_in_pixels() -> None:
    assert VIEW.scrolled(76).x_at(VIEW.ns_at(76)) == pytest.approx(0, abs=0.01)


@given(st.lists(st.integers(0, 127)))
def test_the_pitch_range_has_every_note_and_three_octaves(pitches: list[int]) -> None:
    low, high = pitch_range([note(pitch) for pitch in pitches])
    assert all(low <= pitch <= high for pitch in pitches)
    assert high - low + 1 >= MIN_PITCHES
    assert (low, high) == pitch_range([note(pitch) for pitch in pitches], (low, high))


def test_a_pitch_range_that_has_all_notes_stays() -> None:
    assert pitch_range([note(60)], (20, 110)) == (20, 110)
    assert pitch_range([note(111)], (20, 110)) != (20, 110)


def test_without_a_transport_lines_are_seconds() -> None:
    view = View(200, 430, 100 * SECOND + 1)
    lines = list(grid_lines(view, ()))
    assert [line.time_ns for line in lines] == [101 * SECOND, 102 * SECOND]
    assert not any(line.is_bar for line in lines)
    free = [(0, Transport())]
    assert list(grid_lines(view, free)) == lines


def test_with_a_transport_lines_are_beats_and_numbered_bars() -> None:
    view = View(320, 430, 100 * SECOND - 1)
    lines = [line for line in grid_lines(view, ((0, HOST),)) if line.time_ns <= 102 * SECOND]
    half = SECOND // 2
    assert lines == [
        GridLine(100 * SECOND, is_bar=True, bar=1),
        *(GridLine(100 * SECOND + n * half, is_bar=False) for n in (1, 2, 3)),
        GridLine(102 * SECOND, is_bar=True, bar=2),
    ]


def test_zoomed_out_there_are_fewer_lines_and_numbers() -> None:
    for width in (1000, 2560):
        for step in (16, 24, 31, 42):
            view = View(width, 430, 100 * SECOND, step)
            lines = list(grid_lines(view, ((0, HOST),)))
            xs = sorted(view.x_at(line.time_ns) for line in lines)
            assert len(xs) > 5
            assert all(b - a >= 7.5 for a, b in pairwise(xs))
            numbered = [view.x_at(line.time_ns) for line in lines if line.bar is not None]
            assert all(b - a >= 45 for a, b in pairwise(numbered))


def test_each_epoch_has_its_own_lines() -> None:
    waltz = Transport(Source.JACK, epoch=1, time_ns=104 * SECOND, metre=MetreChange(0, 3, 4), bar=8)
    epochs = ((100 * SECOND, HOST), (103 * SECOND, Transport()), (104 * SECOND, waltz))
    view = View(760, 430, 99 * SECOND)
    lines = list(grid_lines(view, epochs))
    bars = [(line.time_ns / SECOND, line.bar) for line in lines if line.is_bar]
    assert bars == [(100, 1), (102, 2), (104, 9), (105.5, 10), (107, 11), (108.5, 12)]
    assert GridLine(103 * SECOND, is_bar=False) in lines  # a second of free time
    assert GridLine(99 * SECOND, is_bar=False) in lines
