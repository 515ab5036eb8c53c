"""A small roll: one take in full, to audition with a click and to drag out as a file.

Its notes look like the responses of the large roll. A take always fills the width, so time is laid
out in ticks. A click, Enter or Space plays or stops the take; a double click keeps it. Dragging it
out makes a MIDI file of the take, or with Shift of all the music up to its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QLineF,
    QMimeData,
    QPoint,
    QPointF,
    QRectF,
    QSize,
    Qt,
    QUrl,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QDrag,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QApplication, QWidget

from bridge.history.takes import Span
from bridge.midi.notes import Note, Score
from gui.desk.keys.musical_typing import PUSHED_PROPERTY
from gui.desk.roll.paint import NotePainter
from gui.desk.takes.card import TITLE_PX, Card, TakeState
from gui.desk.takes.take_layout import TakeLayout
from gui.desk.widgets.languages import translated
from gui.desk.widgets.names import instrument_name
from gui.wording.model_files import sentence_of_run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bridge.messages.originality import Run
    from gui.desk.widgets.theme import Theme

_PLAYHEAD_PX = 2.0


class SmallRoll(QWidget):
    """Shows a take, or an empty position."""

    played = Signal()
    """Emitted to play the take, or to stop it."""
    kept = Signal()
    chosen = Signal()
    """Emitted on focus: the next command applies to this take."""

    def __init__(
        self,
        theme: Theme,
        write_file: Callable[[bool], Path | None],
        parent: QWidget | None = None,
    ) -> None:
        """Show no take; `write_file` writes the take, or all the music up to it, to a file."""
        super().__init__(parent)
        self._position, self._write_file = 1, write_file
        self._painter = NotePainter(theme)
        self._state, self._chosen = TakeState.EMPTY, False
        self._score, self._span = Score(), Span(0, 1)
        self._notes: tuple[Note, ...] = ()
        self._run: Run | None = None
        self._playhead: float | None = None
        self._press_position: QPoint | None = None
        self._hovered = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty(PUSHED_PROPERTY, True)  # otherwise the space bar would be the pedal
        self.setMinimumSize(96, 72)
        self._describe()

    # Display.

    @property
    def state(self) -> TakeState:
        """The state of the take."""
        return self._state

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes that are shown."""
        return self._notes

    @property
    def playhead(self) -> float | None:
        """The fraction that has sounded, from 0 to 1, during an audition."""
        return self._playhead

    @property
    def is_chosen(self) -> bool:
        """Whether the next command applies to this take."""
        return self._chosen

    def clear(self, position: int) -> None:
        """Show an empty position, counted from 1."""
        self.show_take(position, Score(), Span(0, 1), (), TakeState.EMPTY)

    def show_take(
        self,
        position: int,
        before: Score,
        span: Span,
        notes: Sequence[Note],
        state: TakeState,
        run: Run | None = None,
    ) -> None:
        """Show a take that fills a span after some music, whose metre gives the bars.

        `run` is what it copies from a training piece.
        """
        self._position, self._score = position, before
        self._span, self._notes, self._run = span, tuple(notes), run
        self.set_state(state)

    def set_state(self, state: TakeState) -> None:
        """Show the state of the take."""
        self._state = state
        if state is not TakeState.PLAYING:
            self._playhead = None
        self._describe()
        self.update()

    def set_playhead(self, fraction: float) -> None:
        """Show the fraction that has sounded, from 0 to 1."""
        self._playhead = fraction
        self.update()

    def set_chosen(self, chosen: bool) -> None:  # noqa: FBT001 - as Qt's setters
        """Show whether the next command applies to this take."""
        self._chosen = chosen
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self._painter.theme = theme
        self.update()

    @property
    def title(self) -> str:
        """The title above the notes."""
        return self.tr("Take {}").format(self._position)

    @property
    def status(self) -> str:
        """The text beside the title."""
        kinds = sorted({note.instrument for note in self._notes})
        names = ", ".join(instrument_name(kind) for kind in kinds)
        match self._state:
            case TakeState.EMPTY:
                return ""
            case TakeState.GENERATING if not self._notes:
                return "\N{HORIZONTAL ELLIPSIS}"
        if self._run is not None:
            return translated(sentence_of_run(self._run))
        count = len(self._notes)
        words = self.tr("{} · 1 note") if count == 1 else self.tr("{} · {} notes")
        return words.format(names, count)

    def _describe(self) -> None:
        state = {
            TakeState.EMPTY: self.tr("empty"),
            TakeState.GENERATING: self.tr("being generated"),
            TakeState.READY: self.tr("ready"),
            TakeState.PLAYING: self.tr("playing"),
            TakeState.KEPT: self.tr("kept"),
        }[self._state]
        self.setToolTip(
            ("" if self._run is None else f"{self.status}.\n")
            + self.tr("Click to hear it, click twice to keep it. Drag it into your DAW as a file;")
            + " "
            + self.tr("with Shift, with all that comes before it.")
        )
        self.setAccessibleName(self.title)
        self.setAccessibleDescription(f"{state}. {self.status}" if self._notes else state)

    # Input.

    @property
    def _is_complete(self) -> bool:
        """Whether the take is complete."""
        return self._state in (TakeState.READY, TakeState.PLAYING, TakeState.KEPT)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Play or stop the take."""
        keys = Qt.Key
        if event.key() in (keys.Key_Return, keys.Key_Enter, keys.Key_Space):
            if self._is_complete:
                self.played.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start a click or a drag."""
        if event.button() is Qt.MouseButton.LeftButton and self._is_complete:
            self._press_position = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Start the drag after a minimum distance."""
        if self._press_position is None:
            return
        moved = event.position().toPoint() - self._press_position
        if moved.manhattanLength() >= QApplication.startDragDistance():
            self._press_position = None
            up_to_end = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            drag = self.make_drag(up_to_end=up_to_end)
            if drag is not None:
                drag.exec(Qt.DropAction.CopyAction)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Play or stop the take, unless it was dragged."""
        if self._press_position is not None:
            self._press_position = None
            self.played.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Keep the take."""
        if event.button() is Qt.MouseButton.LeftButton and self._is_complete:
            self.kept.emit()

    def make_drag(self, *, up_to_end: bool) -> QDrag | None:
        """Return the drag of a file with a picture, or None if it cannot be written."""
        path = self._write_file(up_to_end)
        if path is None:
            return None
        drag, data = QDrag(self), QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        drag.setMimeData(data)
        drag.setPixmap(self.grab())
        drag.setHotSpot(QPoint(self.width() // 2, int(TITLE_PX) // 2))
        return drag

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Emit `chosen`, so that the next command applies to this take."""
        super().focusInEvent(event)
        self.chosen.emit()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Remove the focus frame."""
        super().focusOutEvent(event)
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that the mouse is over the take."""
        super().enterEvent(event)
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Show that the mouse has left."""
        super().leaveEvent(event)
        self._hovered = False
        self.update()

    def sizeHint(self) -> QSize:
        """Return the preferred size."""
        return QSize(220, 104)

    # Painting.

    @property
    def notes_rect(self) -> QRectF:
        """The rectangle of the notes."""
        return self._card().notes_rect

    def x_at(self, tick: int) -> float:
        """Return the x position of a tick, from the left edge of the notes."""
        return self._layout().x_at(tick)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the card, its title, the bars, the notes and the playhead."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card, layout = self._card(), self._layout()
        card.paint(painter, self._painter.theme, self.font())
        painter.save()
        painter.translate(card.notes_rect.topLeft())
        if self._state is TakeState.EMPTY:
            self._paint_empty(painter, layout)
        else:
            self._paint_bars(painter, layout)
            self._painter.paint(painter, layout.view(), layout.roll_notes())
        if self._playhead is not None:
            self._paint_playhead(painter, layout, self._playhead)
        painter.restore()
        painter.end()

    def _card(self) -> Card:
        return Card(
            QRectF(self.rect()),
            self._state,
            self.title,
            self.status,
            is_chosen=self._chosen,
            is_hovered=self._hovered,
            has_focus=self.hasFocus(),
        )

    def _layout(self) -> TakeLayout:
        music = self.notes_rect
        return TakeLayout(self._score, self._span, self._notes, music.width(), music.height())

    def _paint_empty(self, painter: QPainter, layout: TakeLayout) -> None:
        painter.setPen(QPen(QColor(self._painter.theme.line), 1))
        middle = round(layout.height / 2) - 0.5
        painter.drawLine(QPointF(0, middle), QPointF(layout.width, middle))

    def _paint_bars(self, painter: QPainter, layout: TakeLayout) -> None:
        theme = self._painter.theme
        bars, beats = list[QLineF](), list[QLineF]()
        for tick, is_bar in layout.grid_lines():
            x = round(layout.x_at(tick)) + 0.5
            (bars if is_bar else beats).append(QLineF(x, 0, x, layout.height))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for lines, colour in ((beats, theme.line), (bars, theme.strong_line)):
            painter.setPen(QPen(QColor(colour), 1))
            painter.drawLines(lines)

    def _paint_playhead(self, painter: QPainter, layout: TakeLayout, fraction: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._painter.theme.text))
        left = min(fraction, 1) * layout.width - _PLAYHEAD_PX / 2
        painter.drawRect(QRectF(left, 0, _PLAYHEAD_PX, layout.height))
