"""Notes from activations: where each key is struck, and how long it sounds.

A note begins where the onset of its key has a peak above a threshold, or where its frames rise
suddenly. It goes on until its frames have been below a threshold for 11 frames. The energy of a
note is then taken from its key and the two beside it, so that it is not heard twice. What is left
afterwards belongs to notes without a clear onset: from its maximum, each of them is followed in
both directions (the *melodia trick*).

Source: basic_pitch 0.4.0, note_creation.py. Here the maximum is found by the largest activation of
each frame, which gives the same notes; a recording of 20 minutes takes seconds instead of minutes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from export.hearing.network import FRAMES_PER_S, KEYS, LOWEST_PITCH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from export.hearing.network import Activations, Matrix

_GAP = 11
"""A note has ended when its frames were below the threshold for this many frames."""
_OVERTONES = (12, 19, 24, 28)
"""The semitones from a note to its overtones, the second to the fifth partial."""
_OVERTONE_SHARE = 0.6
"""An overtone has at most this share of the amplitude of its note; real octaves have more."""
_AT_ONCE = 3
"""An overtone may begin this many frames before its note."""
_RISE = 2
"""An onset is inferred from the rise over this many frames."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What counts as a note: activations from 0 to 1, and the shortest note in milliseconds."""

    onset: float = 0.5
    frame: float = 0.3
    shortest_ms: float = 127.7

    @property
    def shortest(self) -> int:
        """The number of frames that a note has to exceed."""
        return round(self.shortest_ms / 1000 * FRAMES_PER_S)


USUAL = Thresholds()
"""The thresholds of Basic Pitch."""


@dataclass(frozen=True, slots=True, order=True)
class FrameNote:
    """A note that is heard: its first frame, the frame after its last one, and its pitch.

    `amplitude` is the mean of its frames' activations, from 0 to 1.
    """

    onset: int
    release: int
    pitch: int
    amplitude: float


def notes_in(heard: Activations, thresholds: Thresholds) -> list[FrameNote]:
    """Return the notes of all voices, in order of onset."""
    if len(heard.frames) <= thresholds.shortest:
        return []
    left = heard.frames.copy()
    found = list(_struck(heard, left, thresholds))
    found += _followed(heard.frames, left, thresholds)
    return sorted(found)


def without_overtones(notes: Sequence[FrameNote]) -> list[FrameNote]:
    """Return the notes without those that are only overtones of a lower note.

    Such a note begins while the lower one sounds, and the network is much less sure of it. This is
    not a part of Basic Pitch.
    """
    by_pitch: dict[int, list[FrameNote]] = defaultdict(list)
    for note in sorted(notes):
        by_pitch[note.pitch].append(note)

    def is_overtone(note: FrameNote) -> bool:
        for interval in _OVERTONES:
            lower = by_pitch.get(note.pitch - interval, [])
            index = bisect_right(lower, note.onset + _AT_ONCE, key=attrgetter("onset"))
            below = lower[index - 1] if index else None
            if (
                below is not None
                and below.release > note.onset
                and note.amplitude < _OVERTONE_SHARE * below.amplitude
            ):
                return True
        return False

    return [note for note in notes if not is_overtone(note)]


def with_inferred_onsets(heard: Activations) -> Matrix:
    """Return the onsets, with those that a sudden rise of the frames gives."""
    frames, onsets = heard.frames, heard.onsets
    rise = np.full_like(frames, np.inf)
    for distance in range(1, _RISE + 1):
        before = np.concatenate([np.zeros((distance, KEYS), np.float32), frames[:-distance]])
        rise = np.minimum(rise, frames - before)
    rise[:_RISE] = 0
    most = rise.max()
    if most <= 0:
        return onsets
    scaled: Matrix = np.maximum(onsets, rise * (onsets.max() / most))
    return scaled


def peaks(onsets: Matrix, threshold: float) -> npt.NDArray[np.intp]:
    """Return frame and key of each local maximum in time that reaches a threshold, (count, 2)."""
    middle = onsets[1:-1]
    is_peak = (middle > onsets[:-2]) & (middle > onsets[2:]) & (middle >= threshold)
    found = np.argwhere(is_peak)
    found[:, 0] += 1
    return found


def _struck(heard: Activations, left: Matrix, thresholds: Thresholds) -> Iterator[FrameNote]:
    """Yield the notes that begin with an onset, the last first, and take them from what is left."""
    last = len(left) - 1
    for onset, key in reversed(peaks(with_inferred_onsets(heard), thresholds.onset).tolist()):
        if onset >= last:
            continue
        release = onset + 1 + _sounding(left[onset + 1 : last, key], thresholds.frame)
        if release - onset > thresholds.shortest:
            left[onset:release, max(0, key - 1) : key + 2] = 0
            yield _note(heard.frames, onset, release, key)


def _followed(frames: Matrix, left: Matrix, thresholds: Thresholds) -> Iterator[FrameNote]:
    """Yield the notes in what is left, the strongest first, and take them from it."""
    last = len(left) - 1
    largest = left.max(axis=1)
    while largest[middle := int(largest.argmax())] > thresholds.frame:
        key = int(left[middle].argmax())
        left[middle, key] = 0
        ahead = _followed_frames(left[middle + 1 : last, key], thresholds.frame)
        behind = _followed_frames(left[1:middle, key][::-1], thresholds.frame)
        first, end = middle - behind.seen, middle + 1 + ahead.seen
        left[first:middle, max(0, key - 1) : key + 2] = 0
        left[middle + 1 : end, max(0, key - 1) : key + 2] = 0
        largest[first:end] = left[first:end].max(axis=1)
        onset, release = middle - behind.sounding, middle + ahead.sounding
        if release - onset > thresholds.shortest:
            yield _note(frames, onset, release, key)


@dataclass(frozen=True, slots=True)
class _Way:
    """The frames from a point on: those of the note, and those that were looked at."""

    sounding: int
    seen: int


def _followed_frames(energy: npt.NDArray[np.float32], threshold: float) -> _Way:
    """Return how far a note goes on."""
    seen = _end(energy, threshold)
    quiet = 0
    while quiet < seen and energy[seen - 1 - quiet] < threshold:
        quiet += 1
    return _Way(seen - quiet, seen)


def _sounding(energy: npt.NDArray[np.float32], threshold: float) -> int:
    """Return for how many frames a note sounds."""
    return _followed_frames(energy, threshold).sounding


def _end(energy: npt.NDArray[np.float32], threshold: float) -> int:
    """Return the frame at which energy has been below a threshold for `_GAP` frames, or its end."""
    quiet = 0
    for frame, value in enumerate(energy):
        quiet = quiet + 1 if value < threshold else 0
        if quiet == _GAP:
            return frame + 1
    return len(energy)


def _note(frames: Matrix, onset: int, release: int, key: int) -> FrameNote:
    amplitude = float(frames[onset:release, key].mean())
    return FrameNote(onset, release, key + LOWEST_PITCH, amplitude)
