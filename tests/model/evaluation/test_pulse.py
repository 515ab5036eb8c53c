"""The pulse of onsets whose period is known."""

import math

import numpy as np
import pytest

from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note
from model.evaluation.pulse import is_same, pulse_figures, pulse_of

PIANO = Instrument.PIANO
BEGIN, END = 1536, 3072


def played(period: float, begin: int, end: int, jitter: float = 0.0) -> list[Note]:
    """Return quarters and some eighths at a period in ticks, each a little early or late."""
    rng = np.random.default_rng(1)
    rhythm = (0, 1, 1.5, 2, 3)
    notes = []
    for bar in range(int((end - begin) / (4 * period))):
        for beat in rhythm:
            tick = round(begin + (4 * bar + beat) * period + rng.normal(0, jitter))
            notes.append(Note(max(begin, tick), PIANO, 60, tick + 20, 80))
    return sorted(notes)


def figures(prompt: float, own: float) -> dict[str, float]:
    return pulse_figures(played(prompt, 0, BEGIN), played(own, BEGIN, END), BEGIN, END)


@pytest.mark.parametrize("jitter", [0.0, 1.5])
@pytest.mark.parametrize("period", [36, 41, 48, 57, 64])
def test_the_period_is_found_up_to_powers_of_two(period: int, jitter: float) -> None:
    found = pulse_of(played(period, 0, BEGIN, jitter), 0, BEGIN)
    assert is_same(found.period, period)
    assert found.clarity > 0.5


def test_a_kept_pulse_is_kept_and_clear() -> None:
    found = figures(50, 50)
    assert found["pulse"] == found["pulse or 3:2"] == 1
    assert found["pulse support"] == pytest.approx(found["clarity"], abs=0.15)
    assert found["clarity"] == pytest.approx(found["prompt clarity"], abs=0.1)


@pytest.mark.parametrize("own", [40, 59])
def test_another_pulse_is_not_kept(own: int) -> None:
    found = figures(50, own)
    assert found["pulse"] == 0
    assert found["pulse support"] < figures(50, 50)["pulse support"] - 0.2


def test_periods_are_compared_within_eight_percent_of_a_power_of_two() -> None:
    assert is_same(50, 53)
    assert is_same(53, 100)
    assert not is_same(50, 56)
    assert not is_same(50, 75)
    assert is_same(50, 75, triple=True)
    assert is_same(50, 66, triple=True)
    assert not is_same(50, 60, triple=True)


def test_random_onsets_are_less_clear_than_a_rhythm() -> None:
    rng = np.random.default_rng(2)
    onsets = sorted(int(tick) for tick in rng.integers(0, BEGIN, 100))
    loose = pulse_of([Note(tick, PIANO, 60, tick + 9, 80) for tick in onsets], 0, BEGIN)
    assert loose.clarity < pulse_of(played(50, 0, BEGIN), 0, BEGIN).clarity - 0.3


def test_silence_has_no_pulse() -> None:
    found = pulse_figures(played(50, 0, BEGIN), [], BEGIN, END)
    assert math.isnan(found["pulse"])
    assert math.isnan(found["pulse support"])
    assert math.isnan(found["clarity"])
    assert found["prompt clarity"] > 0.5
