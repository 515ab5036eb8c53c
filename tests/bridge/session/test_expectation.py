"""What a plan expects of the player."""

import pytest

from bridge.messages.composer import Onset, Release
from bridge.midi.instruments import Instrument
from bridge.session.expectation import Expectation

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS


def imagining_c_then_f() -> Expectation:
    expectation = Expectation()
    expectation.add([Onset(100, BASS, 36, 80), Release(196, BASS, 36), Onset(196, BASS, 41, 80)])
    expectation.add(
        [
            *(Onset(100, PIANO, pitch, 80) for pitch in (60, 64, 67)),
            *(Release(196, PIANO, pitch) for pitch in (60, 64, 67)),
            *(Onset(292, PIANO, pitch, 80) for pitch in (65, 69)),
        ],
        imagined=True,
    )
    return expectation


@pytest.mark.parametrize(
    "tick,pitch,fits",
    [
        (110, 76, True),  # E, in another octave
        (110, 66, False),
        (60, 60, True),  # early
        (40, 60, False),  # too early
        (240, 64, True),  # late
        (250, 64, False),
        (292, 69, True),
        (5000, 69, True),  # still sounds
        (270, 77, True),  # F: our own bass plays it
    ],
)
def test_a_note_fits_if_its_pitch_class_is_expected_at_about_that_time(
    tick: int, pitch: int, *, fits: bool
) -> None:
    assert imagining_c_then_f().fits(Onset(tick, PIANO, pitch, 80)) is fits


def test_releases_and_drums_change_no_harmony() -> None:
    expectation = imagining_c_then_f()
    assert expectation.fits(Release(110, PIANO, 61))
    assert expectation.fits(Onset(110, DRUMS, 38, 80))


def test_nothing_fits_a_plan_without_an_imagined_player() -> None:
    expectation = Expectation()
    expectation.add([Onset(100, BASS, 36, 80)])
    assert not expectation.fits(Onset(100, PIANO, 60, 80))
    assert not expectation.fits(Release(100, PIANO, 60))


def test_it_knows_from_when_on_the_player_is_imagined() -> None:
    assert not Expectation().imagines_before(10_000)
    assert not imagining_c_then_f().imagines_before(100)
    assert imagining_c_then_f().imagines_before(101)
