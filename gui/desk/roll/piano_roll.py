"""The piano roll: what was played, what was answered, and what is about to sound.

Between two snapshots it goes on by itself, sixty times a second, as long as a session goes on. It
follows the music until it is scrolled back, and from then on stands still, until it is asked to
follow again. What has ended comes from pictures (`gui.desk.roll.tiles`); the rest is painted.
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
_WHEEL_NOTCH = 120  # of a mouse wheel, in eighths of a degree
_PEDAL_PX = 5.0
_BLACK_KEYS = {1, 3, 6, 8, 10}


class PianoRoll(FocusFrameWidget):
    """Draws the notes of a snapshot, and moves on between two of them."""

    follow_changed = Signal(bool)
    """Whether the present is followed, or a place in the past is looked at."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot = Snapshot(0, TurnState.STOPPED, Settings(), ())
        self._painter = NotePainter(theme)
        self._tiles = TileCache(self._painter.paint)
        self._unfinished_notes: tuple[RollNote, ...] = ()  # what still sounds, or is to come
        self._retracted_notes: list[tuple[int, RollNote]] = []  # with when it was
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

    # What is shown.

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw this from now on."""
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
        """Draw in other colours."""
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
        """Return what is shown now."""
        view = replace(self._view, width=self.width(), height=self.height())
        return view.with_playhead_at(self.now_ns) if self._is_following else view

    def hideEvent(self, event: QHideEvent) -> None:
        """Draw nothing that nobody sees."""
        self._frame_timer.stop()
        super().hideEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Go on, if a session does."""
        if self._snapshot.state is not TurnState.STOPPED:
            self._frame_timer.start()
        super().showEvent(event)

    # Where one looks.

    @property
    def is_following(self) -> bool:
        """Tell whether the present is followed."""
        return self._is_following

    def follow_playhead(self) -> None:
        """Follow the music again."""
        self._set_view(self.view(), following=True)

    def scroll_by(self, pixels: float) -> None:
        """Look at a later time, by so many pixels, or an earlier one; near the end, follow."""
        view = self.view().scrolled(pixels)
        self._set_view(view, following=view.left_ns >= view.with_playhead_at(self.now_ns).left_ns)

    def zoom_by(self, steps: int, x: float | None = None) -> None:
        """Show a shorter time, by so many steps, or a longer one; what is at `x` stays there."""
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
        """Return a comfortable size."""
        return QSize(960, 420)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom in time, or scroll, if the wheel is turned sideways or with a key held."""
        turned = event.angleDelta()
        sideways = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if turned.x() or sideways:
            self.scroll_by(-(turned.x() or turned.y()) / _WHEEL_NOTCH * 60)
        elif turned.y():
            steps = turned.y() / _WHEEL_NOTCH
            self.zoom_by(math.ceil(steps) if steps > 0 else math.floor(steps), event.position().x())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the music."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._drag_x = event.position().x()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the music along."""
        if self._drag_x is not None:
            x = event.position().x()
            self.scroll_by(self._drag_x - x)
            self._drag_x = x

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go of the music."""
        self._drag_x = None
        self.unsetCursor()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll and zoom."""
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
        """Say what a note is when the mouse rests on it."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            note = self.note_at(QPointF(event.pos()))
            QToolTip.showText(
                event.globalPos(), "" if note is None else self._describe_note(note), self
            )
            return True
        return super().event(event)

    def note_at(self, point: QPointF) -> RollNote | None:
        """Return the note at a place, the last that was begun if there are several."""
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

    # How it is drawn.

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
        self.paint_frame(painter, self._painter.theme.accent)

    def _paint_background(self, painter: QPainter, view: View) -> None:
        theme = self._painter.theme
        painter.fillRect(self.rect(), QColor(theme.panel))
        shade = QColor(theme.shade)
        for pitch in range(view.lowest, view.highest + 1):
            if pitch % 12 in _BLACK_KEYS:
                painter.fillRect(QRectF(0, view.y_at(pitch), view.width, view.row_height), shade)

    def _paint_grid(self, painter: QPainter, view: View) -> list[tuple[int, str]]:
        """Paint bars, beats and octaves; return where numbers of bars belong."""
        theme = self._painter.theme
        octaves = [pitch for pitch in range(view.lowest, view.highest + 1) if pitch % 12 == 0]
        # Rectangles, since Qt fills one in half the time that a line takes.
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
        """Write the numbers of bars and the names of octaves, over what else there is."""
        painter.setPen(QColor(self._painter.theme.faint))
        for x, number in numbers:
            painter.drawText(QPointF(x, 14), number)
        for pitch in range(view.lowest + -view.lowest % 12, view.highest + 1, 12):
            painter.drawText(QPointF(6, view.y_at(pitch) + view.row_height - 3), pitch_name(pitch))

    def _paint_pedal(self, painter: QPainter, view: View, now_ns: int) -> None:
        """Show along the lower edge when the player's sustain pedal was down."""
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
