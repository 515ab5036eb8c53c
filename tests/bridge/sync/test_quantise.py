"""Quantising: examples, and properties of every note."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.midi.notes import MetreChange
from bridge.setting import SettingError
from bridge.sync.quantise import GridStep, Quantise
from bridge.sync.transport import Source, Transport

HOST = Transport(Source.JACK, metre=MetreChange(0, 4, 4))


@pytest.mark.parametrize(
    "quantise,ticks,drawn",
    [
        (Quantise(), [1, 5, 95], [1, 5, 95]),
        (Quantise(GridStep.SIXTEENTH), [5, 7, 12, 190], [0, 12, 12, 192]),
        (Quantise(GridStep.EIGHTH), [11, 13, 40, 181], [0, 24, 48, 192]),
        (Quantise(GridStep.TRIPLET), [7, 9, 30], [0, 16, 32]),
        (Quantise(GridStep.SIXTEENTH, strength=0.5), [4, 8, 16], [2, 10, 14]),
        (Quantise(GridStep.SIXTEENTH, strength=0.0), [5, 7], [5, 7]),
        # Swing: the second eighth of each pair is at two thirds of a quarter note.
        (Quantise(GridStep.EIGHTH, swing=2 / 3), [20, 30, 45, 70], [32, 32, 48, 80]),
        (Quantise(GridStep.SIXTEENTH, swing=2 / 3), [14, 26, 40], [16, 24, 40]),
    ],
)
def test_notes_move_to_grid_lines(quantise: Quantise, ticks: list[int], drawn: list[int]) -> None:
    assert [quantise.quantised_tick(tick, HOST) for tick in ticks] == drawn


def test_lines_are_counted_from_the_bar_line() -> None:
    odd = Transport(Source.JACK, metre=MetreChange(100, 7, 16))  # a bar of 84 ticks
    assert [
        Quantise(GridStep.EIGHTH).quantised_tick(tick, odd) for tick in (99, 125, 180, 186)
    ] == [
        100,
        124,
        184,
        184,
    ]


def test_in_free_playing_notes_do_not_move() -> None:
    assert Quantise(GridStep.EIGHTH).quantised_tick(11, Transport()) == 11


@given(
    st.integers(-2000, 2000),
    st.sampled_from(list(GridStep)[1:]),
    st.floats(0, 1),
    st.floats(0.5, 0.75),
    st.sampled_from([(4, 4), (3, 4), (6, 8), (7, 16)]),
)
def test_a_note_moves_towards_a_line_and_never_by_more_than_a_step(
    tick: int, step: GridStep, strength: float, swing: float, metre: tuple[int, int]
) -> None:
    line = Transport(Source.JACK, metre=MetreChange(0, *metre))
    whole = Quantise(step, 1.0, swing).quantised_tick(tick, line)
    part = Quantise(step, strength, swing).quantised_tick(tick, line)
    assert abs(whole - tick) <= step.ticks
    assert min(tick, whole) <= part <= max(tick, whole)
    assert abs(whole - tick) <= Quantise(step, strength, swing).max_shift_ticks(line)
    if step is GridStep.TRIPLET or swing == 0.5:
        assert Quantise(step).quantised_tick(whole, line) == whole  # once is enough


@pytest.mark.parametrize(
    "name,value", [("strength", 1.1), ("strength", -0.1), ("swing", 0.4), ("swing", 0.76)]
)
def test_values_out_of_range_are_refused(name: str, value: float) -> None:
    with pytest.raises(SettingError) as refused:
        Quantise(GridStep.EIGHTH, **{name: value})
    assert (refused.value.setting.name, refused.value.value) == (name, value)


@pytest.mark.parametrize(
    "tick,within,drawn",
    [
        (26, range(26, 96), 48),  # the nearest line is before the turn, which begins at 26
        (26, range(24, 96), 24),
        (94, range(96), 72),  # nor does it move to the line at which the turn ends
        (26, range(25, 47), 26),  # a turn without a line
    ],
)
def test_a_note_does_not_move_out_of_its_turn(tick: int, within: range, drawn: int) -> None:
    assert Quantise(GridStep.EIGHTH).quantised_tick(tick, HOST, within) == drawn


@pytest.mark.parametrize(
    "quantise,reach",
    [
        (Quantise(), 0),
        (Quantise(GridStep.SIXTEENTH), 6),
        (Quantise(GridStep.EIGHTH, swing=2 / 3), 16),
        (Quantise(GridStep.TRIPLET, swing=0.7), 8),
    ],
)
def test_the_greatest_shift_is_half_the_widest_gap(quantise: Quantise, reach: int) -> None:
    assert quantise.max_shift_ticks(HOST) == reach
    assert quantise.max_shift_ticks(Transport()) == 0
