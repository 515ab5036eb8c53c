"""One voice: the strongest line through the activations, for what is sung, hummed or whistled.

A voice slides into its notes, trembles around them, and has strong overtones. Note by note, it
comes out as several keys that overlap, some of them an octave too high. So the line is decided as a
whole: for each frame it is on one key or silent, and of all lines the best is taken (the Viterbi
algorithm). A line earns the activation of its key in each frame. To leave a key costs as much as
some frames earn, and more for a wide leap than for a narrow one: a tremble, a slide through other
keys and a short leap to an overtone are not worth it. An onset refunds a part of the cost.

A line that stays on a key is divided where the key is struck again. The network hears an onset in
each wave of a vibrato too, so the sound must also become louder there. A short stay on a key beside
the next one, without a stroke, is a slide, as is what comes just before the first stroke.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from export.hearing.network import KEYS, LOWEST_PITCH
from export.hearing.notes import FrameNote, peaks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from export.hearing.network import Activations
    from export.hearing.notes import Thresholds

    Levels = npt.NDArray[np.float32]

_CHANGE = 2.0
"""What a change of key costs: the activation of two frames that are certain."""
_LEAP = 0.15
"""What each semitone of a leap costs more, up to `_WIDEST`."""
_WIDEST = 12
_SILENCE_CHANGE = 1.0
"""What beginning a note after silence costs, and ending it."""
_REFUND = 1.5
"""What a certain onset refunds."""
_RISE = 1.6
"""Where a note is struck again, the sound becomes this many times louder,"""
_SURE_RISE, _SURE_SHARE = 1.8, 0.6
"""or even louder, and then this share of the threshold is enough for the onset,"""
_BEFORE, _AFTER = 8, 5
"""from the quietest of the frames before to the loudest of the frames after."""
_SLIDE = 16
"""A slide has at most this many frames: 0.19 s."""
_NEAR = 8
"""The frames after the begin of a stay in which its onset is looked for."""
_CHORD_SHARE = 0.1
"""There are several voices if two keys sound in more than this share of the frames with sound."""
_OVERTONES = np.array((0, 12, 19, 24, 28, 31, 34, 36))
"""The semitones from a note to its overtones."""
_SILENT = KEYS
"""The state of the line without a key."""


@dataclass(frozen=True, slots=True)
class _Stay:
    """A part of the line that stays on a key: its first frame, the frame after its last one."""

    first: int
    end: int
    key: int

    def is_beside(self, later: _Stay) -> bool:
        """Return whether another stay follows at once, a semitone away."""
        return self.end == later.first and abs(self.key - later.key) == 1

    def has_any(self, frames: Sequence[int]) -> bool:
        """Return whether one of some frames is in the stay."""
        return any(self.first <= frame < self.end for frame in frames)


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


def line_in(heard: Activations, levels: Levels, thresholds: Thresholds) -> list[FrameNote]:
    """Return the notes of the strongest line, in order, none of which overlap.

    `levels` is the loudness of each frame.
    """
    if not len(heard.frames):
        return []
    strokes: dict[int, list[int]] = defaultdict(list)
    for frame, key in peaks(heard.onsets, _SURE_SHARE * thresholds.onset).tolist():
        is_sure = heard.onsets[frame, key] >= thresholds.onset
        if _becomes_louder(levels, frame, _RISE if is_sure else _SURE_RISE):
            strokes[key].append(frame)
    notes = [
        note
        for stay in _without_slides(_stays(_best_line(heard, thresholds.frame)), strokes)
        for note in _divided(heard, stay, strokes[stay.key], thresholds)
    ]
    if not notes:
        return []
    # A stroke may come some frames before the line changes.
    ends = [*(note.onset for note in notes[1:]), len(heard.frames)]
    single = (
        replace(note, release=min(note.release, end)) for note, end in zip(notes, ends, strict=True)
    )
    return [note for note in single if note.release - note.onset > thresholds.shortest]


def _becomes_louder(levels: Levels, frame: int, ratio: float) -> bool:
    """Return whether the sound becomes louder at a frame, by a ratio."""
    before = levels[max(0, frame - _BEFORE) : frame + 1].min()
    after = levels[frame : frame + _AFTER].max()
    return bool(after >= ratio * before)


def _best_line(heard: Activations, threshold: float) -> npt.NDArray[np.intp]:
    """Return the key of each frame on the best line, or `_SILENT`."""
    cost = _costs()
    silent = np.ones((len(heard.frames), 1), np.float32)
    earned = np.hstack([heard.frames, threshold * silent])
    refund = np.hstack([heard.onsets, 0 * silent]) * np.float32(_REFUND)
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


def _stays(line: npt.NDArray[np.intp]) -> list[_Stay]:
    """Return the parts of a line that stay on a key."""
    changes = (np.flatnonzero(np.diff(line)) + 1).tolist()
    return [
        _Stay(first, end, int(line[first]))
        for first, end in zip([0, *changes], [*changes, len(line)], strict=True)
        if line[first] != _SILENT
    ]


def _without_slides(stays: Sequence[_Stay], strokes: Mapping[int, Sequence[int]]) -> list[_Stay]:
    """Return the stays, where a slide belongs to the note that it leads to, or else comes from."""
    kept = list[_Stay]()
    for index, stay in enumerate(stays):
        later = stays[index + 1] if index + 1 < len(stays) else None
        is_slide = stay.end - stay.first <= _SLIDE and not stay.has_any(strokes.get(stay.key, ()))
        if is_slide and later is not None and stay.is_beside(later):
            continue
        if is_slide and kept and kept[-1].is_beside(stay):
            kept[-1] = replace(kept[-1], end=stay.end)
            continue
        kept.append(stay)
    return kept


def _divided(
    heard: Activations, stay: _Stay, strokes: Sequence[int], thresholds: Thresholds
) -> Iterator[FrameNote]:
    """Yield the notes of a stay, one for each time that its key is struck."""
    begins = list[int]()
    for frame in strokes:
        is_within = stay.first - _AFTER <= frame < stay.end
        if is_within and (not begins or frame - begins[-1] > thresholds.shortest):
            begins.append(frame)
    if not begins or begins[0] - stay.first > _SLIDE:
        begins.insert(0, _onset(heard, stay, thresholds.onset))
    for onset, release in zip(begins, [*begins[1:], stay.end], strict=True):
        amplitude = float(heard.frames[onset:release, stay.key].mean())
        yield FrameNote(onset, release, stay.key + LOWEST_PITCH, amplitude)


def _onset(heard: Activations, stay: _Stay, threshold: float) -> int:
    """Return the onset at the begin of a stay, or its begin if the network hears none there."""
    near = heard.onsets[stay.first : min(stay.end, stay.first + _NEAR), stay.key]
    return stay.first + int(near.argmax()) if near.max() >= threshold else stay.first
