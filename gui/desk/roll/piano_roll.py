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
from gui.desk.roll.paint import NotePainter, place_of
from gui.desk.roll.tiles import Tiles
from gui.desk.roll.view import SECOND, View, compass, grid
from gui.desk.widgets.names import instrument_name
from gui.desk.widgets.picture import Picture
from model.tokens.vocabulary import pitch_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gui.desk.widgets.theme import Theme

FRAME_MS = 16
_LOWEST_PX = 110
_FADING_NS = SECOND
_NOTCH = 120  # of a mouse wheel, in eighths of a degree
_PEDAL_PX = 5.0
_BLACK_KEYS = {1, 3, 6, 8, 10}


class PianoRoll(Picture):
    """Draws the notes of a snapshot, and moves on between two of them."""

    followed = Signal(bool)
    """Whether the present is followed, or a place in the past is looked at."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot = Snapshot(0, TurnState.STOPPED, Settings(), ())
        self._painter = NotePainter(theme)
        self._tiles = Tiles(self._painter.paint)
        self._going_on: tuple[RollNote, ...] = ()  # what still sounds, or is to come
        self._taken_back: list[tuple[int, RollNote]] = []  # with when it was
        self._view = View(1, 1, 0)
        self._following = True
        self._dragged_from: float | None = None
        self._since = QElapsedTimer()
        self._frames = QTimer(self)
        self._frames.setInterval(FRAME_MS)
        self._frames.setTimerType(Qt.TimerType.PreciseTimer)
        self._frames.timeout.connect(self.update)
        self.setMinimumHeight(_LOWEST_PX)
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
        self._since.start()
        if snapshot.notes is not before.notes:
            self._take_notes(before)
        if snapshot.state is TurnState.STOPPED:
            self._frames.stop()
        elif self.isVisible() and not self._frames.isActive():
            self._frames.start()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._painter.theme = theme
        self._tiles.forget()
        self.update()

    def _take_notes(self, before: Snapshot) -> None:
        now_ns, notes = self._snapshot.now_ns, self._snapshot.notes
        kept = {(n.instrument, n.pitch, n.onset_ns) for n in notes if n.answered}
        self._taken_back = [(at, n) for at, n in self._taken_back if now_ns - at < _FADING_NS] + [
            (now_ns, note)
            for note in before.notes
            if note.answered
            and note.onset_ns > before.now_ns
            and (note.instrument, note.pitch, note.onset_ns) not in kept
        ]
        ended = tuple(n for n in notes if n.release_ns is not None and n.release_ns <= now_ns)
        self._going_on = tuple(n for n in notes if n.release_ns is None or n.release_ns > now_ns)
        self._tiles.show(ended)
        low, high = compass(notes, (self._view.lowest, self._view.highest))
        self._view = replace(self._view, lowest=low, highest=high)

    @property
    def now_ns(self) -> int:
        """The present, on the session clock."""
        moving = self._snapshot.state is not TurnState.STOPPED and self._since.isValid()
        return self._snapshot.now_ns + (self._since.nsecsElapsed() if moving else 0)

    def view(self) -> View:
        """Return what is shown now."""
        view = replace(self._view, width=self.width(), height=self.height())
        return view.following(self.now_ns) if self._following else view

    def hideEvent(self, event: QHideEvent) -> None:
        """Draw nothing that nobody sees."""
        self._frames.stop()
        super().hideEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Go on, if a session does."""
        if self._snapshot.state is not TurnState.STOPPED:
            self._frames.start()
        super().showEvent(event)

    # Where one looks.

    @property
    def follows(self) -> bool:
        """Tell whether the present is followed."""
        return self._following

    def follow(self) -> None:
        """Follow the music again."""
        self._look(self.view(), following=True)

    def scroll_by(self, pixels: float) -> None:
        """Look at a later time, by so many pixels, or an earlier one; near the end, follow."""
        view = self.view().scrolled(pixels)
        self._look(view, following=view.left_ns >= view.following(self.now_ns).left_ns)

    def zoom_by(self, steps: int, x: float | None = None) -> None:
        """Show a shorter time, by so many steps, or a longer one; what is at `x` stays there."""
        view = self.view()
        middle = view.x_at(self.now_ns) if self._following or x is None else x
        self._look(view.zoomed(steps, middle), following=self._following)

    def _look(self, view: View, *, following: bool) -> None:
        self._view = view
        if following is not self._following:
            self._following = following
            self.followed.emit(following)
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(960, 420)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom in time, or scroll, if the wheel is turned sideways or with a key held."""
        turned = event.angleDelta()
        sideways = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if turned.x() or sideways:
            self.scroll_by(-(turned.x() or turned.y()) / _NOTCH * 60)
        elif turned.y():
            steps = turned.y() / _NOTCH
            self.zoom_by(math.ceil(steps) if steps > 0 else math.floor(steps), event.position().x())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the music."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._dragged_from = event.position().x()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the music along."""
        if self._dragged_from is not None:
            x = event.position().x()
            self.scroll_by(self._dragged_from - x)
            self._dragged_from = x

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go of the music."""
        self._dragged_from = None
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
                self.follow()
            case _:
                super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Say what a note is when the mouse rests on it."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            note = self.note_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), "" if note is None else self._told(note), self)
            return True
        return super().event(event)

    def note_at(self, point: QPointF) -> RollNote | None:
        """Return the note at a place, the last that was begun if there are several."""
        view, now_ns = self.view(), self.now_ns
        for note in reversed(self._snapshot.notes):
            if place_of(note, view, now_ns).adjusted(-1, -1, 1, 1).contains(point):
                return note
        return None

    def _told(self, note: RollNote) -> str:
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
        self._paint_ground(painter, view)
        numbers = self._paint_grid(painter, view)
        self._tiles.draw(painter, view, self.devicePixelRatioF())
        shown = (n for n in self._going_on if n.onset_ns < view.ns_at(view.width))
        self._painter.paint(painter, view, shown, now_ns)
        for at_ns, note in self._taken_back:
            strength = 1 - (now_ns - at_ns) / _FADING_NS
            if strength > 0:
                self._painter.paint_taken_back(painter, view, note, strength)
        self._paint_pedal(painter, view, now_ns)
        self._paint_playhead(painter, view, now_ns)
        self._paint_names(painter, view, numbers)
        self.paint_frame(painter, self._painter.theme.accent)

    def _paint_ground(self, painter: QPainter, view: View) -> None:
        theme = self._painter.theme
        painter.fillRect(self.rect(), QColor(theme.panel))
        shade = QColor(theme.shade)
        for pitch in range(view.lowest, view.highest + 1):
            if pitch % 12 in _BLACK_KEYS:
                painter.fillRect(QRectF(0, view.y_at(pitch), view.width, view.row), shade)

    def _paint_grid(self, painter: QPainter, view: View) -> list[tuple[int, str]]:
        """Paint bars, beats and octaves; return where numbers of bars belong."""
        theme = self._painter.theme
        octaves = [pitch for pitch in range(view.lowest, view.highest + 1) if pitch % 12 == 0]
        # Rectangles, since Qt fills one in half the time that a line takes.
        bars, others = list[QRect](), list[QRect]()
        width, height = round(view.width), round(view.height)
        numbers = list[tuple[int, str]]()
        for line in grid(view, self._snapshot.epochs):
            x = round(view.x_at(line.time_ns))
            (bars if line.is_bar else others).append(QRect(x, 0, 1, height))
            if line.bar is not None:
                numbers.append((x + 4, str(line.bar)))
        for pitch in octaves:
            others.append(QRect(0, round(view.y_at(pitch) + view.row), width, 1))
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
            painter.drawText(QPointF(6, view.y_at(pitch) + view.row - 3), pitch_name(pitch))

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
