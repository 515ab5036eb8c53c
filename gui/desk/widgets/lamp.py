"""Lamps: each lights up on a note and goes out after a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from bridge.messages.snapshot import RollNote, Snapshot
    from gui.desk.widgets.theme import Theme

_LIT_MS = 140
_SIZE = 10


class Lamp(QWidget):
    """Shows activity of an input or an output."""

    def __init__(self, name: str, lit: str, dark: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lit, self._dark = QColor(lit), QColor(dark)
        self._last: tuple[int, int] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_LIT_MS)
        self._timer.timeout.connect(self.update)
        self.setAccessibleName(name)
        self.setToolTip(name)

    @property
    def is_lit(self) -> bool:
        """Whether the lamp is lit."""
        return self._timer.isActive()

    def show_note(self, note: RollNote | None) -> None:
        """Light up if the note differs from the last one."""
        passed = None if note is None else (note.onset_ns, note.pitch)
        if passed is not None and passed != self._last:
            self._timer.start()
            self.update()
        self._last = passed

    def set_colours(self, lit: str, dark: str) -> None:
        """Use other colours."""
        self._lit, self._dark = QColor(lit), QColor(dark)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of a lamp."""
        return QSize(_SIZE + 4, _SIZE + 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a dot."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._lit if self.is_lit else self._dark, 1))
            painter.setBrush(self._lit if self.is_lit else Qt.BrushStyle.NoBrush)
            dot = QRectF(0, 0, _SIZE, _SIZE)
            dot.moveCenter(QRectF(self.rect()).center())
            painter.drawEllipse(dot)


class Lamps(QObject):
    """The lamps of the input and the output."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.played = Lamp(self.tr("A note comes in"), theme.played, theme.edge)
        self.answered = Lamp(self.tr("A note goes out"), theme.answered, theme.edge)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Light up for the last notes, if they are new."""
        self.played.show_note(snapshot.last_played)
        self.answered.show_note(snapshot.last_answered)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self.played.set_colours(theme.played, theme.edge)
        self.answered.set_colours(theme.answered, theme.edge)
