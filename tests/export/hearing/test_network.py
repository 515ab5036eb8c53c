"""Basic Pitch: its file, its windows, and the times of its frames."""

import hashlib
import re

import numpy as np
import pytest

from assets import BASIC_PITCH
from export.hearing.network import HOP, LOWEST_PITCH, Activations, Listening, time_s
from export.hearing.sound_file import RATE_HZ


def heard(samples: np.ndarray) -> Activations:
    listening = Listening(samples.astype(np.float32), threads=1)
    shares = []
    while not listening.done:
        listening.step()
        shares.append(listening.share)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    return listening.activations()


def tones(*onsets_s: float, length_s: float, pitch: int = 69) -> np.ndarray:
    """Return a sound with a decaying tone at each onset."""
    times = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    sound = np.zeros(len(times))
    for onset_s in onsets_s:
        after = np.maximum(0, times - onset_s)
        wave = np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * after)
        sound += 0.5 * wave * np.exp(-6 * after) * (times >= onset_s)
    return sound


def test_the_file_is_the_one_that_its_origin_names() -> None:
    origin = (BASIC_PITCH.parent / "ORIGIN.md").read_text("utf-8")
    [stated] = re.findall(r"`nmp.onnx` \| `([0-9a-f]{64})`", origin)
    assert hashlib.sha256(BASIC_PITCH.read_bytes()).hexdigest() == stated
    assert "Apache License" in (BASIC_PITCH.parent / "LICENSE").read_text("utf-8")


@pytest.mark.parametrize("length", [1, 255, HOP, 22_050, 36_164, 43_844, 100_000])
def test_there_is_a_frame_for_every_256_samples(length: int) -> None:
    activations = heard(np.zeros(length))
    assert activations.frames.shape == activations.onsets.shape
    assert abs(len(activations.frames) - length / HOP) <= 1 + length / 30_000
    assert time_s(len(activations.frames) - 1) < length / RATE_HZ


def test_times_ascend_evenly_over_the_windows() -> None:
    steps = np.diff([time_s(frame) for frame in range(2000)])
    assert steps.min() > 0.002
    assert steps.max() == pytest.approx(HOP / RATE_HZ)


def test_onsets_have_their_times_in_every_window() -> None:
    onsets_s = [0.5 + 0.75 * index for index in range(50)]
    activations = heard(tones(*onsets_s, length_s=39))
    column = activations.onsets[:, 69 - LOWEST_PITCH]
    times = np.array([time_s(frame) for frame in range(len(column))])
    for onset_s in onsets_s:
        near = np.abs(times - onset_s) < 0.2
        found = times[near][column[near].argmax()]
        assert abs(found - onset_s) < 0.025


def test_pitches_outside_a_range_are_silent() -> None:
    activations = Activations(np.ones((3, 88), np.float32), np.ones((3, 88), np.float32))
    within = activations.between(60, 62)
    for part in (within.frames, within.onsets):
        assert np.flatnonzero(part[0]).tolist() == [39, 40, 41]
    assert activations.frames.all()
