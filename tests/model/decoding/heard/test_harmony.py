"""The harmony that the form of the music leads one to expect."""

import numpy as np
import pytest

from bridge.midi.instruments import Instrument
from model.decoding.heard.harmony import ALL, BASS, HarmonyLog

BAR = 192
PIANO = int(Instrument.PIANO)
CHORDS = {"C": (0, 4, 7), "G": (7, 11, 2), "Am": (9, 0, 4), "F": (5, 9, 0)}


def played(*names: str, bar: int = BAR) -> HarmonyLog:
    """Return the log of a chord a bar, over its root in the bass."""
    log = HarmonyLog()
    log.set_bars(0, bar)
    for index, name in enumerate(names):
        notes = [(PIANO, 60 + pitch) for pitch in CHORDS[name]]
        notes.append((int(Instrument.BASS), 36 + CHORDS[name][0]))
        for note in notes:
            log.note_on(*note)
        log.advance(index * bar, (index + 1) * bar)
        for note in notes:
            log.note_off(*note)
    return log


def likeliest(log: HarmonyLog, end_bar: int, bar: int, count: int = 3) -> set[int]:
    form = log.heard(end_bar * BAR)
    assert form is not None
    return set(np.argsort(form.expected(bar * BAR)[ALL])[-count:].tolist())


def test_a_progression_is_expected_to_come_round() -> None:
    log = played("C", "G", "Am", "F", "C", "G", "Am", "F")
    for bar, name in enumerate(("C", "G", "Am", "F", "C"), 8):
        assert likeliest(log, 8, bar) == set(CHORDS[name])


def test_the_bass_is_expected_apart_from_the_chord() -> None:
    form = played("C", "G", "Am", "F", "C", "G", "Am", "F").heard(8 * BAR)
    assert form is not None
    assert int(form.expected(9 * BAR)[BASS].argmax()) == 7
    assert form.expected(9 * BAR)[BASS, 7] > 0.5


def test_a_period_that_has_held_agrees_and_others_do_not() -> None:
    eight = ["C", "G", "Am", "F", "C", "F", "G", "Am"]
    form = played(*eight, *eight).heard(16 * BAR)
    assert form is not None
    assert form.agreement[16] == pytest.approx(1.0)
    assert form.agreement[8] < 0.8
    assert form.agreement[24] < 0.8


def test_a_form_is_clear_if_it_has_come_round_exactly() -> None:
    eight = ["C", "G", "Am", "F", "F", "C", "G", "G"]
    exact, vague = played(*eight, *eight).heard(16 * BAR), played(*eight).heard(8 * BAR)
    assert exact is not None
    assert vague is not None
    assert exact.clarity > 0.8
    assert vague.clarity < 0.2


def test_twelve_bars_are_taken_for_a_chorus() -> None:
    chorus = ["C", "F", "C", "C", "F", "F", "C", "C", "G", "F", "C", "G"]
    log = played(*chorus)
    form = log.heard(12 * BAR)
    assert form is not None
    assert form.clarity > 0.5
    for bar in (16, 20, 21):
        assert likeliest(log, 12, bar) == set(CHORDS[chorus[bar - 12]])


def test_what_a_take_plays_is_not_expected() -> None:
    heard = ["C", "G", "Am", "F"] * 2
    log, longer = played(*heard), played(*heard, "F", "F", "F", "F")
    for bar in range(8, 14):
        known = longer.heard(8 * BAR)
        other = log.heard(8 * BAR)
        assert known is not None
        assert other is not None
        np.testing.assert_allclose(known.expected(bar * BAR), other.expected(bar * BAR), atol=1e-6)


def test_free_time_and_too_little_music_lead_to_no_expectation() -> None:
    assert HarmonyLog().heard(400) is None
    assert played("C").heard(BAR) is None


def test_shares_add_up_to_one_in_any_metre() -> None:
    form = played("C", "G", "Am", "F", "C", "G", bar=144).heard(6 * 144)
    assert form is not None
    for tick in range(6 * 144, 12 * 144, 36):
        np.testing.assert_allclose(form.expected(tick).sum(1), 1, atol=1e-5)


def test_a_copy_is_independent() -> None:
    log = played("C", "G", "Am", "F")
    other = log.copy()
    log.note_on(PIANO, 61)
    log.advance(4 * BAR, 5 * BAR)
    form = other.heard(5 * BAR)
    assert form is not None
    assert form.expected(4 * BAR)[ALL, 1] == 0


def test_only_the_last_half_bars_are_kept() -> None:
    log = played(*["C"] * 100, *["G", "F"] * 20)
    form = log.heard(140 * BAR)
    assert form is not None
    assert likeliest(log, 140, 140) == set(CHORDS["G"])
    assert form.expected(140 * BAR)[ALL, 4] == 0


def test_a_form_is_sure_when_it_comes_round_and_not_when_its_bars_are_shuffled() -> None:
    loop = played(*["C", "G", "Am", "F"] * 4).heard(16 * BAR)
    rng = np.random.default_rng(1)
    shuffled = played(*rng.permutation(["C", "G", "Am", "F"] * 4).tolist()).heard(16 * BAR)
    assert loop is not None
    assert shuffled is not None
    assert loop.sureness == pytest.approx(1.0)
    assert loop.is_sure
    assert shuffled.sureness < 0.3
    assert not shuffled.is_sure


def test_one_chord_that_stays_is_a_form() -> None:
    form = played(*["C"] * 8).heard(8 * BAR)
    assert form is not None
    assert form.is_sure


def test_a_form_is_not_sure_before_half_of_it_has_come_again() -> None:
    for bars, sure in ((5, False), (6, True)):
        form = played(*["C", "G", "Am", "F", "C", "G"][:bars]).heard(bars * BAR)
        assert form is not None
        assert form.is_sure is sure


def test_half_bars_and_ticks_agree() -> None:
    form = played(*["C", "G"] * 3, bar=144).heard(6 * 144)
    assert form is not None
    for slot in range(16):
        assert form.slot_at(form.tick_of(slot)) == slot
        assert form.slot_at(form.tick_of(slot) - 1) == slot - 1
