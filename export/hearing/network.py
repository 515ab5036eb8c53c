"""Basic Pitch: the network that hears which piano keys would sound like a recording.

For each frame of 256 samples it gives two numbers for each of 88 keys: how surely the key sounds
(*frames*) and how surely it is struck (*onsets*). It hears windows of about two seconds, which
overlap by 30 frames; the outer 15 frames on both sides of a window are dropped, since the network
hears them without what surrounds them.

Source: R. M. Bittner et al., "A Lightweight Instrument-Agnostic Model for Polyphonic Note
Transcription and Multipitch Estimation", ICASSP 2022; basic_pitch 0.4.0, inference.py. The times of
frames are exact here: a window begins 36,164 samples after the one before, which are 141.27 frames,
and contributes 142.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assets import BASIC_PITCH
from export.hearing.sound_file import RATE_HZ
from export.onnx_runtime.library import ort
from export.runtime.provider import CPU, session_options

if TYPE_CHECKING:
    import numpy.typing as npt

    from export.hearing.sound_file import Samples

    Matrix = npt.NDArray[np.float32]

HOP = 256
"""The samples of a frame."""
FRAMES_PER_S = RATE_HZ / HOP
LOWEST_PITCH, KEYS = 21, 88
_WINDOW = 43_844
"""The samples of a window: two seconds less one frame."""
_OVERLAP = 30
"""The frames that two windows have in common."""
_STEP = _WINDOW - _OVERLAP * HOP
"""The samples from one window to the next."""
_KEPT = 172 - _OVERLAP
"""The frames of a window that are kept."""
_INPUT = "serving_default_input_2:0"
_OUTPUTS = ("StatefulPartitionedCall:1", "StatefulPartitionedCall:2")
"""The frames and the onsets, by the names that the graph gives them."""


@dataclass(frozen=True, slots=True)
class Activations:
    """What the network hears: `frames` and `onsets`, each (frames, 88) from 0 to 1."""

    frames: Matrix
    onsets: Matrix

    def between(self, lowest: int, highest: int) -> Activations:
        """Return them with all other pitches silent."""
        outside = np.ones(KEYS, bool)
        outside[max(0, lowest - LOWEST_PITCH) : max(0, highest - LOWEST_PITCH + 1)] = False
        frames, onsets = self.frames.copy(), self.onsets.copy()
        frames[:, outside] = onsets[:, outside] = 0
        return Activations(frames, onsets)


def time_s(frame: int) -> float:
    """Return the time of a frame in the recording, in seconds."""
    window, within = divmod(frame, _KEPT)
    return (window * _STEP + within * HOP) / RATE_HZ


def frames_at_rate(count: int) -> npt.NDArray[np.intp]:
    """Return, for the first frames of the network, the frames of 256 samples at their times.

    The network's frames are a little closer together, since windows join within a frame.
    """
    return np.array([int(time_s(frame) * FRAMES_PER_S) for frame in range(count)], np.intp)


class Listening:
    """The network at work on a recording, window by window."""

    def __init__(self, samples: Samples, threads: int) -> None:
        """Hear the samples of `sound_file.read_sound`."""
        lead = np.zeros(_OVERLAP // 2 * HOP, np.float32)
        self._samples = np.concatenate([lead, samples])
        self._length_s = len(samples) / RATE_HZ
        self._session = ort.InferenceSession(
            BASIC_PITCH, session_options(threads), providers=[CPU], enable_fallback=0
        )
        self._heard: list[tuple[Matrix, Matrix]] = []
        self._window_count = -(-len(self._samples) // _STEP)

    @property
    def share(self) -> float:
        """The share of the recording that has been heard, from 0 to 1."""
        return len(self._heard) / self._window_count

    @property
    def done(self) -> bool:
        """Whether all has been heard."""
        return len(self._heard) == self._window_count

    def step(self) -> None:
        """Hear the next window."""
        start = len(self._heard) * _STEP
        part = self._samples[start : start + _WINDOW]
        window = np.zeros((1, _WINDOW, 1), np.float32)
        window[0, : len(part), 0] = part
        edge = _OVERLAP // 2
        frames, onsets = self._session.run(_OUTPUTS, {_INPUT: window})
        self._heard.append((frames[0, edge:-edge], onsets[0, edge:-edge]))

    def activations(self) -> Activations:
        """Return what has been heard, once all has been heard."""
        frames, onsets = (np.concatenate(part) for part in zip(*self._heard, strict=True))
        count = sum(time_s(frame) < self._length_s for frame in range(len(frames)))
        return Activations(frames[:count], onsets[:count])
