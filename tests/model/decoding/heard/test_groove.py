"""The groove of the drums: which keys are hit at which places of the bar."""

import pytest

from model.decoding.heard.groove import GrooveLog

KICK, SNARE, HAT = 36, 38, 42
BAR = 192


def rock(bars: int, *, early_ticks: int = 0) -> GrooveLog:
    """Return the log of kick on 1 and 3, snare on 2 and 4, hats in eighths."""
    log = GrooveLog()
    log.set_bars(0, BAR)
    for bar in range(bars):
        for tick in range(0, BAR, 24):
            at = max(0, bar * BAR + tick - early_ticks)
            log.hit(at, HAT)
            if tick % 48 == 0:
                log.hit(at, KICK if tick % 96 == 0 else SNARE)
        log.advance((bar + 1) * BAR)
    return log


def test_a_repeated_pattern_is_expected_at_its_places() -> None:
    groove = rock(4).heard()
    assert groove is not None
    on_two = groove.rates(10 * BAR + 48)
    assert on_two[SNARE] == pytest.approx(1.0)
    assert on_two[KICK] == 0
    assert groove.rates(10 * BAR)[KICK] == pytest.approx(1.0)
    assert groove.density(10 * BAR + 12) == 0
    assert groove.density(10 * BAR) == pytest.approx(2.0)
    assert groove.mean_density == pytest.approx(12 / 32)


@pytest.mark.parametrize("early", [1, 2])
def test_human_timing_has_the_same_places(early: int) -> None:
    groove = rock(8, early_ticks=early).heard()
    assert groove is not None
    assert groove.rates(10 * BAR + 48 - early)[SNARE] == pytest.approx(1.0)


def test_later_bars_count_more() -> None:
    log = rock(4)
    for bar in range(4, 8):
        log.hit(bar * BAR, SNARE)
        log.advance((bar + 1) * BAR)
    groove = log.heard()
    assert groove is not None
    assert groove.rates(0)[SNARE] > 0.5 > groove.rates(0)[KICK]


def test_nothing_is_expected_without_bars_hits_or_a_complete_bar() -> None:
    assert GrooveLog().heard() is None
    assert rock(0).heard() is None
    silent = GrooveLog()
    silent.set_bars(0, BAR)
    silent.advance(4 * BAR)
    assert silent.heard() is None


def test_a_copy_is_independent() -> None:
    log = rock(2)
    other = log.copy()
    log.hit(2 * BAR + 12, SNARE)
    heard = other.heard()
    assert heard is not None
    assert heard.rates(12)[SNARE] == 0
