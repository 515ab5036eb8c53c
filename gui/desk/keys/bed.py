"""Where the keys of a piano keyboard lie: pitches to places and back.

The white keys are all of one width and fill what room there is; a black one lies over the line
between two, a little aside, as on a piano. As many octaves are shown as there is room for, from a C
to a C, and among them those that are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

FEWEST_OCTAVES, MOST_OCTAVES = 2, 5
_MIDDLE_C = 60
_NARROWEST_PX, _WIDEST_PX = 20.0, 40.0  # of a white key; two octaves may have narrower ones
_BLACK_WIDTH, _BLACK_LENGTH = 0.58, 0.62
# How far the middle of a black key is from the line, in widths of a white one.
_ASIDE = {1: -0.1, 3: 0.1, 6: -0.13, 8: 0.0, 10: 0.13}
_WHITE = (0, 2, 4, 5, 7, 9, 11)
_INDEX = {step: index for index, step in enumerate(_WHITE)}


def is_black(pitch: int) -> bool:
    """Tell whether a pitch has a black key."""
    return pitch % 12 in _ASIDE


@dataclass(frozen=True, slots=True)
class KeyBed:
    """Some octaves of keys, in a room."""

    room: QRectF
    lowest: int
    octaves: int

    @classmethod
    def within(cls, room: QRectF, first: int, last: int) -> KeyBed:
        """Return the keys that a room has place for, among them, if possible, these."""
        fitting = (int(room.width() / _NARROWEST_PX) - 1) // 7
        octaves = min(MOST_OCTAVES, max(FEWEST_OCTAVES, fitting))
        lowest = _MIDDLE_C - 12 * (octaves // 2)
        while lowest + 12 * octaves < last:
            lowest += 12
        while lowest > first:
            lowest -= 12
        width = min(room.width(), _WIDEST_PX * (7 * octaves + 1))
        left = round(room.left() + (room.width() - width) / 2)
        return cls(QRectF(left, room.top(), width, room.height()), lowest, octaves)

    @property
    def highest(self) -> int:
        """Return the last pitch, a C."""
        return self.lowest + 12 * self.octaves

    @property
    def pitches(self) -> range:
        """Return all pitches that have a key."""
        return range(self.lowest, self.highest + 1)

    @property
    def white_width(self) -> float:
        """Return how wide a white key is, on average."""
        return self.room.width() / (7 * self.octaves + 1)

    def place_of(self, pitch: int) -> QRectF:
        """Return where a key lies; a white one as if there were no black ones."""
        octave, step = divmod(pitch - self.lowest, 12)
        if step in _INDEX:
            index = 7 * octave + _INDEX[step]
            left, right = self._line(index), self._line(index + 1)
            return QRectF(left, self.room.top(), right - left, self.room.height())
        width = round(self.white_width * _BLACK_WIDTH)
        line = 7 * octave + _INDEX[step - 1] + 1 + _ASIDE[step]
        left = round(self.room.left() + line * self.white_width - width / 2)
        return QRectF(left, self.room.top(), width, round(self.room.height() * _BLACK_LENGTH))

    def pitch_at(self, point: QPointF) -> int | None:
        """Return the key at a point; the inverse of `place_of`."""
        if not self.room.contains(point):
            return None
        at = int((point.x() - self.room.left()) / self.white_width)
        octave, index = divmod(at, 7)
        white = self.lowest + 12 * octave + _WHITE[index]
        # Black ones lie above; and lines are rounded, so that it may be the next key.
        for pitch in sorted(range(white - 2, white + 3), key=is_black, reverse=True):
            if pitch in self.pitches and self.place_of(pitch).contains(point):
                return pitch
        return None

    def depth_at(self, point: QPointF, pitch: int) -> float:
        """Return how far down a key a point is, from 0 at its top to 1."""
        place = self.place_of(pitch)
        return min(1.0, max(0.0, (point.y() - place.top()) / place.height()))

    def _line(self, index: int) -> float:
        """Return the line to the left of a white key, on a whole pixel."""
        return float(round(self.room.left() + index * self.white_width))
