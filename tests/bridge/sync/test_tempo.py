"""Ticks to nanoseconds and back, and bars."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.midi.notes import MetreChange, TempoChange
from bridge.sync.tempo import MetreMap, TempoMap

SECOND = 1_000_000_000


def test_in_free_playing_a_second_is_96_ticks() -> None:
    assert TempoMap().ns_at(96) == SECOND
    assert TempoMap(start_ns=5).ns_at(0) == 5


def test_each_tempo_holds_from_its_tick_on() -> None:
    tempo = TempoMap([TempoChange(0, 60.0), TempoChange(48, 120.0), TempoChange(96, 30.0)])
    at = [tempo.ns_at(tick) for tick in (0, 48, 96, 144)]
    assert at == [0, SECOND, SECOND * 3 // 2, SECOND * 7 // 2]
    assert (tempo.bpm_at(47), tempo.bpm_at(48)) == (60.0, 120.0)


def test_before_the_first_change_the_first_tempo_holds() -> None:
    assert TempoMap([TempoChange(48, 60.0)]).ns_at(48) == SECOND
    assert TempoMap([TempoChange(0, 60.0)]).ns_at(-48) == -SECOND


@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.floats(20, 300)), max_size=8),
    st.integers(-1000, 20_000),
)
def test_a_tick_converts_to_a_time_and_back(changes: list[tuple[int, float]], tick: int) -> None:
    tempo = TempoMap([TempoChange(at, bpm) for at, bpm in changes], start_ns=12345)
    assert tempo.tick_at(tempo.ns_at(tick)) == tick


@given(st.lists(st.tuples(st.integers(0, 9999), st.floats(20, 300)), max_size=8))
def test_time_does_not_run_backwards(changes: list[tuple[int, float]]) -> None:
    tempo = TempoMap([TempoChange(at, bpm) for at, bpm in changes])
    times = [tempo.ns_at(tick) for tick in range(0, 12_000, 37)]
    assert times == sorted(set(times))


@pytest.mark.parametrize(
    "tick,bar,position", [(0, 0, 0), (191, 0, 191), (192, 1, 0), (-1, -1, 191)]
)
def test_without_a_metre_bars_are_in_four(tick: int, bar: int, position: int) -> None:
    at = MetreMap().position_at(tick)
    assert (at.bar, at.position_ticks, at.bar_ticks) == (bar, position, 192)


def test_a_change_of_metre_begins_a_bar() -> None:
    # Two bars of 3/4, then 6/8; the second 3/4 bar is cut short by the change.
    metres = MetreMap([MetreChange(0, 3, 4), MetreChange(240, 6, 8)])
    assert [metres.position_at(tick).bar for tick in (0, 143, 144, 239, 240, 383, 384)] == [
        *(0, 0, 1, 1, 2, 2, 3)
    ]
    assert metres.next_bar_line(150) == 240
    assert metres.next_bar_line(240) == 240
    assert metres.next_bar_line(241) == 384


def test_bars_are_counted_through_changes_of_metre() -> None:
    metres = MetreMap([MetreChange(0, 4, 4), MetreChange(384, 3, 4), MetreChange(672, 2, 4)])
    assert [metres.bar_line_after(192, bars) for bars in range(5)] == [192, 384, 528, 672, 768]
    assert metres.bar_line_after(200, 1) == 384
    assert [metres.bar_line_before(tick) for tick in (0, 383, 384, 671)] == [0, 192, 384, 528]
