"""A host's positions as timelines: noise is averaged, jumps break the transport."""

from dataclasses import replace
from math import inf, nan
from random import Random
from statistics import pstdev
from typing import Any

import pytest

from bridge.sync.host import TIMEOUT_NS, HostPosition, HostTracker, position_of_beats
from bridge.sync.transport import Source, Transport

SECOND = 1_000_000_000
PERIOD_NS = 256 * SECOND // 48_000


class Host:
    """A host that plays at a tempo and reports positions as a real one: rounded and noisy."""

    def __init__(self, bpm: float = 97.5, seed: int = 0) -> None:
        self.rng, self.bpm = Random(seed), bpm
        self.now_ns, self.quarters, self.playing = 5 * SECOND, 0.0, True
        self.follower = HostTracker(Source.JACK)

    def say(self) -> None:
        """Report the position."""
        rounded = int(self.quarters * 1920) / 1920
        read_ns = self.now_ns + self.rng.randrange(-20_000, 20_000)
        bar = int(self.quarters // 4)
        said = HostPosition(read_ns, self.playing, rounded, self.bpm, bar, 4.0 * bar)
        self.follower.observe(said)

    def line(self) -> Transport:
        """Return the transport of its tracker."""
        line = self.follower.transport(self.now_ns)
        assert line is not None
        return line

    def pass_periods(self, count: int) -> Transport:
        """Advance by periods, with a report in each."""
        for _ in range(count):
            self.now_ns += PERIOD_NS
            if self.playing:
                self.quarters += PERIOD_NS * self.bpm / 60 / SECOND
            self.say()
        return self.line()

    def miss_ns(self, line: Transport) -> float:
        """Return the error of a transport at the host's position."""
        return line.ns_at(0) - (self.now_ns - self.quarters * 60 * SECOND / self.bpm)


@pytest.mark.parametrize("bpm", [60, 97.5, 174])
def test_rounding_and_late_readings_are_averaged_out(bpm: float) -> None:
    host = Host(bpm)
    host.pass_periods(300)
    misses = [host.miss_ns(host.pass_periods(1)) for _ in range(1000)]
    assert pstdev(misses) < 0.2 * 60 * SECOND / bpm / 1920  # of the rounding of a single position
    assert host.line().epoch == 1


def test_a_silent_host_is_absent() -> None:
    follower = HostTracker(Source.JACK)
    assert follower.transport(0) is None
    follower.observe(HostPosition(SECOND, playing=True, quarters=0, bpm=120))
    assert follower.transport(SECOND + TIMEOUT_NS) is not None
    assert follower.transport(SECOND + TIMEOUT_NS + 1) is None


def test_stop_start_jump_and_loop_each_break_the_transport_once() -> None:
    host = Host()
    epochs = [host.pass_periods(50).epoch]
    host.playing = False
    epochs.append(host.pass_periods(50).epoch)
    host.quarters = 32.0  # moving a stopped host does not matter
    epochs.append(host.pass_periods(50).epoch)
    host.playing = True
    epochs.append(host.pass_periods(50).epoch)
    host.quarters = 16.0
    epochs.append(host.pass_periods(50).epoch)
    assert epochs == [1, 2, 2, 3, 4]
    assert abs(host.miss_ns(host.pass_periods(100))) < 300_000


def test_a_tempo_change_moves_the_transport_and_does_not_break_it() -> None:
    host = Host(100)
    before = host.pass_periods(100)
    for _ in range(200):
        host.bpm += 0.1
        host.pass_periods(1)
    line = host.pass_periods(100)
    assert line.epoch == before.epoch
    assert line.bpm == pytest.approx(120, abs=0.01)
    assert abs(host.miss_ns(line)) < 1_000_000


def test_the_jump_count_of_a_host_is_used() -> None:
    follower = HostTracker(Source.PLUGIN)
    position = HostPosition(SECOND, playing=True, quarters=0, bpm=120, epoch=7)
    epochs = []
    for epoch, quarters in ((7, 0.0), (7, 0.04), (8, 0.05), (8, 0.06)):
        follower.observe(replace(position, epoch=epoch, quarters=quarters))
        line = follower.transport(SECOND)
        assert line is not None
        epochs.append(line.epoch)
    assert epochs == [1, 1, 2, 2]


def test_bars_are_the_hosts_and_may_be_negative() -> None:
    follower = HostTracker(Source.PLUGIN)
    follower.observe(
        HostPosition(
            SECOND,
            playing=True,
            quarters=-0.0104,
            bpm=120,
            bar=-1,
            bar_quarters=-3.0,
            numerator=3,
        )
    )
    line = follower.transport(SECOND)
    assert line is not None
    assert line.beat_of(line.last_tick_at(SECOND)) == (0, 3)
    assert line.beat_of(line.tick_at(SECOND + 6_000_000)) == (1, 1)


VALID: dict[str, Any] = {
    "time_ns": SECOND,
    "playing": True,
    "quarters": 9.5,
    "bpm": 120.0,
    "bar": 2,
    "bar_quarters": 8.0,
    "numerator": 4,
    "denominator": 4,
    "epoch": 3,
}


def test_a_valid_report_is_a_position() -> None:
    assert HostPosition.checked(SECOND, **VALID) == HostPosition(**VALID)


@pytest.mark.parametrize(
    "name,value",
    [
        *((name, bad) for name in VALID.keys() - {"playing", "epoch"} for bad in (nan, inf, -inf)),
        *(("bpm", bad) for bad in (0, 1e-300, 0.99, 999.1, 1e308, -120)),
        *((name, bad) for name in ("quarters", "bar_quarters") for bad in (1e18, -1.1e9, 1e308)),
        *(("denominator", bad) for bad in (0, 3, 5, 12, 128, 192, 255, 1e9, -4, 0.5, 2**31)),
        *(("numerator", bad) for bad in (0, -4, 0.5, 256, 1e9, 2**31)),
        *(("bar", bad) for bad in (2**31, -(2**31), 1e300)),
        *(
            ("time_ns", bad)
            for bad in (0, -1, 3 * SECOND, SECOND + TIMEOUT_NS + 1, 2**63, -(2**63))
        ),
    ],
)
def test_a_report_with_a_value_out_of_range_is_none(name: str, value: float) -> None:
    now_ns = SECOND if name != "time_ns" else SECOND + (value <= 0) * 2
    assert HostPosition.checked(now_ns, **{**VALID, name: value}) is None


BEATS: dict[str, Any] = {
    "playing": True,
    "bar": 3,
    "beat": 4,
    "tick": 960,
    "ticks_per_beat": 1920.0,
    "beats_per_bar": 6.0,
    "beat_type": 8.0,
    "beats_per_minute": 180.0,
}


def test_beats_are_those_of_the_metre() -> None:
    said = position_of_beats(SECOND, **BEATS)
    assert said == HostPosition(SECOND, True, 7.75, 90.0, 2, 6.0, 6, 8)  # noqa: FBT003


@pytest.mark.parametrize("name", sorted(BEATS.keys() - {"playing", "bar", "beat", "tick"}))
@pytest.mark.parametrize("value", [0.0, -1.0, nan, inf, 1e-320, 1e308])
def test_beats_of_no_length_are_no_position(name: str, value: float) -> None:
    said = position_of_beats(SECOND, **{**BEATS, name: value})
    # Ticks of an endless beat are all at its beginning.
    assert (said is None) is not (name == "ticks_per_beat" and value > 1)


def test_a_jump_of_a_host_that_counts_its_jumps_breaks_the_transport_all_the_same() -> None:
    follower = HostTracker(Source.PLUGIN)
    epochs = []
    for quarters in (0.0, 1e8, -1e8):
        follower.observe(HostPosition(SECOND, playing=True, quarters=quarters, bpm=120, epoch=7))
        line = follower.transport(SECOND)
        assert line is not None
        epochs.append(line.epoch)
    assert epochs == [1, 2, 3]
