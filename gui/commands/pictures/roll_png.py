"""A piano roll as a picture: the player's notes and Antiphon's.

Time runs to the right, pitch upwards. Each side has its hue, velocity is opacity, and a line marks
each hand-over. Music with bars has their lines and numbers, other music seconds.
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
_LEFT, _TOP, _RIGHT, _BOTTOM = 56, 40, 16, 56
_WIDEST, _PIXELS_A_SECOND = 8000, 22
"""A longer roll than fits the usual width is wider, up to a limit."""
_BAR_PIXELS = 40
"""The least distance of two numbers of bars."""
_TEXT_PIXELS = 15
_STEPS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
_MOST_STEPS = 15
_BAR_STEPS, _BAR_STEPS_WITH_LINES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024), 8
_SHORTEST_S = 0.02


def draw_roll(
    notes: Sequence[RollNote],
    path: Path,
    title: str,
    *,
    bars_ns: Sequence[int] = (),
    sides: Sequence[str] = ("played", "answered"),
    replace: bool = True,
) -> None:
    """Write the picture; without notes the roll is empty.

    `bars_ns` are the times of the bar lines, the first of bar 1. `sides` name the two hues.

    Raises:
        bridge.system.output_file.OutputError: the file is not written.

    """
    scale = _Scale.of(notes, bars_ns)
    with png_painter(path, scale.width, _HEIGHT, replace=replace) as painter:
        painter.setFont(default_font(_TEXT_PIXELS))
        _draw_octaves(painter, scale)
        if bars_ns:
            _draw_bars(painter, scale, bars_ns)
        else:
            _draw_seconds(painter, scale)
        _draw_notes(painter, scale, notes)
        _draw_hand_overs(painter, scale, notes)
        painter.setPen(QColor(_INK))
        painter.drawRect(scale.roll)
        _draw_heading(painter, scale, title, sides)


@dataclass(frozen=True, slots=True)
class _Scale:
    """The visible range of seconds and pitches."""

    start_ns: int
    end_s: float
    lowest: int
    highest: int

    @classmethod
    def of(cls, notes: Sequence[RollNote], bars_ns: Sequence[int] = ()) -> _Scale:
        """Leave a margin around the notes and the bar lines."""
        starts, ends = [note.onset_ns for note in notes], [*bars_ns[-1:]]
        ends += [note.release_ns or note.onset_ns for note in notes]
        start = bars_ns[0] if bars_ns else min(starts, default=0)
        end = max(ends, default=start + SECOND)
        pitches = [note.pitch for note in notes] or [60]
        return cls(start, (end - start) / SECOND + 0.3, min(pitches) - 3, max(pitches) + 3)

    @property
    def width(self) -> int:
        """The width of the picture in pixels."""
        return max(_WIDTH, min(_WIDEST, round(self.end_s * _PIXELS_A_SECOND)))

    @property
    def roll(self) -> QRectF:
        """The place of the roll in the picture."""
        return QRectF(_LEFT, _TOP, self.width - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM)

    def x(self, seconds: float) -> float:
        roll = self.roll
        return roll.left() + (seconds + 0.2) / (self.end_s + 0.2) * roll.width()

    def y(self, pitch: float) -> float:
        roll = self.roll
        return roll.bottom() - (pitch - self.lowest) / (self.highest - self.lowest) * roll.height()

    def seconds(self, time_ns: int) -> float:
        return (time_ns - self.start_ns) / SECOND


def _draw_seconds(painter: QPainter, scale: _Scale) -> None:
    """Draw a line at regular seconds, with numbers."""
    step = next((s for s in _STEPS_S if scale.end_s / s <= _MOST_STEPS), _STEPS_S[-1])
    for seconds in range(0, int(scale.end_s) + 1, step):
        _draw_line(painter, scale, seconds, str(seconds))
    _write(painter, _below(scale, 28), "seconds")


def _draw_bars(painter: QPainter, scale: _Scale, bars_ns: Sequence[int]) -> None:
    """Draw a line for each bar, or for every second, fifth ... of many, with its number."""
    room = scale.roll.width() / max(1, len(bars_ns)) / _BAR_PIXELS
    step = next((step for step in _BAR_STEPS if step * room >= 1), _BAR_STEPS[-1])
    for number, time_ns in enumerate(bars_ns):
        if number % step == 0:
            _draw_line(painter, scale, scale.seconds(time_ns), str(number + 1))
        elif step <= _BAR_STEPS_WITH_LINES:
            _draw_line(painter, scale, scale.seconds(time_ns), "")
    _write(painter, _below(scale, 28), "bars")


def _draw_octaves(painter: QPainter, scale: _Scale) -> None:
    """Draw a line for each octave, with its name."""
    for pitch in range(0, 128, 12):
        if scale.lowest <= pitch <= scale.highest:
            y = scale.y(pitch)
            painter.setPen(QColor(_GRID))
            painter.drawLine(QLineF(scale.roll.left(), y, scale.roll.right(), y))
            _write(painter, QRectF(0, y - 10, scale.roll.left() - 4, 20), f"C{pitch // 12 - 1}")


def _draw_line(painter: QPainter, scale: _Scale, seconds: float, text: str) -> None:
    """Draw a vertical line, with a text below it."""
    x = scale.x(seconds)
    painter.setPen(QColor(_GRID))
    painter.drawLine(QLineF(x, scale.roll.top(), x, scale.roll.bottom()))
    _write(painter, QRectF(x - 50, scale.roll.bottom() + 4, 100, 20), text)


def _below(scale: _Scale, height: int) -> QRectF:
    """Return the room for a line of text at the lower edge of the picture."""
    return QRectF(scale.roll.left(), _HEIGHT - height, scale.roll.width(), 20)


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
        painter.drawLine(QLineF(x, scale.roll.top(), x, scale.roll.bottom()))


def _draw_heading(painter: QPainter, scale: _Scale, title: str, sides: Sequence[str]) -> None:
    """Write the title, and a legend of the two hues at the right."""
    heading = QRectF(scale.roll.left(), 0, scale.roll.width(), scale.roll.top())
    _write(painter, heading, title, Qt.AlignmentFlag.AlignLeft)
    right = scale.roll.right()
    for who, hue in reversed(list(zip(sides, (PLAYED_COLOUR, ANSWERED_COLOUR), strict=False))):
        width = painter.fontMetrics().horizontalAdvance(who)
        heading.setRight(right)
        _write(painter, heading, who, Qt.AlignmentFlag.AlignRight)
        right -= width + 30
        painter.fillRect(QRectF(right, scale.roll.top() / 2 - 6, 22, 12), QColor(hue))
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
