"""The pulse of music in free time."""

import numpy as np
import pytest

from model.decoding.heard.pulse import HeardPulse, PulseLog


def heard(ticks: list[int]) -> HeardPulse:
    log = PulseLog()
    for tick in ticks:
        log.note_on(tick)
    pulse = log.heard(ticks[-1] + 1)
    assert pulse is not None
    return pulse


def performance(period: float, beats: int, places: tuple[float, ...]) -> list[int]:
    """Return onsets at places of each period, each up to a tick early or late."""
    rng = np.random.default_rng(4)
    exact = [period * (beat + place) for beat in range(beats) for place in places]
    return sorted({max(0, round(tick + rng.uniform(-1, 1))) for tick in exact})


@pytest.mark.parametrize("period", [31.3, 44.2, 57.6])
def test_period_and_phase_hold_for_sixteen_seconds(period: float) -> None:
    pulse = heard(performance(period, 30, (0, 0.5)))
    beats = np.round(period * np.arange(30, 60)).astype(np.int64)
    between = np.round(period * (np.arange(30, 60) + 0.25)).astype(np.int64)
    assert pulse.nats(beats).min() > 0.5
    assert pulse.nats(between).max() < -1


def test_swing_has_its_peaks_at_thirds() -> None:
    pulse = heard(performance(48, 30, (0, 2 / 3)))
    third, half, beat = pulse.nats(np.array([48 * 40 + 32, 48 * 40 + 24, 48 * 40]))
    assert min(third, beat) > half + 2


def test_onsets_without_a_pulse_lead_to_little_expectation() -> None:
    rng = np.random.default_rng(0)
    pulses = [heard(sorted(rng.choice(1500, 120, replace=False).tolist())) for _ in range(8)]
    regular = heard(performance(48, 30, (0, 0.5)))
    ticks = np.arange(2000, 2048)
    assert np.mean([pulse.nats(ticks).std() for pulse in pulses]) < 0.3 * regular.nats(ticks).std()


def test_later_onsets_count_more() -> None:
    before = performance(40, 20, (0,))
    after = [before[-1] + 60 + tick for tick in performance(60, 40, (0,))]
    assert heard(before + after).period == pytest.approx(60, abs=0.5)


def test_only_the_onsets_before_a_tick_are_heard() -> None:
    log = PulseLog()
    for tick in range(0, 960, 48):
        log.note_on(tick)
    assert log.heard(48 * 7 + 1) is not None
    assert log.heard(48 * 7) is None


def test_a_copy_is_independent() -> None:
    log = PulseLog()
    for tick in range(0, 48 * 7, 48):
        log.note_on(tick)
    other = log.copy()
    log.note_on(48 * 7)
    assert other.heard(10_000) is None
    assert log.heard(10_000) is not None
