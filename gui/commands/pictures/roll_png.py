"""A piano roll as a picture: the player's notes and Antiphon's.

Time runs to the right in seconds, pitch upwards. Each side has its hue, velocity is opacity, and a
line marks each hand-over.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from bridge.system.units import SECOND
from gui.commands.pictures.png import default_font, png_painter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bridge.messages.snapshot import RollNote

PLAYED_COLOUR, ANSWERED_COLOUR = "#2f6f9f", "#c8641e"
_INK, _GRID, _HAND_OVER = "#20262e", "#e4e4e4", "#888888"
_WIDTH, _HEIGHT = 1320, 550
_ROLL = QRectF(56, 40, _WIDTH - 56 - 16, _HEIGHT - 40 - 56)
_TEXT_PIXELS = 15
_STEPS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
_MOST_STEPS = 15
_SHORTEST_S = 0.02


def draw_roll(notes: Sequence[RollNote], path: Path, title: str, *, replace: bool = True) -> None:
    """Write the picture; without notes the roll is empty.

    Raises:
        bridge.system.output_file.OutputError: the file is not written.

    """
    scale = _Scale.of(notes)
    with png_painter(path, _WIDTH, _HEIGHT, replace=replace) as painter:
        painter.setFont(default_font(_TEXT_PIXELS))
        _draw_grid(painter, scale)
        _draw_notes(painter, scale, notes)
        _draw_hand_overs(painter, scale, notes)
        painter.setPen(QColor(_INK))
        painter.drawRect(_ROLL)
        _draw_heading(painter, title)


@dataclass(frozen=True, slots=True)
class _Scale:
    """The visible range of seconds and pitches."""

    start_ns: int
    end_s: float
    lowest: int
    highest: int

    @classmethod
    def of(cls, notes: Sequence[RollNote]) -> _Scale:
        """Leave a margin around the notes."""
        start = min((note.onset_ns for note in notes), default=0)
        end = max((note.release_ns or note.onset_ns for note in notes), default=start + SECOND)
        pitches = [note.pitch for note in notes] or [60]
        return cls(start, (end - start) / SECOND + 0.3, min(pitches) - 3, max(pitches) + 3)

    def x(self, seconds: float) -> float:
        return _ROLL.left() + (seconds + 0.2) / (self.end_s + 0.2) * _ROLL.width()

    def y(self, pitch: float) -> float:
        return _ROLL.bottom() - (pitch - self.lowest) / (self.highest - self.lowest) * (
            _ROLL.height()
        )

    def seconds(self, time_ns: int) -> float:
        return (time_ns - self.start_ns) / SECOND


def _draw_grid(painter: QPainter, scale: _Scale) -> None:
    """Draw a line for each octave and at regular seconds, with numbers."""
    step = next((s for s in _STEPS_S if scale.end_s / s <= _MOST_STEPS), _STEPS_S[-1])
    for seconds in range(0, int(scale.end_s) + 1, step):
        x = scale.x(seconds)
        painter.setPen(QColor(_GRID))
        painter.drawLine(QLineF(x, _ROLL.top(), x, _ROLL.bottom()))
        _write(painter, QRectF(x - 50, _ROLL.bottom() + 4, 100, 20), str(seconds))
    for pitch in range(0, 128, 12):
        if scale.lowest <= pitch <= scale.highest:
            y = scale.y(pitch)
            painter.setPen(QColor(_GRID))
            painter.drawLine(QLineF(_ROLL.left(), y, _ROLL.right(), y))
            _write(painter, QRectF(0, y - 10, _ROLL.left() - 4, 20), f"C{pitch // 12 - 1}")
    _write(painter, QRectF(_ROLL.left(), _HEIGHT - 28, _ROLL.width(), 20), "seconds")


def _draw_notes(painter: QPainter, scale: _Scale, notes: Sequence[RollNote]) -> None:
    painter.setPen(QPen(Qt.GlobalColor.white, 0.6))
    for note in sorted(notes, key=lambda note: note.answered):
        onset = scale.seconds(note.onset_ns)
        release = onset if note.release_ns is None else scale.seconds(note.release_ns)
        hue = QColor(ANSWERED_COLOUR if note.answered else PLAYED_COLOUR)
        hue.setAlphaF(0.45 + 0.55 * note.velocity / 127)
        painter.setBrush(hue)
        upper_left = QPointF(scale.x(onset), scale.y(note.pitch + 0.5))
        lower_right = QPointF(scale.x(max(release, onset + _SHORTEST_S)), scale.y(note.pitch - 0.5))
        painter.drawRect(QRectF(upper_left, lower_right))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _draw_hand_overs(painter: QPainter, scale: _Scale, notes: Sequence[RollNote]) -> None:
    painter.setPen(QPen(QColor(_HAND_OVER), 1, Qt.PenStyle.DashLine))
    for time_ns in _hand_over_onsets_ns(notes):
        x = scale.x(scale.seconds(time_ns))
        painter.drawLine(QLineF(x, _ROLL.top(), x, _ROLL.bottom()))


def _draw_heading(painter: QPainter, title: str) -> None:
    """Write the title, and a legend of the two hues at the right."""
    heading = QRectF(_ROLL.left(), 0, _ROLL.width(), _ROLL.top())
    _write(painter, heading, title, Qt.AlignmentFlag.AlignLeft)
    right = _ROLL.right()
    for hue, who in ((ANSWERED_COLOUR, "answered"), (PLAYED_COLOUR, "played")):
        width = painter.fontMetrics().horizontalAdvance(who)
        heading.setRight(right)
        _write(painter, heading, who, Qt.AlignmentFlag.AlignRight)
        right -= width + 30
        painter.fillRect(QRectF(right, _ROLL.top() / 2 - 6, 22, 12), QColor(hue))
        right -= 20


def _write(
    painter: QPainter,
    room: QRectF,
    text: str,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignHCenter,
) -> None:
    painter.setPen(QColor(_INK))
    painter.drawText(room, (side | Qt.AlignmentFlag.AlignVCenter).value, text)


def _hand_over_onsets_ns(notes: Sequence[RollNote]) -> list[int]:
    """Return the onsets of each response's first note, in nanoseconds."""
    ordered = sorted(notes, key=lambda n: n.onset_ns)
    return [
        after.onset_ns
        for before, after in pairwise(ordered)
        if after.answered and not before.answered
    ]
