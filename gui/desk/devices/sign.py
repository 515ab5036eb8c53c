"""A sign: how it stands with something, told by shape as well as by colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.desk.devices.checkup import Sign

if TYPE_CHECKING:
    from gui.desk.widgets.theme import Theme

_SIZE, _LINE = 18.0, 1.7
# Strokes in a square of 18, so that no font is needed.
_STROKES: dict[Sign, tuple[tuple[tuple[float, float], ...], ...]] = {
    Sign.WAITING: (),
    Sign.WELL: (((5.3, 9.4), (8.0, 12.1), (12.9, 6.4)),),
    Sign.WARNING: (((9.0, 6.7), (9.0, 10.7)),),
    Sign.BAD: (((6.2, 6.2), (11.8, 11.8)), ((11.8, 6.2), (6.2, 11.8))),
    Sign.ASKED: (((6.7, 7.0), (7.4, 5.3), (9.0, 4.7), (10.7, 5.4), (11.2, 7.0), (9.0, 10.0)),),
}
_DOTS: dict[Sign, tuple[tuple[float, float], ...]] = {
    Sign.WAITING: ((5.2, 9.0), (9.0, 9.0), (12.8, 9.0)),
    Sign.WARNING: ((9.0, 13.2),),
    Sign.ASKED: ((9.0, 13.0),),
}
_CIRCLE = QRectF(1.0, 1.0, 16.0, 16.0)
_TRIANGLE = QPolygonF([QPointF(9.0, 1.4), QPointF(17.0, 16.2), QPointF(1.0, 16.2)])


class SignView(QWidget):
    """Draws a sign."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sign = Sign.WAITING
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._name()

    def show_sign(self, sign: Sign) -> None:
        """Show this sign."""
        if sign is not self._sign:
            self._sign = sign
            self._name()
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of a sign."""
        return QSize(round(_SIZE), round(_SIZE))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the outline, and in it strokes and dots."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(self._colour())
        joined = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        painter.setPen(QPen(colour, _LINE, Qt.PenStyle.SolidLine, *joined))
        if self._sign is Sign.WARNING:
            painter.drawPolygon(_TRIANGLE)
        else:
            painter.drawEllipse(_CIRCLE)
        for stroke in _STROKES[self._sign]:
            painter.drawPolyline([QPointF(*point) for point in stroke])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for dot in _DOTS.get(self._sign, ()):
            painter.drawEllipse(QPointF(*dot), 1.1, 1.1)
        painter.end()

    def _colour(self) -> str:
        theme = self._theme
        return {
            Sign.WAITING: theme.faint,
            Sign.WELL: theme.played,
            Sign.WARNING: theme.accent,
            Sign.BAD: theme.danger,
            Sign.ASKED: theme.text,
        }[self._sign]

    def _name(self) -> None:
        word = {
            Sign.WAITING: self.tr("waiting"),
            Sign.WELL: self.tr("well"),
            Sign.WARNING: self.tr("warning"),
            Sign.BAD: self.tr("bad"),
            Sign.ASKED: self.tr("asked"),
        }[self._sign]
        self.setAccessibleName(word)
        self.setToolTip(word)
