"""The piano roll: the player's notes, Antiphon's, those still to come, and the expected chords.

It scrolls smoothly between two snapshots, at 60 frames a second, while a session runs. It follows
the music until the user scrolls back. It then stands still until it is set to follow again. Notes
that have ended come from cached pictures (`gui.desk.roll.tiles`); all others are painted.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from bridge.messages.settings import Settings
from bridge.messages.snapshot import RollNote, Snapshot, TurnState
from bridge.system.units import SECOND
from gui.desk.roll.chords import paint_chords
from gui.desk.roll.paint import NotePainter, note_rect
from gui.desk.roll.tiles import TileCache
from gui.desk.roll.view import View, grid_lines, pitch_range
from gui.desk.widgets.names import instrument_name
from gui.desk.widgets.picture import FocusFrameWidget
from model.tokens.vocabulary import pitch_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gui.desk.widgets.theme import Theme

FRAME_MS = 16
_MIN_HEIGHT_PX = 110
_FADE_NS = SECOND
_WHEEL_NOTCH = 120  # one mouse wheel notch, in eighths of a degree
_PEDAL_PX = 5.0
_BLACK_KEYS = {1, 3, 6, 8, 10}


class PianoRoll(FocusFrameWidget):
    """Draws the notes of a snapshot, and advances between two snapshots."""

    follow_changed = Signal(bool)
    """Whether the view follows the music or shows a place in the past."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot = Snapshot(0, TurnState.STOPPED, Settings(), ())
        self._painter = NotePainter(theme)
        self._tiles = TileCache(self._painter.paint)
        self._unfinished_notes: tuple[RollNote, ...] = ()  # sounding or still to come
        self._retracted_notes: list[tuple[int, RollNote]] = []  # with the time of retraction
        self._view = View(1, 1, 0)
        self._is_following = True
        self._drag_x: float | None = None
        self._elapsed = QElapsedTimer()
        self._frame_timer = QTimer(self)
        self._frame_timer.setInterval(FRAME_MS)
        self._frame_timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._frame_timer.timeout.connect(self.update)
        self.setMinimumHeight(_MIN_HEIGHT_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Piano roll"))
        self.setAccessibleDescription(
            self.tr(
                "Left and right scroll, plus and minus zoom, End follows the music again. "
                "With the mouse: drag, and turn the wheel."
            )
        )

    # Display.

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the state of a snapshot."""
        before, self._snapshot = self._snapshot, snapshot
        self._elapsed.start()
        if snapshot.notes is not before.notes:
            self._update_notes(before)
        if snapshot.state is TurnState.STOPPED:
            self._frame_timer.stop()
        elif self.isVisible() and not self._frame_timer.isActive():
            self._frame_timer.start()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self._painter.theme = theme
        self._tiles.clear()
        self.update()

    def _update_notes(self, before: Snapshot) -> None:
        now_ns, notes = self._snapshot.now_ns, self._snapshot.notes
        kept = {(n.instrument, n.pitch, n.onset_ns) for n in notes if n.answered}
        self._retracted_notes = [
            (at, n) for at, n in self._retracted_notes if now_ns - at < _FADE_NS
        ] + [
            (now_ns, note)
            for note in before.notes
            if note.answered
            and note.onset_ns > before.now_ns
            and (note.instrument, note.pitch, note.onset_ns) not in kept
        ]
        ended = tuple(n for n in notes if n.release_ns is not None and n.release_ns <= now_ns)
        self._unfinished_notes = tuple(
            n for n in notes if n.release_ns is None or n.release_ns > now_ns
        )
        self._tiles.set_notes(ended)
        low, high = pitch_range(notes, (self._view.lowest, self._view.highest))
        self._view = replace(self._view, lowest=low, highest=high)

    @property
    def now_ns(self) -> int:
        """The present, on the session clock."""
        moving = self._snapshot.state is not TurnState.STOPPED and self._elapsed.isValid()
        return self._snapshot.now_ns + (self._elapsed.nsecsElapsed() if moving else 0)

    def view(self) -> View:
        """Return the visible part of the music."""
        view = replace(self._view, width=self.width(), height=self.height())
        return view.with_playhead_at(self.now_ns) if self._is_following else view

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop the frame timer."""
        self._frame_timer.stop()
        super().hideEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Restart the frame timer, if a session runs."""
        if self._snapshot.state is not TurnState.STOPPED:
            self._frame_timer.start()
        super().showEvent(event)

    # Navigation.

    @property
    def is_following(self) -> bool:
        """Whether the view follows the music."""
        return self._is_following

    def follow_playhead(self) -> None:
        """Follow the music again."""
        self._set_view(self.view(), following=True)

    def scroll_by(self, pixels: float) -> None:
        """Scroll by `pixels`, later if positive; at the present, follow the music again."""
        view = self.view().scrolled(pixels)
        self._set_view(view, following=view.left_ns >= view.with_playhead_at(self.now_ns).left_ns)

    def zoom_by(self, steps: int, x: float | None = None) -> None:
        """Zoom in by `steps`, or out if negative; the time at `x` stays in place."""
        view = self.view()
        middle = view.x_at(self.now_ns) if self._is_following or x is None else x
        self._set_view(view.zoomed(steps, middle), following=self._is_following)

    def _set_view(self, view: View, *, following: bool) -> None:
        self._view = view
        if following is not self._is_following:
            self._is_following = following
            self.follow_changed.emit(following)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the preferred size."""
        return QSize(960, 420)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom in time; scroll if the wheel turns sideways or Shift is held."""
        turned = event.angleDelta()
        sideways = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if turned.x() or sideways:
            self.scroll_by(-(turned.x() or turned.y()) / _WHEEL_NOTCH * 60)
        elif turned.y():
            steps = turned.y() / _WHEEL_NOTCH
            self.zoom_by(math.ceil(steps) if steps > 0 else math.floor(steps), event.position().x())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start to drag the music."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._drag_x = event.position().x()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the music."""
        if self._drag_x is not None:
            x = event.position().x()
            self.scroll_by(self._drag_x - x)
            self._drag_x = x

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """End the drag."""
        self._drag_x = None
        self.unsetCursor()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll or zoom."""
        keys = Qt.Key
        match event.key():
            case keys.Key_Left:
                self.scroll_by(-80)
            case keys.Key_Right:
                self.scroll_by(80)
            case keys.Key_Plus | keys.Key_Equal:
                self.zoom_by(1)
            case keys.Key_Minus:
                self.zoom_by(-1)
            case keys.Key_End:
                self.follow_playhead()
            case _:
                super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Show a tooltip for the note under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            note = self.note_at(QPointF(event.pos()))
            QToolTip.showText(
                event.globalPos(), "" if note is None else self._describe_note(note), self
            )
            return True
        return super().event(event)

    def note_at(self, point: QPointF) -> RollNote | None:
        """Return the note at a point, the last one in the list if there are several."""
        view, now_ns = self.view(), self.now_ns
        for note in reversed(self._snapshot.notes):
            if note_rect(note, view, now_ns).adjusted(-1, -1, 1, 1).contains(point):
                return note
        return None

    def _describe_note(self, note: RollNote) -> str:
        who = self.tr("Antiphon") if note.answered else self.tr("you")
        name = pitch_name(note.pitch)
        return self.tr("{}: {} {}, velocity {}").format(
            who, instrument_name(note.instrument), name, note.velocity
        )

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the grid, the notes and the playhead."""
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        view, now_ns = self.view(), self.now_ns
        self._paint_background(painter, view)
        numbers = self._paint_grid(painter, view)
        self._tiles.draw(painter, view, self.devicePixelRatioF())
        shown = (n for n in self._unfinished_notes if n.onset_ns < view.ns_at(view.width))
        self._painter.paint(painter, view, shown, now_ns)
        for at_ns, note in self._retracted_notes:
            strength = 1 - (now_ns - at_ns) / _FADE_NS
            if strength > 0:
                self._painter.paint_retracted(painter, view, note, strength)
        self._paint_pedal(painter, view, now_ns)
        self._paint_playhead(painter, view, now_ns)
        self._paint_names(painter, view, numbers)
        paint_chords(painter, view, self._snapshot.chords, now_ns, self._painter.theme)
        self.paint_frame(painter, self._painter.theme.accent)

    def _paint_background(self, painter: QPainter, view: View) -> None:
        theme = self._painter.theme
        painter.fillRect(self.rect(), QColor(theme.panel))
        shade = QColor(theme.shade)
        for pitch in range(view.lowest, view.highest + 1):
            if pitch % 12 in _BLACK_KEYS:
                painter.fillRect(QRectF(0, view.y_at(pitch), view.width, view.row_height), shade)

    def _paint_grid(self, painter: QPainter, view: View) -> list[tuple[int, str]]:
        """Paint bars, beats and octaves; return the positions and numbers of the bars."""
        theme = self._painter.theme
        octaves = [pitch for pitch in range(view.lowest, view.highest + 1) if pitch % 12 == 0]
        # Rectangles: Qt fills one in half the time of a line.
        bars, others = list[QRect](), list[QRect]()
        width, height = round(view.width), round(view.height)
        numbers = list[tuple[int, str]]()
        for line in grid_lines(view, self._snapshot.epochs):
            x = round(view.x_at(line.time_ns))
            (bars if line.is_bar else others).append(QRect(x, 0, 1, height))
            if line.bar is not None:
                numbers.append((x + 4, str(line.bar)))
        for pitch in octaves:
            others.append(QRect(0, round(view.y_at(pitch) + view.row_height), width, 1))
        painter.setPen(Qt.PenStyle.NoPen)
        for lines, colour in ((others, theme.line), (bars, theme.strong_line)):
            painter.setBrush(QColor(colour))
            painter.drawRects(lines)
        return numbers

    def _paint_names(
        self, painter: QPainter, view: View, numbers: Iterable[tuple[int, str]]
    ) -> None:
        """Write the bar numbers and octave names above all else."""
        painter.setPen(QColor(self._painter.theme.faint))
        for x, number in numbers:
            painter.drawText(QPointF(x, 14), number)
        for pitch in range(view.lowest + -view.lowest % 12, view.highest + 1, 12):
            painter.drawText(QPointF(6, view.y_at(pitch) + view.row_height - 3), pitch_name(pitch))

    def _paint_pedal(self, painter: QPainter, view: View, now_ns: int) -> None:
        """Show along the lower edge when the player's sustain pedal is down."""
        colour = QColor(self._painter.theme.played)
        for down_ns, up_ns in self._snapshot.pedals:
            left = view.x_at(down_ns)
            width = max(1.0, view.x_at(now_ns if up_ns is None else up_ns) - left)
            if left < view.width and left + width > 0:
                painter.fillRect(QRectF(left, view.height - _PEDAL_PX, width, _PEDAL_PX), colour)

    def _paint_playhead(self, painter: QPainter, view: View, now_ns: int) -> None:
        x = view.x_at(now_ns)
        painter.setPen(QPen(QColor(self._painter.theme.text), 1.5))
        painter.drawLine(QPointF(x, 0), QPointF(x, view.height))
