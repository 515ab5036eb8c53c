"""The line through MIDI clocks as drivers deliver them, compared with a naive average."""

import json
import math
import random
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.sync.clock_line import MAX_CLOCK_NS, MIN_CLOCK_NS, SILENCE_NS, WINDOW, ClockLine
from bridge.sync.tempo import FREE_BPM, NS_PER_MINUTE, quarter_ns

GOLDEN = Path(__file__).parents[2] / "golden" / "clock"
PERIOD_NS = 5_333_333  # 256 frames at 48 kHz
MS = 1_000_000
BEAT = 24
SETTLED = 48  # clocks


def true_times(tempos: Sequence[float], begin_ns: int = 0) -> list[int]:
    """Return the times at which a host sends its clocks."""
    times, time_ns = [], float(begin_ns)
    for bpm in tempos:
        times.append(round(time_ns))
        time_ns += NS_PER_MINUTE / bpm / BEAT
    return times


def delivered(times: list[int], seed: int, late: float, period_ns: int) -> list[int]:
    """Return arrival times: about 1 ms later, some 20 ms more, in order, once in a period."""
    rng = random.Random(seed)
    arrivals: list[int] = []
    for time_ns in times:
        delay_ms = 1 + rng.expovariate(1 / 0.3)
        if rng.random() < late:
            delay_ms += rng.expovariate(1 / 20)
        arrival_ns = time_ns + round(delay_ms * MS)
        arrival_ns = -(-arrival_ns // period_ns) * period_ns
        arrivals.append(max([arrival_ns, *arrivals[-1:]]))
    return arrivals


def followed(arrivals: Sequence[int]) -> ClockLine:
    """Return the line through these clocks."""
    line = ClockLine()
    for arrival_ns in arrivals:
        line.add_clock(arrival_ns)
    return line


Guess = Callable[[Sequence[int]], list[tuple[float, float]]]


def ours(arrivals: Sequence[int]) -> list[tuple[float, float]]:
    """Return at each clock the estimated time of the clock a beat later, and a beat's length."""
    line, guesses = ClockLine(), []
    for arrival_ns in arrivals:
        line.add_clock(arrival_ns)
        guesses.append((float(line.ns_at(line.number + BEAT)), float(line.quarter_ns)))
    return guesses


def naive(arrivals: Sequence[int]) -> list[tuple[float, float]]:
    """Return the same from the mean of the last 24 intervals, added to the last clock."""
    guesses = []
    for index, arrival_ns in enumerate(arrivals):
        clocks = max(1, min(index, BEAT))
        beat_ns = BEAT * (arrival_ns - arrivals[index - min(index, BEAT)]) / clocks
        guesses.append((arrival_ns + beat_ns, beat_ns))
    return guesses


def phase_errors(guess: Guess, arrivals: list[int], times: list[int]) -> list[float]:
    """Return the errors of estimates a beat ahead, in ms around their median."""
    errors = [
        (guessed_ns - time_ns) / MS
        for (guessed_ns, _), time_ns in zip(guess(arrivals), times[BEAT:], strict=False)
    ][SETTLED:]
    middle = statistics.median(errors)
    return [abs(error - middle) for error in errors]


def p99(errors: list[float]) -> float:
    """Return the 99th percentile."""
    return sorted(errors)[math.ceil(0.99 * len(errors)) - 1]


def fitted(arrivals: list[int]) -> list[int]:
    """Return the times of all clocks of a steady host on a regression line, fitted afterwards."""
    slope, begin = statistics.linear_regression(range(len(arrivals)), arrivals)
    return [round(begin + slope * number) for number in range(len(arrivals))]


@pytest.mark.parametrize("bpm", [60, 97.5, 120, 174])
@pytest.mark.parametrize(
    "late, period_ns, ours_ms, naive_ms",
    [
        pytest.param(0.0, 1, 0.35, 2, id="USB"),
        pytest.param(0.05, 1, 0.35, 60, id="USB, 5 % late"),
        pytest.param(0.0, PERIOD_NS, 1, 5, id="driver"),
        pytest.param(0.05, PERIOD_NS, 1, 60, id="driver, 5 % late"),
        pytest.param(0.2, PERIOD_NS, 2, 100, id="driver, overloaded"),
    ],
)
def test_a_beat_ahead_is_predicted_to_a_millisecond(
    bpm: float, late: float, period_ns: int, ours_ms: float, naive_ms: float
) -> None:
    times = true_times([bpm] * 24 * 64)
    streams = [delivered(times, seed, late, period_ns) for seed in range(3)]
    errors = [error for stream in streams for error in phase_errors(ours, stream, times)]
    rival = [error for stream in streams for error in phase_errors(naive, stream, times)]
    assert p99(errors) <= ours_ms
    assert p99(rival) >= naive_ms, "the comparison says nothing"


def test_a_beat_ahead_of_a_real_host_is_predicted_to_a_millisecond() -> None:
    log = json.loads((GOLDEN / "ardour-through-rtmidi.json").read_text())
    arrivals = [time_ns for time_ns, data in log["events"] if data == [0xF8]]
    assert len(arrivals) > 400
    assert p99(phase_errors(ours, arrivals, fitted(arrivals))) <= 0.75
    assert p99(phase_errors(naive, arrivals, fitted(arrivals))) >= 7
    assert abs(NS_PER_MINUTE / followed(arrivals).quarter_ns - log["bpm"]) < 0.05


def test_a_step_of_the_tempo_is_followed_within_a_beat() -> None:
    times = true_times([120] * 24 * 8 + [126] * 24 * 8)
    settled = []
    for seed in range(9):
        guesses = ours(delivered(times, seed, 0.02, PERIOD_NS))[24 * 8 :]
        wrong = [abs(NS_PER_MINUTE / beat_ns - 126) >= 0.3 for _, beat_ns in guesses]
        settled.append(len(wrong) - wrong[::-1].index(True))
    assert statistics.median(settled) <= 26
    assert max(settled) <= 36


@pytest.mark.parametrize("bpm", [30, 60, 90, 180, 240])
def test_any_step_of_the_tempo_is_followed(bpm: float) -> None:
    times = true_times([120] * 100 + [bpm] * 60)
    line = followed(delivered(times, 1, 0, PERIOD_NS))
    assert abs(NS_PER_MINUTE / line.quarter_ns / bpm - 1) < 0.002
    assert line.number == 159, "a slower clock is no lost clock"


def test_a_ramp_of_the_tempo_is_followed() -> None:
    tempos = [100 + 40 * number / 1536 for number in range(1536)]
    times = true_times(tempos)
    for seed in range(3):
        arrivals = delivered(times, seed, 0.02, PERIOD_NS)
        for number, (guessed_ns, beat_ns) in list(enumerate(ours(arrivals)))[SETTLED:-BEAT]:
            assert abs(NS_PER_MINUTE / beat_ns - tempos[number]) < 2.5
            assert abs(guessed_ns - times[number + BEAT]) < 25 * MS
        assert p99(phase_errors(naive, arrivals, times)) > 25


def test_nothing_drifts_in_an_hour() -> None:
    times = true_times([20 + 1 / 3] * 20 * 24 * 60, begin_ns=10**18)
    line = ClockLine()
    for number, arrival_ns in enumerate(delivered(times, 1, 0.05, PERIOD_NS)):
        line.add_clock(arrival_ns)
        if number >= SETTLED:
            assert abs(line.ns_at(number) - times[number] - 4 * MS) < 2 * MS
    assert line.number == len(times) - 1


@given(st.floats(30, 300), st.integers(1, 200), st.integers(0, 10**18))
def test_perfect_clocks_lie_on_the_line(bpm: float, clocks: int, begin_ns: int) -> None:
    times = true_times([bpm] * clocks)
    line = followed([begin_ns + time_ns for time_ns in times])
    assert line.number == clocks - 1
    assert line.last_ns == begin_ns + times[-1]
    for number in range(max(0, clocks - WINDOW), clocks):
        assert abs(line.ns_at(number) - begin_ns - times[number]) <= 10
    if clocks > 1:
        assert line.quarter_ns == pytest.approx(quarter_ns(bpm), abs=100)


@given(st.lists(st.integers(-10 * MS, 300 * MS) | st.integers(-(10**18), 10**18), max_size=150))
def test_any_intervals_are_accepted(intervals: list[int]) -> None:
    line, now_ns = ClockLine(), 0
    for interval_ns in intervals:
        now_ns += interval_ns
        before = line.number
        line.add_clock(now_ns)
        assert line.number >= before
        assert MIN_CLOCK_NS * BEAT - 1 <= line.quarter_ns <= MAX_CLOCK_NS * BEAT + 1


@pytest.mark.parametrize("clocks, worst", [(2, 0.27), (3, 0.13), (12, 0.03), (24, 0.005)])
def test_few_clocks_give_a_tempo(clocks: int, worst: float) -> None:
    for seed in range(60):
        rng = random.Random(seed)
        bpm = rng.choice((60, 97.5, 120, 174))
        times = true_times([bpm] * clocks, begin_ns=rng.randrange(10**9))
        line = followed(delivered(times, seed, 0, 1))
        assert abs(line.quarter_ns / quarter_ns(bpm) - 1) < worst
        periods = followed([-(-time_ns // PERIOD_NS) * PERIOD_NS for time_ns in times])
        assert abs(periods.quarter_ns / quarter_ns(bpm) - 1) < worst
        if clocks == BEAT:
            beat_ahead_ns = times[-1] + quarter_ns(bpm) + PERIOD_NS // 2
            assert abs(periods.ns_at(periods.number + BEAT) - beat_ahead_ns) < 5 * MS
        exact = followed(times)
        assert abs(exact.quarter_ns - quarter_ns(bpm)) < 100


def test_before_the_second_clock_it_is_120_bpm() -> None:
    line = ClockLine()
    assert (line.number, line.last_ns, line.quarter_ns) == (-1, None, quarter_ns(FREE_BPM))
    line.add_clock(5)
    assert (line.number, line.last_ns, line.quarter_ns) == (0, 5, quarter_ns(FREE_BPM))
    assert line.ns_at(0) == 5
    assert line.ns_at(24) == 5 + quarter_ns(FREE_BPM)


@pytest.mark.parametrize("late", [0, 0.05])
@pytest.mark.parametrize("lost", [1, 2, 7, 30])
@pytest.mark.parametrize("period_ns", [1, PERIOD_NS])
def test_lost_clocks_are_counted(lost: int, period_ns: int, late: float) -> None:
    times = true_times([120] * 300)
    arrivals = delivered(times, lost, late, period_ns)
    line = followed(arrivals[:100])
    for number in range(100 + lost, 300):
        line.add_clock(arrivals[number])
        # The line does not move, even before the loss is detected.
        assert abs(line.ns_at(number + BEAT) - line.ns_at(number) - 500 * MS) < 3 * MS
        assert abs(line.ns_at(200) - times[200] - 3 * MS) < 5 * MS
    assert line.number == 299


@pytest.mark.parametrize("stall_ms", [30, 100, 400, 900])
@pytest.mark.parametrize("period_ns", [1, PERIOD_NS])
def test_delayed_clocks_are_counted_when_they_come(stall_ms: int, period_ns: int) -> None:
    times = true_times([120] * 300)
    arrivals = delivered(times, 1, 0, period_ns)
    end_ns = arrivals[100] + stall_ms * MS
    line = ClockLine()
    for number, arrival_ns in enumerate(arrivals):
        line.add_clock(max(arrival_ns, end_ns) if number >= 100 else arrival_ns)
        assert line.number == number
        if number >= 60:
            assert abs(line.ns_at(number + BEAT) - times[number] - 503 * MS) < 5 * MS


def test_a_clock_sent_twice_is_one() -> None:
    line = ClockLine()
    for number, arrival_ns in enumerate(delivered(true_times([120] * 100), 1, 0, PERIOD_NS)):
        line.add_clock(arrival_ns)
        if number % 10 == 5 and number > 20:
            line.add_clock(arrival_ns + MS)
        assert line.number == number


def test_a_paused_host_is_followed_again() -> None:
    times = true_times([120] * 200)
    later = [
        time_ns + 218 * MS if number >= 100 else time_ns for number, time_ns in enumerate(times)
    ]
    line = followed(delivered(later, 1, 0, PERIOD_NS)[:130])
    assert line.number == 129, "it stood still, and so did the song"
    assert abs(line.ns_at(150) - later[150] - 4 * MS) < 5 * MS


def test_a_new_run_keeps_the_tempo_and_drops_the_beat() -> None:
    arrivals = delivered(true_times([97.5] * 100), 1, 0, PERIOD_NS)
    line = followed(arrivals)
    tempo_ns = line.quarter_ns
    for _ in range(2):  # twice, with a single clock between: that does not weaken the tempo
        line.start_run()
        line.start_run()
        line.add_clock(arrivals[-1] + 3 * MS)
        assert line.quarter_ns == tempo_ns
        assert line.ns_at(line.number) == arrivals[-1] + 3 * MS
    line.add_clock(arrivals[-1] + 30 * MS)
    assert abs(line.quarter_ns / tempo_ns - 1) < 0.005
    assert line.number == 102


@pytest.mark.parametrize("bpm", [60, 90, 110, 124, 180])
def test_a_tempo_changed_in_a_pause_is_noticed(bpm: float) -> None:
    line = followed(delivered(true_times([120] * 100), 1, 0, PERIOD_NS))
    for arrival_ns in delivered(true_times([bpm] * 30, 3 * SILENCE_NS), 1, 0, PERIOD_NS):
        line.add_clock(arrival_ns)
    assert abs(NS_PER_MINUTE / line.quarter_ns / bpm - 1) < 0.01
