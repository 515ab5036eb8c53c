"""One voice: the strongest line through the activations, for what is sung, hummed or whistled.

A voice slides into its notes, trembles around them, and has strong overtones. Note by note, it
comes out as several keys that overlap, some of them an octave too high. So the line is decided as a
whole: for each frame it is on one key or silent, and of all lines the best is taken (the Viterbi
algorithm). A line earns the activation of its key in each frame. To leave a key costs as much as
some frames earn, and more for a wide leap than for a narrow one: a tremble, a slide through other
keys and a short leap to an overtone are not worth it. An onset refunds a part of the cost.

A line that stays on a key is divided where the key is struck again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from export.hearing.network import KEYS, LOWEST_PITCH
from export.hearing.notes import FrameNote, peaks

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from export.hearing.network import Activations
    from export.hearing.notes import Thresholds

_CHANGE = 2.0
"""What a change of key costs: the activation of two frames that are certain."""
_LEAP = 0.15
"""What each semitone of a leap costs more, up to `_WIDEST`."""
_WIDEST = 12
_SILENCE_CHANGE = 1.0
"""What beginning a note after silence costs, and ending it."""
_REFUND = 1.5
"""What a certain onset refunds."""
_CHORD_SHARE = 0.1
"""There are several voices if two keys sound in more than this share of the frames with sound."""
_OVERTONES = np.array((0, 12, 19, 24, 28, 31, 34, 36))
"""The semitones from a note to its overtones."""
_SILENT = KEYS
"""The state of the line without a key."""


def is_one_voice(heard: Activations, threshold: float) -> bool:
    """Return whether one note at a time sounds: no second key but neighbours and overtones."""
    sounding = heard.frames > threshold
    frames = np.flatnonzero(sounding.any(axis=1))
    if not len(frames):
        return False
    keys = np.arange(KEYS)
    distance = np.abs(keys[:, None] - keys[None, :])
    is_related = (np.abs(distance[..., None] - _OVERTONES) <= 1).any(axis=-1)
    strongest = heard.frames[frames].argmax(axis=1)
    second = sounding[frames] & ~is_related[strongest]
    return bool(second.any(axis=1).mean() <= _CHORD_SHARE)


def line_in(heard: Activations, thresholds: Thresholds) -> list[FrameNote]:
    """Return the notes of the strongest line, in order, none of which overlap."""
    if not len(heard.frames):
        return []
    line = _best_line(heard, thresholds.frame)
    struck = set(map(tuple, peaks(heard.onsets, thresholds.onset).tolist()))
    return [
        note
        for first, end, key in _stays(line)
        for note in _divided(heard, first, end, key, struck, thresholds)
        if note.release - note.onset > thresholds.shortest
    ]


def _best_line(heard: Activations, threshold: float) -> npt.NDArray[np.intp]:
    """Return the key of each frame on the best line, or `_SILENT`."""
    cost = _costs()
    earned = np.column_stack([heard.frames, np.full(len(heard.frames), threshold)])
    refund = np.column_stack([heard.onsets * _REFUND, np.zeros(len(heard.frames))])
    came_from = np.empty((len(earned), KEYS + 1), np.int8)
    states = np.arange(KEYS + 1)
    total = np.where(states == _SILENT, 0.0, -_SILENCE_CHANGE) + earned[0]
    for frame in range(1, len(earned)):
        ways = total[:, None] - cost
        best = ways.argmax(axis=0)
        came_from[frame] = best
        # Who stays on a key gets no refund.
        change = np.where(best == states, 0.0, refund[frame])
        total = ways[best, states] + change + earned[frame]
    line = np.empty(len(earned), np.intp)
    line[-1] = total.argmax()
    for frame in range(len(earned) - 1, 0, -1):
        line[frame - 1] = came_from[frame, line[frame]]
    return line


def _costs() -> npt.NDArray[np.float64]:
    """Return what it costs to go from one state to another, (from, to)."""
    keys = np.arange(KEYS)
    leap = np.minimum(np.abs(keys[:, None] - keys[None, :]), _WIDEST)
    cost = np.full((KEYS + 1, KEYS + 1), _SILENCE_CHANGE)
    cost[:KEYS, :KEYS] = np.where(leap > 0, _CHANGE + _LEAP * leap, 0)
    cost[_SILENT, _SILENT] = 0
    return cost


def _stays(line: npt.NDArray[np.intp]) -> Iterator[tuple[int, int, int]]:
    """Yield the first frame, the end and the key of each part of a line that stays on a key."""
    changes = (np.flatnonzero(np.diff(line)) + 1).tolist()
    for first, end in zip([0, *changes], [*changes, len(line)], strict=True):
        if line[first] != _SILENT:
            yield first, end, int(line[first])


def _divided(
    heard: Activations,
    first: int,
    end: int,
    key: int,
    struck: set[tuple[int, ...]],
    thresholds: Thresholds,
) -> Iterator[FrameNote]:
    """Yield the notes of a key that the line stays on, one for each time that it is struck."""
    begins = [first]
    for frame in range(first + 1, end):
        if (frame, key) in struck and frame - begins[-1] > thresholds.shortest:
            begins.append(frame)
    for onset, release in zip(begins, [*begins[1:], end], strict=True):
        amplitude = float(heard.frames[onset:release, key].mean())
        yield FrameNote(onset, release, key + LOWEST_PITCH, amplitude)
