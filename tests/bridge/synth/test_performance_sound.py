"""The sound of a file on the synth: pitches at their times, what channels and controllers do."""

from collections.abc import Iterable

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.midi.events import (
    ControlChange,
    NoteOff,
    NoteOn,
    PitchWheel,
    ProgramChange,
    SysEx,
)
from bridge.midi.smf.performance import Performance, PerformedEvent, PlayedEvent
from bridge.synth.performance_sound import PerformanceSound
from bridge.synth.process import load_synth
from bridge.synth.sound_font import package_fonts

RATE_HZ = 44_100
SECOND = 1_000_000_000
ORGAN = 19
ON, OFF = NoteOn(0, 69, 100), NoteOff(0, 69)
GM_ON, GS_RESET = SysEx(b"\x7e\x7f\x09\x01"), SysEx(b"\x41\x10\x42\x12\x40\x00\x7f\x00\x41")

Timed = tuple[float, PlayedEvent]


def sound_of(events: Iterable[Timed], seconds: float, begin_s: float = 0) -> NDArray[np.float32]:
    """Return the left channel of what these events sound like, on one port."""
    performed = (PerformedEvent(round(at_s * SECOND), 0, event) for at_s, event in events)
    synth = load_synth(package_fonts()[0], rate_hz=RATE_HZ, gain_db=0, max_voices=64)
    performance = Performance(tuple(performed), 1)
    sound = PerformanceSound(synth, performance, RATE_HZ, round(begin_s * SECOND))
    return np.frombuffer(sound.render(round(seconds * RATE_HZ)), np.float32)[::2]


def level(samples: NDArray[np.float32], begin_s: float, end_s: float) -> float:
    part = samples[round(begin_s * RATE_HZ) : round(end_s * RATE_HZ)]
    return float(np.sqrt(np.square(part, dtype=np.float64).mean()))


def pitch_class(samples: NDArray[np.float32], begin_s: float, end_s: float) -> float:
    """Return the strongest frequency as semitones above A, within an octave."""
    part = samples[round(begin_s * RATE_HZ) : round(end_s * RATE_HZ)]
    power = np.abs(np.fft.rfft(part * np.hanning(len(part)), 8 * len(part)))
    hz = float(power.argmax()) * RATE_HZ / (8 * len(part))
    return float(12 * np.log2(hz / 440) % 12)


def organ(*events: Timed) -> list[Timed]:
    return [(0.0, ProgramChange(0, ORGAN)), *events]


