"""The card that a take is drawn on: its frame, its title, and the mark of its state."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainterPath, QPen

if TYPE_CHECKING:
    from PySide6.QtGui import QFont, QPainter

    from gui.desk.widgets.theme import Theme

TITLE_PX = 22.0
"""The height of the title."""
_MARGIN_PX, _BELOW_PX = 8.0, 6.0
_CORNER_PX = 7.0


class TakeState(enum.Enum):
    """The state of a take; the value is its name."""

    EMPTY = "empty"
    GENERATING = "growing"
    READY = "ready"
    PLAYING = "playing"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Card:
    """A card of a size, and everything that changes its looks."""

    rect: QRectF
    state: TakeState
    title: str
    status: str
    """The text at the right of the title."""
    is_chosen: bool
    is_hovered: bool
    has_focus: bool

    @property
    def notes_rect(self) -> QRectF:
        """The rectangle of the notes."""
        return self.rect.adjusted(_MARGIN_PX, TITLE_PX, -_MARGIN_PX, -_BELOW_PX)

    def paint(self, painter: QPainter, theme: Theme, font: QFont) -> None:
        """Paint all but the notes."""
        self._paint_frame(painter, theme)
        self._paint_title(painter, theme, font)

    def _paint_frame(self, painter: QPainter, theme: Theme) -> None:
        edge, width = theme.line, 1.0
        if self.state is not TakeState.EMPTY and self.is_hovered:
            edge = theme.faint
        if self.state is not TakeState.EMPTY and self.is_chosen:
            edge = theme.accent
        if self.has_focus:
            edge, width = theme.accent, 2.0
        inset = width / 2
        frame = self.rect.adjusted(inset, inset, -inset, -inset)
        painter.setPen(QPen(QColor(edge), width))
        painter.setBrush(QColor(theme.panel if self.state is not TakeState.EMPTY else theme.shade))
        painter.drawRoundedRect(frame, _CORNER_PX, _CORNER_PX)

    def _paint_title(self, painter: QPainter, theme: Theme, font: QFont) -> None:
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        baseline = (TITLE_PX + metrics.capHeight()) / 2 + 1
        left = _MARGIN_PX
        if (mark := self._state_mark()) is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent))
            painter.drawPath(mark.translated(left, baseline - metrics.capHeight() / 2))
            left += mark.boundingRect().width() + 6
        painter.setPen(QColor(theme.resting if self.state is TakeState.EMPTY else theme.text))
        painter.drawText(QPointF(left, baseline), self.title)
        left += metrics.horizontalAdvance(self.title) + 8
        right = self.rect.width() - _MARGIN_PX
        status = metrics.elidedText(self.status, Qt.TextElideMode.ElideRight, right - left)
        painter.setPen(QColor(theme.faint))
        painter.drawText(QPointF(right - metrics.horizontalAdvance(status), baseline), status)

    def _state_mark(self) -> QPainterPath | None:
        """Return the mark of a take that plays or is kept, centred on the text line."""
        path = QPainterPath()
        if self.state is TakeState.PLAYING:
            path.addRect(QRectF(0, -4, 8, 8))  # the stop mark
        elif self.state is TakeState.KEPT:
            path.addEllipse(QRectF(0, -4, 8, 8))
        elif self.state is TakeState.READY and (self.is_hovered or self.has_focus):
            path.moveTo(0, -5)
            path.lineTo(8, 0)
            path.lineTo(0, 5)
            path.closeSubpath()
        else:
            return None
        return path
