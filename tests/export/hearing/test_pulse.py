"""The beat of onsets: its tempo, where bars begin, and onsets that have none."""

import numpy as np
import pytest

from export.hearing.pulse import pulse_at, pulse_of

RHYTHMS = {
    "quarters": [1.0] * 24,
    "eighths": [0.5] * 40,
    "march": [1, 0.5, 0.5, 1, 1] * 6,
    "mixed": [0.5, 0.5, 1, 0.75, 0.25, 1] * 6,
}
"""Lengths in beats."""


def onsets(lengths: list[float], bpm: float, begin_s: float, spread_s: float = 0.0) -> list[float]:
    beats = np.cumsum([0.0, *lengths])
    random = np.random.default_rng(3)
    return sorted(begin_s + beats * 60 / bpm + random.normal(0, spread_s, len(beats)))


@pytest.mark.parametrize("bpm", [72, 90, 120, 133])
@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_a_tempo_is_found_or_its_half_or_double(rhythm: str, bpm: float) -> None:
    pulse = pulse_of(onsets(RHYTHMS[rhythm], bpm, 0.7, 0.008))
    assert pulse is not None
    assert any(pulse.bpm == pytest.approx(bpm * each, rel=0.005) for each in (0.5, 1, 2))
    assert pulse.beat_s == pytest.approx(0.7, abs=0.04)


def test_a_usual_tempo_is_the_beat_itself() -> None:
    for rhythm in ("quarters", "mixed", "march"):
        pulse = pulse_of(onsets(RHYTHMS[rhythm], 100, 0.4))
        assert pulse is not None
        assert pulse.bpm == 100
        assert pulse.beat_s == pytest.approx(0.4, abs=0.01)


def test_the_tempo_is_exact_over_minutes() -> None:
    pulse = pulse_of(onsets(RHYTHMS["mixed"] * 10, 97.3, 0.2, 0.01))
    assert pulse is not None
    assert pulse.bpm == pytest.approx(97.3, rel=1e-4)


def test_a_phrase_that_begins_off_the_beat_has_its_bar_before() -> None:
    pulse = pulse_of(onsets([0.5, *[1.0] * 20], 120, 1.25))
    assert pulse is not None
    assert pulse.bpm == 120
    assert pulse.beat_s == pytest.approx(1.0, abs=0.02)


def test_chords_count_once() -> None:
    times = onsets(RHYTHMS["march"], 110, 0.5)
    spread = sorted([*times, *(time + 0.02 for time in times), *(time + 0.03 for time in times)])
    heard, alone = pulse_of(spread), pulse_of(times)
    assert heard is not None
    assert heard == alone


def test_random_onsets_have_no_beat() -> None:
    random = np.random.default_rng(5)
    for count in (8, 12, 20, 50, 200):
        found = [
            pulse_of(list(np.cumsum(random.uniform(0.15, 0.9, count)))) is not None
            for _ in range(12)
        ]
        assert sum(found) <= 1, count


def test_a_few_onsets_have_no_beat() -> None:
    assert pulse_of([]) is None
    assert pulse_of([0.0, 0.5, 1.0, 1.5]) is None
    assert pulse_of([1.0] * 50) is None


def test_a_given_tempo_only_looks_for_its_beat() -> None:
    pulse = pulse_at(60, onsets(RHYTHMS["quarters"], 60, 3.2))
    assert pulse.bpm == 60
    assert pulse.beat_s == pytest.approx(3.2, abs=0.01)
    assert pulse_at(150, [0.5]).beat_s == pytest.approx(0.5)
