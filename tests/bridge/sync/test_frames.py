"""The relation between JACK's frames and our nanoseconds."""

import random
import statistics

import pytest

from bridge.sync.frames import RESYNC_NS, FrameClock

RATE_HZ = 48_000
PERIOD = 256


def run(drift: float, noise_ns: int, periods: int, first: int = 0) -> list[int]:
    """Simulate a drifting card, read both clocks with noise, and return the errors in ns."""
    rng = random.Random(1)
    clock = FrameClock(RATE_HZ, first, 0)
    errors = []
    for period in range(1, periods):
        true_ns = round(period * PERIOD * 1e9 / RATE_HZ * (1 + drift))
        frame = (first + period * PERIOD) % 2**32
        clock.observe(frame, true_ns + rng.randint(-noise_ns, noise_ns))
        errors.append(clock.ns_of(frame) - true_ns)
    return errors


@pytest.mark.parametrize("drift", [0.0, 100e-6, -100e-6])
def test_the_line_follows_a_drifting_card_closer_than_two_frames(drift: float) -> None:
    settled = run(drift, noise_ns=10_000, periods=5000)[1000:]
    assert abs(statistics.mean(settled)) < 2 * 1e9 / RATE_HZ
    assert statistics.pstdev(settled) < 2_000


def test_a_bad_first_reading_is_soon_corrected() -> None:
    clock = FrameClock(RATE_HZ, 0, 900_000)
    for period in range(1, 30):
        clock.observe(period * PERIOD, period * PERIOD * 10**9 // RATE_HZ)
    assert abs(clock.ns_of(0)) < 50_000


def test_a_jump_of_the_server_is_followed_at_once() -> None:
    clock = FrameClock(RATE_HZ, 0, 0)
    clock.observe(PERIOD, 5_333_333)
    clock.observe(2 * PERIOD, 10_666_666 + 50 * RESYNC_NS)
    assert clock.ns_of(2 * PERIOD) == 10_666_666 + 50 * RESYNC_NS


def test_the_counter_may_wrap() -> None:
    first = 2**32 - 10 * PERIOD
    assert run(0.0, 0, 100, first) == run(0.0, 0, 100)


def test_a_frame_converts_to_a_time_and_back() -> None:
    clock = FrameClock(44_100, 1000, 123_456_789)
    begin_ns = clock.ns_of(1000)
    for frame in range(1000, 3000):
        assert clock.frames_between(begin_ns, clock.ns_of(frame)) == frame - 1000
