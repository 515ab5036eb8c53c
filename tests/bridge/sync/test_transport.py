"""The transport: conversions, bars and beats, and the distance of two transports."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.midi.notes import TICKS_PER_QUARTER, MetreChange
from bridge.sync.tempo import quarter_ns
from bridge.sync.transport import NANOSECONDS, Source, Transport

SECOND = 1_000_000_000
WALTZ = Transport(Source.JACK, metre=MetreChange(-144, 3, 4), bar=0)

lines = st.builds(
    Transport,
    time_ns=st.integers(0, 10**15),
    tick=st.integers(-(10**6), 10**6),
    quarter_ns=st.floats(20, 300).map(quarter_ns),
)


@given(lines, st.integers(-(10**6), 10**6))
def test_ticks_and_times_convert_both_ways(line: Transport, tick: int) -> None:
    assert line.tick_at(line.ns_at(tick)) == tick
    assert line.last_tick_at(line.ns_at(tick)) == tick
    assert line.last_tick_at(line.ns_at(tick) - 1) == tick - 1


@given(lines)
def test_no_error_adds_up(line: Transport) -> None:
    hour = line.ns_at(line.tick + 7200 * TICKS_PER_QUARTER)
    assert hour - line.time_ns == 7200 * line.quarter_ns


def test_at_120_bpm_a_beat_is_half_a_second() -> None:
    line = Transport(time_ns=SECOND)
    assert (line.ns_at(48), line.bpm, line.ticks_in(SECOND)) == (SECOND * 3 // 2, 120.0, 96)


@pytest.mark.parametrize(
    "tick,beat",
    [(-144, (1, 1)), (-97, (1, 1)), (-96, (1, 2)), (0, (2, 1)), (143, (2, 3)), (-145, (0, 3))],
)
def test_bars_and_beats_are_counted_from_1_as_musicians_do(
    tick: int, beat: tuple[int, int]
) -> None:
    assert WALTZ.beat_of(tick) == beat


def test_the_beat_is_the_metres() -> None:
    jig = Transport(Source.JACK, metre=MetreChange(0, 6, 8))
    assert [jig.beat_of(tick)[1] for tick in (0, 24, 48, 143)] == [1, 2, 3, 6]


def test_bar_lines_are_found_by_number_and_by_tick() -> None:
    assert WALTZ.bar_line(1) == 0
    assert [WALTZ.next_grid_line(tick, 144) for tick in (-144, -143, 0, 1)] == [-144, 0, 0, 144]
    assert [WALTZ.next_grid_line(tick, 48) for tick in (0, 1, 48, 97)] == [0, 48, 48, 144]


def test_steps_are_counted_from_each_bar_line() -> None:
    odd = Transport(Source.JACK, metre=MetreChange(0, 7, 8))  # 168 ticks: three beats and a half
    assert [odd.next_grid_line(tick, 48) for tick in (144, 145, 168, 169)] == [144, 168, 168, 216]


def test_only_free_playing_has_no_bars() -> None:
    assert [source for source in Source if not Transport(source).has_bars] == [Source.FREE]
    assert [source for source in Source if not source.is_external] == [Source.OWN, Source.FREE]


def test_the_distance_of_transports_includes_the_next_beat() -> None:
    line = Transport()
    assert line.distance_ns(line) == 0
    assert line.distance_ns(line.shifted(-700)) == 700
    assert line.distance_ns(replace(line, quarter_ns=line.quarter_ns + 900)) == 900
    later = replace(line, time_ns=SECOND, tick=96)  # the same transport, described at another tick
    assert line.distance_ns(later) == 0


def test_a_tick_of_the_nanosecond_transport_is_a_nanosecond() -> None:
    assert (NANOSECONDS.ns_at(12345), NANOSECONDS.tick_at(12345)) == (12345, 12345)
