"""The synth's WebAssembly module: notes, channels, drums and bends."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.synth.sound_font import SoundFontError, find_sound_font
from bridge.synth.tinysoundfont import MAX_FRAMES, TinySoundFont

RATE_HZ = 48_000
A4 = 69
ORGAN = 19


@pytest.fixture
def synth() -> TinySoundFont:
    font = find_sound_font().read_bytes()
    synth = TinySoundFont(font, rate_hz=RATE_HZ, gain_db=-9, max_voices=128)
    assert synth.program_change(0, ORGAN, drums=False)
    return synth


def left(synth: TinySoundFont, frames: int) -> NDArray[np.float32]:
    return np.frombuffer(synth.render(frames), np.float32)[::2]


def pitch_hz(samples: NDArray[np.float32]) -> float:
    """Return the lowest frequency that is nearly as strong as the strongest."""
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(power > power.max() / 3) * RATE_HZ / len(samples))


def test_a_note_sounds_at_its_pitch_until_it_is_released(synth: TinySoundFont) -> None:
    assert not left(synth, 480).any()
    synth.note_on(0, A4, 100)
    sounding = left(synth, RATE_HZ)
    octaves = np.log2(pitch_hz(sounding[RATE_HZ // 2 :]) / 440)
    assert abs(octaves - round(octaves)) < 0.02  # an organ sounds in several octaves
    synth.note_off(0, A4)
    left(synth, 2 * RATE_HZ)
    assert np.abs(left(synth, 480)).max() < 0.001


def test_a_pitch_bend_raises_the_pitch(synth: TinySoundFont) -> None:
    synth.note_on(0, A4, 100)
    before = pitch_hz(left(synth, RATE_HZ)[RATE_HZ // 2 :])
    synth.pitch_bend(0, 16383)
    after = pitch_hz(left(synth, RATE_HZ)[RATE_HZ // 2 :])
    assert 12 * np.log2(after / before) == pytest.approx(2, abs=0.2)


def test_all_sound_off_silences_its_channel(synth: TinySoundFont) -> None:
    synth.note_on(0, A4, 100)
    assert left(synth, 4800).any()
    synth.control_change(0, 120, 0)
    left(synth, RATE_HZ)
    assert np.abs(left(synth, 480)).max() < 0.001


def test_any_number_of_frames_is_rendered(synth: TinySoundFont) -> None:
    synth.note_on(0, A4, 100)
    for frames in (0, 1, MAX_FRAMES, 2 * MAX_FRAMES + 1):
        assert len(synth.render(frames)) == frames * 8


def test_a_drum_kit_differs_from_a_piano(synth: TinySoundFont) -> None:
    assert synth.program_change(9, 0, drums=True)
    assert synth.program_change(1, 0, drums=False)
    rendered = list[NDArray[np.float32]]()
    for channel in (1, 9):
        synth.note_on(channel, 38, 100)
        rendered.append(left(synth, 9600))
        synth.control_change(channel, 120, 0)
        left(synth, RATE_HZ)
    assert not np.allclose(rendered[0], rendered[1], atol=0.01)


@pytest.mark.parametrize("font", [b"", b"no sound font", b"RIFF\x00\x00\x00\x00sfbk"])
def test_an_invalid_sound_font_is_refused(font: bytes) -> None:
    with pytest.raises(SoundFontError):
        TinySoundFont(font, rate_hz=RATE_HZ, gain_db=0, max_voices=8)
