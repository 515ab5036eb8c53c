"""Sound files: formats, rates, channels, and what is no sound."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.system.extras import install_command
from bridge.system.input_file import InputFault, RefusedInput
from export.hearing.reason import (
    AbsurdRate,
    HearingError,
    HearingNotInstalled,
    SoundFault,
    SoundNotDecoded,
    SoundReason,
    SoundTooLong,
    UnusableSound,
)
from export.hearing.sound_file import RATE_HZ, read_sound
from tests.export.hearing.recordings import RATE_HZ as RECORDED_HZ
from tests.export.hearing.recordings import saved

SECONDS = 2


def tone(rate_hz: int = RECORDED_HZ, channels: int = 1) -> np.ndarray:
    """Return an A of two seconds, loud in the first channel only."""
    sound = np.zeros((rate_hz * SECONDS, channels), np.float32)
    sound[:, 0] = 0.5 * np.sin(2 * np.pi * 440 * np.arange(len(sound)) / rate_hz)
    return sound


def pitch_hz(samples: np.ndarray) -> float:
    """Return the frequency of the largest bin."""
    bins = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(bins.argmax()) * RATE_HZ / len(samples)


def refusal(path: Path) -> SoundReason:
    with pytest.raises(HearingError) as refused:
        read_sound(path)
    return refused.value.reason


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3", "aiff", "caf", "au", "w64"])
def test_every_format_gives_the_same_sound(tmp_path: Path, ending: str) -> None:
    samples = read_sound(saved(tmp_path / f"a.{ending}", tone()))
    assert samples.dtype == np.float32
    assert len(samples) == pytest.approx(RATE_HZ * SECONDS, abs=2500)  # MP3 adds a frame or two
    assert pitch_hz(samples) == pytest.approx(440, abs=2)
    assert np.abs(samples[5000:-5000]).max() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("rate_hz", [4000, 8000, 22_050, 48_000, 192_000, 768_000])
def test_every_rate_of_music_keeps_pitch_and_length(tmp_path: Path, rate_hz: int) -> None:
    samples = read_sound(saved(tmp_path / "a.wav", tone(rate_hz), rate_hz))
    assert len(samples) == pytest.approx(RATE_HZ * SECONDS, abs=2)
    assert pitch_hz(samples) == pytest.approx(440, abs=1)


@pytest.mark.parametrize("rate_hz", [1, 1000, 2**31 - 1])
def test_other_rates_are_named(tmp_path: Path, rate_hz: int) -> None:
    path = saved(tmp_path / "a.wav", np.zeros(100, np.float32), rate_hz)
    assert refusal(path) == AbsurdRate(path, rate_hz)


def test_channels_are_mixed_however_many(tmp_path: Path) -> None:
    samples = read_sound(saved(tmp_path / "a.wav", tone(channels=20)))
    assert len(samples) == RATE_HZ * SECONDS
    assert np.abs(samples[5000:-5000]).max() == pytest.approx(0.5 / 20, abs=0.002)


def test_samples_that_are_not_finite_are_silence(tmp_path: Path) -> None:
    odd = tone().ravel()
    odd[: RECORDED_HZ // 2] = np.nan
    odd[-RECORDED_HZ // 2 :: 2], odd[-RECORDED_HZ // 2 + 1 :: 2] = np.inf, -np.inf
    soundfile.write(tmp_path / "a.wav", odd, RECORDED_HZ, subtype="FLOAT")
    samples = read_sound(tmp_path / "a.wav")
    assert np.isfinite(samples).all()
    assert np.abs(samples[: RATE_HZ // 2 - 100]).max() < 1e-3
    assert np.abs(samples[RATE_HZ // 2 + 100 : -RATE_HZ // 2 - 100]).max() > 0.4


def test_huge_samples_do_not_overflow(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", 1e30 * tone().ravel(), RECORDED_HZ, subtype="FLOAT")
    assert np.isfinite(read_sound(tmp_path / "a.wav") ** 2).all()


def test_no_more_is_read_than_the_longest_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    rate_hz = 8000
    saved(path, np.zeros(20 * 60 * rate_hz, np.int16), rate_hz)
    assert len(read_sound(path)) == 20 * 60 * RATE_HZ
    saved(path, np.zeros(20 * 60 * rate_hz + 1, np.int16), rate_hz)
    assert refusal(path) == SoundTooLong(path, 20)


def test_a_header_may_promise_more_than_there_is(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.wav", tone())
    whole = path.read_bytes()
    at = whole.index(b"data") + 4
    path.write_bytes(whole[:at] + b"\xff\xff\xff\x7f" + whole[at + 4 : len(whole) // 2])
    assert len(read_sound(path)) == pytest.approx(RATE_HZ * SECONDS / 2, abs=100)


@pytest.mark.parametrize(
    "content", [b"", b"no sound", b"RIFF\0\0\0\0WAVE", b"MThd\0\0\0\6\0\0\0\0\0\1", bytes(5000)]
)
def test_what_is_no_sound_is_named(tmp_path: Path, content: bytes) -> None:
    for ending in ("wav", "mp3", "raw"):
        path = tmp_path / f"a.{ending}"
        path.write_bytes(content)
        assert refusal(path) == UnusableSound(path, SoundFault.NOT_SOUND)


def test_a_file_without_samples_is_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.wav", np.zeros(0, np.float32))
    assert refusal(path) == UnusableSound(path, SoundFault.NO_SAMPLES)


def test_a_damaged_file_is_read_or_named_and_prints_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    random = np.random.default_rng(1)
    named = set[type]()
    for ending in ("wav", "flac", "ogg", "mp3"):
        whole = saved(tmp_path / f"whole.{ending}", tone()).read_bytes()
        for _ in range(25):
            broken = bytearray(whole)
            for place in random.integers(len(whole), size=random.integers(1, 300)):
                broken[place] = random.integers(256)
            path = tmp_path / f"broken.{ending}"
            path.write_bytes(broken[: random.integers(1, len(broken))])
            try:
                assert np.isfinite(read_sound(path)).all()
            except HearingError as error:
                named.add(type(error.reason))
    assert named <= {UnusableSound, SoundNotDecoded, AbsurdRate, SoundTooLong}
    assert UnusableSound in named
    assert capfd.readouterr() == ("", "")


def test_what_is_no_file_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    assert refusal(tmp_path / "pipe.wav") == RefusedInput(tmp_path / "pipe.wav", InputFault.SPECIAL)
    assert refusal(tmp_path) == RefusedInput(tmp_path, InputFault.FOLDER)
    assert refusal(tmp_path / "none.wav") == RefusedInput(tmp_path / "none.wav", InputFault.MISSING)


def test_without_the_packages_the_command_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "soundfile", None)  # an import of it fails
    path = saved(tmp_path / "a.wav", tone())
    assert refusal(path) == HearingNotInstalled(path, install_command("hear"))
