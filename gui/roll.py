"""The piano roll: what was played, what was answered, and what is about to sound.

Time runs from left to right, pitch from bottom to top, and the playhead stands at two thirds of the
width, so that the plan is seen before it is heard. The two players have two hues; velocity is
opacity; what has not sounded yet is drawn as an outline. `boxes` says where everything goes and is
all that needs testing; the widget paints it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from bridge.dialogue import RollNote, Settings, Snapshot, State
from bridge.instruments import Instrument

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gui.theme import Theme

SECOND = 1_000_000_000
PLAYHEAD = 0.67
_FRAME_MS = 16
_SHORTEST_SPAN_S, _LONGEST_SPAN_S = 4.0, 60.0
_FEWEST_PITCHES = 36
_MARGIN_PITCHES = 2
_TINT = 0.007  # of the circle of hues, from one instrument to the next


@dataclass(frozen=True, slots=True)
class Box:
    """A note in its place; planned if it has not begun to sound."""

    note: RollNote
    x: float
    y: float
    width: float
    height: float
    planned: bool


@dataclass(frozen=True, slots=True)
class View:
    """What part of the music a roll of some size shows."""

    width: float
    height: float
    now_ns: int
    span_ns: int
    lowest: int
    highest: int

    def x_at(self, time_ns: int) -> float:
        """Return the place of a time."""
        return self.width * (PLAYHEAD + (time_ns - self.now_ns) / self.span_ns)

    def y_at(self, pitch: float) -> float:
        """Return the upper edge of a pitch's row."""
        return (self.highest - pitch) * self.row

    @property
    def row(self) -> float:
        """The height of a pitch's row."""
        return self.height / (self.highest - self.lowest + 1)


def compass(notes: Iterable[RollNote]) -> tuple[int, int]:
    """Return the lowest and highest pitch to show: all notes, and never under three octaves."""
    pitches = [note.pitch for note in notes] or [60]
    low, high = min(pitches) - _MARGIN_PITCHES, max(pitches) + _MARGIN_PITCHES
    missing = max(0, _FEWEST_PITCHES - (high - low + 1))
    low = min(max(0, low - missing // 2), 128 - _FEWEST_PITCHES)
    high = min(127, max(high, low + _FEWEST_PITCHES - 1))
    return low, high


def boxes(notes: Sequence[RollNote], view: View) -> list[Box]:
    """Return the notes that can be seen, each in its place."""
    placed = []
    for note in notes:
        left = view.x_at(note.onset_ns)
        right = view.x_at(view.now_ns if note.release_ns is None else note.release_ns)
        width = max(3.0, right - left)
        if left < view.width and left + width > 0:
            planned = note.onset_ns > view.now_ns
            y = view.y_at(note.pitch)
            placed.append(Box(note, left, y, width, view.row, planned))
    return placed


class PianoRoll(QWidget):
    """Draws the notes of a snapshot, and scrolls on between two of them."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._snapshot = Snapshot(0, State.STOPPED, Settings(), ())
        self._since = QElapsedTimer()
        self._span_s = 14.0
        self._frames = QTimer(self)
        self._frames.setInterval(_FRAME_MS)
        self._frames.timeout.connect(self.update)
        self.setMinimumHeight(220)
        self.setAccessibleName(self.tr("Piano roll"))
        self.setToolTip(self.tr("What you played and what Antiphon answers. Scroll to zoom."))

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw this from now on."""
        self._snapshot = snapshot
        self._since.start()
        if snapshot.state is State.STOPPED:
            self._frames.stop()
        elif not self._frames.isActive():
            self._frames.start()
        self.update()

    def view(self) -> View:
        """Return what is shown now."""
        moving = self._snapshot.state is not State.STOPPED and self._since.isValid()
        passed = self._since.nsecsElapsed() if moving else 0
        low, high = compass(self._snapshot.notes)
        span = round(self._span_s * SECOND)
        now_ns = self._snapshot.now_ns + passed
        return View(self.width(), self.height(), now_ns, span, low, high)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(960, 420)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom in time."""
        factor = 0.85 if event.angleDelta().y() > 0 else 1 / 0.85
        self._span_s = min(_LONGEST_SPAN_S, max(_SHORTEST_SPAN_S, self._span_s * factor))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the grid, the notes and the playhead."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        view = self.view()
        painter.fillRect(self.rect(), QColor(self._theme.panel))
        self._paint_grid(painter, view)
        for box in boxes(self._snapshot.notes, view):
            self._paint_note(painter, box)
        painter.setPen(QPen(QColor(self._theme.faint), 1.5))
        x = view.x_at(view.now_ns)
        painter.drawLine(QPointF(x, 0), QPointF(x, view.height))
        self._paint_legend(painter, view)
        painter.end()

    def _paint_grid(self, painter: QPainter, view: View) -> None:
        painter.setPen(QPen(QColor(self._theme.line), 1))
        first = view.now_ns - round(view.span_ns * PLAYHEAD)
        for second in range(first // SECOND, (first + view.span_ns) // SECOND + 1):
            x = view.x_at(second * SECOND)
            painter.drawLine(QPointF(x, 0), QPointF(x, view.height))
        for pitch in range(view.lowest, view.highest + 1):
            if pitch % 12:
                continue
            y = view.y_at(pitch) + view.row
            painter.setPen(QPen(QColor(self._theme.line), 1))
            painter.drawLine(QPointF(0, y), QPointF(view.width, y))
            painter.setPen(QColor(self._theme.faint))
            painter.drawText(QPointF(6, y - 4), f"C{pitch // 12 - 1}")

    def _paint_note(self, painter: QPainter, box: Box) -> None:
        theme = self._theme
        colour = QColor(theme.answered if box.note.answered else theme.played)
        # Instruments are tints of the player's hue.
        hue = (colour.hsvHueF() + _TINT * int(box.note.instrument)) % 1.0
        colour.setHsvF(hue, colour.hsvSaturationF(), colour.valueF())
        fill = QColor(colour)
        fill.setAlphaF(0.18 if box.planned else 0.45 + 0.55 * box.note.velocity / 127)
        painter.setBrush(fill)
        painter.setPen(QPen(colour, 1.2) if box.planned else Qt.PenStyle.NoPen)
        inner = QRectF(box.x, box.y + 0.5, box.width, max(2.0, box.height - 1))
        if box.note.instrument is Instrument.DRUMS:
            half = max(3.0, inner.height() / 2)
            middle = inner.center().y()
            corners = ((0, -half), (half, 0), (0, half), (-half, 0))
            painter.drawPolygon([QPointF(box.x + dx, middle + dy) for dx, dy in corners])
        else:
            painter.drawRoundedRect(inner, 2, 2)

    def _paint_legend(self, painter: QPainter, view: View) -> None:
        x = view.width - 12.0
        for text, colour in (
            (self.tr("Antiphon"), self._theme.answered),
            (self.tr("you"), self._theme.played),
        ):
            x -= painter.fontMetrics().horizontalAdvance(text)
            painter.setPen(QColor(self._theme.text))
            painter.drawText(QPointF(x, 18), text)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            x -= 16
            painter.drawRoundedRect(QRectF(x, 9, 10, 10), 2, 2)
            x -= 14
