"""The fourteen families."""

import pytest

from bridge.midi.instruments import (
    DRUM_CHANNEL,
    Instrument,
    fit_to_range,
    instrument_named,
    instrument_of_channel,
    instrument_of_program,
)


def test_every_program_belongs_to_one_family_or_is_an_effect() -> None:
    effects = {program for program in range(128) if instrument_of_program(program) is None}
    # Sound effects (General MIDI 121 to 128), fretted noises, and percussion without a pitch.
    assert effects == {113, *range(115, 128)}


@pytest.mark.parametrize("kind", Instrument)
def test_an_instrument_is_found_by_name_program_and_channel(kind: Instrument) -> None:
    assert instrument_named(kind.label.upper()) is kind
    assert instrument_of_channel(kind.spec.channel) is kind
    if kind is not Instrument.DRUMS:
        assert instrument_of_program(kind.spec.program) is kind


def test_channels_are_unique_and_drums_are_on_channel_10() -> None:
    channels = [kind.spec.channel for kind in Instrument]
    assert len(set(channels)) == len(Instrument)
    assert Instrument.DRUMS.spec.channel == DRUM_CHANNEL == 9


@pytest.mark.parametrize("kind", [k for k in Instrument if k is not Instrument.DRUMS])
@pytest.mark.parametrize("pitch", range(128))
def test_any_pitch_fits_into_any_range(kind: Instrument, pitch: int) -> None:
    placed = fit_to_range(kind, pitch)
    assert placed is not None
    family, moved = placed
    assert family.can_play(moved)
    assert (moved - pitch) % 12 == 0
    assert fit_to_range(*placed) == placed


def test_low_strings_are_cellos_and_drums_do_not_move() -> None:
    assert fit_to_range(Instrument.VIOLIN, 40) == (Instrument.CELLO, 40)
    assert fit_to_range(Instrument.DRUMS, 20) is None