def test_a_note_sounds_from_its_frame_to_its_release() -> None:
    sound = sound_of(organ((0.5, ON), (1.0, OFF)), 2)
    assert not sound[: RATE_HZ // 2].any()
    assert level(sound, 0.6, 1.0) > 0.01
    assert level(sound, 1.7, 2.0) < 0.0001
    assert abs((pitch_class(sound, 0.6, 1.0) + 6) % 12 - 6) < 0.1


def test_volume_is_100_until_a_file_says_otherwise() -> None:
    usual, named, full = (
        level(sound_of(organ(*control, (0, ON)), 1), 0.2, 1)
        for control in ([], [(0, ControlChange(0, 7, 100))], [(0, ControlChange(0, 7, 127))])
    )
    assert usual == pytest.approx(named)
    assert full > 1.5 * usual


def test_the_wheel_bends_by_the_range_of_the_channel() -> None:
    wide = [ControlChange(0, control, value) for control, value in ((101, 0), (100, 0), (6, 12))]
    bent: list[Timed] = [(0.0, PitchWheel(0, 4096)), (0.0, ON)]
    narrow = sound_of(organ(*bent), 1)
    assert pitch_class(narrow, 0.3, 1) == pytest.approx(1, abs=0.2)
    whole = sound_of(organ(*((0.0, event) for event in wide), *bent), 1)
    assert pitch_class(whole, 0.3, 1) == pytest.approx(6, abs=0.2)


@pytest.mark.parametrize("control", [64, 66])
def test_a_pedal_holds_a_note_until_it_is_lifted(control: int) -> None:
    down, up = ControlChange(0, control, 127), ControlChange(0, control, 0)
    sound = sound_of(organ((0, ON), (0.2, down), (0.4, OFF), (1, up)), 2)
    assert level(sound, 0.7, 1.0) > 0.01
    assert level(sound, 1.7, 2.0) < 0.0001


def test_a_sostenuto_pedal_holds_only_keys_that_were_down() -> None:
    sound = sound_of(organ((0, ControlChange(0, 66, 127)), (0.1, ON), (0.4, OFF)), 2)
    assert level(sound, 1.2, 2.0) < 0.0001


def test_reset_all_controllers_keeps_the_volume_and_lifts_the_pedal() -> None:
    reset = ControlChange(0, 121, 0)
    quiet = [(0.0, ControlChange(0, 7, 20)), (0.0, ControlChange(0, 11, 10))]
    sound = sound_of(organ(*quiet, (0, reset), (0, ON)), 1)
    only_volume = sound_of(organ(quiet[0], (0, ON)), 1)
    assert level(sound, 0.2, 1) == pytest.approx(level(only_volume, 0.2, 1))
    held = organ((0, ControlChange(0, 64, 127)), (0, ON), (0.2, OFF), (0.5, reset))
    assert level(sound_of(held, 1.5), 1.2, 1.5) < 0.0001


def test_a_system_reset_returns_all_channels_to_their_usual_values() -> None:
    sound = sound_of([(0, ControlChange(0, 7, 1)), (0, GM_ON), *organ((0, ON))], 1)
    assert level(sound, 0.2, 1) == pytest.approx(level(sound_of(organ((0, ON)), 1), 0.2, 1))


def test_another_channel_can_be_drums() -> None:
    drums = SysEx(b"\x41\x10\x42\x12\x40\x11\x15\x01\x19")  # GS: channel 1 is a rhythm part
    hit = NoteOn(0, 38, 100)
    melodic, rhythm = (
        sound_of([(0, hit)], 0.3),
        sound_of([(0, GS_RESET), (0, drums), (0, hit)], 0.3),
    )
    standard = sound_of([(0, NoteOn(9, 38, 100))], 0.3)
    np.testing.assert_array_equal(rhythm, standard)
    assert not np.allclose(melodic, rhythm, atol=0.01)


def test_a_bank_that_the_font_lacks_is_its_bank_0() -> None:
    banks = [(0.0, ControlChange(0, 0, 99)), (0.0, ControlChange(0, 32, 5))]
    np.testing.assert_array_equal(
        sound_of([*banks, *organ((0, ON))], 1), sound_of(organ((0, ON)), 1)
    )


def test_a_later_beginning_has_the_programs_and_not_the_notes_of_before() -> None:
    events = organ((0.5, ON), (1.0, OFF), (3.0, ON), (4.0, OFF))
    sound = sound_of(events, 2, begin_s=2)
    assert not sound[:RATE_HZ].any()
    np.testing.assert_array_equal(sound[RATE_HZ:], sound_of(organ((0, ON)), 1))


def test_after_a_release_nothing_sounds() -> None:
    synth = load_synth(package_fonts()[0], rate_hz=RATE_HZ, gain_db=0, max_voices=64)
    events = organ((0, ControlChange(0, 64, 127)), (0, ON), (60, OFF))
    performed = tuple(PerformedEvent(round(at_s * SECOND), 0, event) for at_s, event in events)
    sound = PerformanceSound(synth, Performance(performed, 1), RATE_HZ)
    assert np.frombuffer(sound.render(RATE_HZ), np.float32).any()
    sound.release()
    sound.render(RATE_HZ)
    assert sound.is_over
    assert np.abs(np.frombuffer(sound.render(RATE_HZ), np.float32)).max() < 0.0001
