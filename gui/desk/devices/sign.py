"""A status icon, which shows a state by shape as well as by colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.desk.devices.checkup import CheckStatus

if TYPE_CHECKING:
    from gui.desk.widgets.theme import Theme

_SIZE, _LINE = 18.0, 1.7
# Strokes in a square of 18 units; no font is needed.
_STROKES: dict[CheckStatus, tuple[tuple[tuple[float, float], ...], ...]] = {
    CheckStatus.PENDING: (),
    CheckStatus.OK: (((5.3, 9.4), (8.0, 12.1), (12.9, 6.4)),),
    CheckStatus.WARNING: (((9.0, 6.7), (9.0, 10.7)),),
    CheckStatus.FAILED: (((6.2, 6.2), (11.8, 11.8)), ((11.8, 6.2), (6.2, 11.8))),
    CheckStatus.QUESTION: (
        ((6.7, 7.0), (7.4, 5.3), (9.0, 4.7), (10.7, 5.4), (11.2, 7.0), (9.0, 10.0)),
    ),
}
_DOTS: dict[CheckStatus, tuple[tuple[float, float], ...]] = {
    CheckStatus.PENDING: ((5.2, 9.0), (9.0, 9.0), (12.8, 9.0)),
    CheckStatus.WARNING: ((9.0, 13.2),),
    CheckStatus.QUESTION: ((9.0, 13.0),),
}
_CIRCLE = QRectF(1.0, 1.0, 16.0, 16.0)
_TRIANGLE = QPolygonF([QPointF(9.0, 1.4), QPointF(17.0, 16.2), QPointF(1.0, 16.2)])


class StatusIcon(QWidget):
    """Draws the icon of a state."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._status = CheckStatus.PENDING
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._update_name()

    def show_status(self, status: CheckStatus) -> None:
        """Show the icon of this state."""
        if status is not self._status:
            self._status = status
            self._update_name()
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of an icon."""
        return QSize(round(_SIZE), round(_SIZE))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the outline, then strokes and dots inside it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(self._colour())
        joined = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        painter.setPen(QPen(colour, _LINE, Qt.PenStyle.SolidLine, *joined))
        if self._status is CheckStatus.WARNING:
            painter.drawPolygon(_TRIANGLE)
        else:
            painter.drawEllipse(_CIRCLE)
        for stroke in _STROKES[self._status]:
            painter.drawPolyline([QPointF(*point) for point in stroke])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for dot in _DOTS.get(self._status, ()):
            painter.drawEllipse(QPointF(*dot), 1.1, 1.1)
        painter.end()

    def _colour(self) -> str:
        theme = self._theme
        return {
            CheckStatus.PENDING: theme.faint,
            CheckStatus.OK: theme.played,
            CheckStatus.WARNING: theme.accent,
            CheckStatus.FAILED: theme.danger,
            CheckStatus.QUESTION: theme.text,
        }[self._status]

    def _update_name(self) -> None:
        word = {
            CheckStatus.PENDING: self.tr("waiting"),
            CheckStatus.OK: self.tr("well"),
            CheckStatus.WARNING: self.tr("warning"),
            CheckStatus.FAILED: self.tr("bad"),
            CheckStatus.QUESTION: self.tr("asked"),
        }[self._status]
        self.setAccessibleName(word)
        self.setToolTip(word)
