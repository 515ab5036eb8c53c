"""The geometry of the piano keyboard: pitches to key rectangles and back.

All white keys have the same width and together fill the available rectangle. A black key covers
the line between two white ones, slightly off centre, as on a piano. The keyboard shows as many
octaves as fit, from a C to a C, and includes the requested range if it can.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

MIN_OCTAVES, MAX_OCTAVES = 2, 5
_MIDDLE_C = 60
# Of a white key; with two octaves, keys may be narrower.
_MIN_KEY_WIDTH_PX, _MAX_KEY_WIDTH_PX = 20.0, 40.0
_BLACK_WIDTH, _BLACK_LENGTH = 0.58, 0.62
# Distance of a black key's centre from the line, in widths of a white key.
_BLACK_OFFSETS = {1: -0.1, 3: 0.1, 6: -0.13, 8: 0.0, 10: 0.13}
_WHITE_STEPS = (0, 2, 4, 5, 7, 9, 11)
_WHITE_INDEX = {step: index for index, step in enumerate(_WHITE_STEPS)}


def is_black(pitch: int) -> bool:
    """Return whether a pitch has a black key."""
    return pitch % 12 in _BLACK_OFFSETS


@dataclass(frozen=True, slots=True)
class KeyboardLayout:
    """Some octaves of keys inside a rectangle."""

    rect: QRectF
    lowest: int
    octaves: int

    @classmethod
    def fit(cls, rect: QRectF, first: int, last: int) -> KeyboardLayout:
        """Return the keys that fit into `rect`, with `first` to `last` among them if possible."""
        fitting = (int(rect.width() / _MIN_KEY_WIDTH_PX) - 1) // 7
        octaves = min(MAX_OCTAVES, max(MIN_OCTAVES, fitting))
        lowest = _MIDDLE_C - 12 * (octaves // 2)
        while lowest + 12 * octaves < last:
            lowest += 12
        while lowest > first:
            lowest -= 12
        width = min(rect.width(), _MAX_KEY_WIDTH_PX * (7 * octaves + 1))
        left = round(rect.left() + (rect.width() - width) / 2)
        return cls(QRectF(left, rect.top(), width, rect.height()), lowest, octaves)

    @property
    def highest(self) -> int:
        """The highest pitch, a C."""
        return self.lowest + 12 * self.octaves

    @property
    def pitches(self) -> range:
        """All pitches that have a key."""
        return range(self.lowest, self.highest + 1)

    @property
    def white_width(self) -> float:
        """The average width of a white key in pixels."""
        return self.rect.width() / (7 * self.octaves + 1)

    def key_rect(self, pitch: int) -> QRectF:
        """Return a key's rectangle; a white key's ignores the black keys above it."""
        octave, step = divmod(pitch - self.lowest, 12)
        if step in _WHITE_INDEX:
            index = 7 * octave + _WHITE_INDEX[step]
            left, right = self._key_left(index), self._key_left(index + 1)
            return QRectF(left, self.rect.top(), right - left, self.rect.height())
        width = round(self.white_width * _BLACK_WIDTH)
        line = 7 * octave + _WHITE_INDEX[step - 1] + 1 + _BLACK_OFFSETS[step]
        left = round(self.rect.left() + line * self.white_width - width / 2)
        return QRectF(left, self.rect.top(), width, round(self.rect.height() * _BLACK_LENGTH))

    def pitch_at(self, point: QPointF) -> int | None:
        """Return the pitch of the key at a point; the inverse of `key_rect`."""
        if not self.rect.contains(point):
            return None
        at = int((point.x() - self.rect.left()) / self.white_width)
        octave, index = divmod(at, 7)
        white = self.lowest + 12 * octave + _WHITE_STEPS[index]
        # Black keys cover white ones. Edges are rounded, so the key may be a neighbour.
        for pitch in sorted(range(white - 2, white + 3), key=is_black, reverse=True):
            if pitch in self.pitches and self.key_rect(pitch).contains(point):
                return pitch
        return None

    def depth_at(self, point: QPointF, pitch: int) -> float:
        """Return how far down its key a point is, from 0 at the top to 1 at the lower edge."""
        place = self.key_rect(pitch)
        return min(1.0, max(0.0, (point.y() - place.top()) / place.height()))

    def _key_left(self, index: int) -> float:
        """Return the left edge of a white key, on a whole pixel."""
        return float(round(self.rect.left() + index * self.white_width))
