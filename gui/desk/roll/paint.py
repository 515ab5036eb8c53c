"""How a note looks: whose it is by hue, which instrument by tint, how loud by strength.

What has not sounded yet is lighter and has an outline. A drum is a diamond at its onset, everything
else a bar as long as the note. What has been taken back is crossed out.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from bridge.messages.snapshot import RollNote
from bridge.midi.instruments import Instrument
from gui.desk.roll.view import View
from gui.desk.widgets.theme import Theme

_TINT = 0.004  # of the circle of hues, from one instrument to the next
_SHORTEST_PX, _LOWEST_PX = 3.0, 2.0
_PLANNED, _FAINTEST = 0.2, 0.4


@lru_cache(maxsize=512)
def colour_of(hue_of: str, instrument: Instrument) -> QColor:
    """Return the tint of an instrument of a player who has this colour."""
    colour = QColor(hue_of)
    hue = (colour.hsvHueF() + _TINT * int(instrument)) % 1.0
    return QColor.fromHsvF(hue, colour.hsvSaturationF(), colour.valueF())


def place_of(note: RollNote, view: View, until_ns: int) -> QRectF:
    """Return where a note is drawn; one that has no end yet reaches up to a time."""
    left = view.x_at(note.onset_ns)
    end_ns = max(note.onset_ns, until_ns) if note.release_ns is None else note.release_ns
    width = max(_SHORTEST_PX, view.x_at(end_ns) - left)
    height = max(_LOWEST_PX, view.row - 1)
    top = view.y_at(note.pitch) + (view.row - height) / 2
    if note.instrument is Instrument.DRUMS:
        half = max(_SHORTEST_PX, height / 2)
        return QRectF(left - half, top + height / 2 - half, 2 * half, 2 * half)
    return QRectF(left, top, width, height)


class NotePainter:
    """Paints notes in the colours of a theme."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme

    def paint(
        self,
        painter: QPainter,
        view: View,
        notes: Iterable[RollNote],
        now_ns: int | None = None,
    ) -> None:
        """Paint these; with a present, what begins after it is planned, and what sounds glows."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for note in notes:
            colour = self._colour(note)
            place = place_of(note, view, note.onset_ns if now_ns is None else now_ns)
            planned = now_ns is not None and note.onset_ns > now_ns
            fill = QColor(colour)
            fill.setAlphaF(_PLANNED if planned else _strength(note.velocity))
            painter.setBrush(fill)
            painter.setPen(QPen(colour, 1.2) if planned else Qt.PenStyle.NoPen)
            _shape(painter, note, place)

    def paint_taken_back(
        self, painter: QPainter, view: View, note: RollNote, strength: float
    ) -> None:
        """Cross out a note that will not sound after all; it fades as `strength` falls to 0."""
        colour = QColor(self._colour(note))
        colour.setAlphaF(strength)
        place = place_of(note, view, note.onset_ns)
        painter.setPen(QPen(colour, 1.2, Qt.PenStyle.DotLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        _shape(painter, note, place)
        middle = place.center().y()
        painter.setPen(QPen(colour, 1.5))
        painter.drawLine(QPointF(place.left() - 2, middle), QPointF(place.right() + 2, middle))

    def _colour(self, note: RollNote) -> QColor:
        hue_of = self.theme.answered if note.answered else self.theme.played
        return colour_of(hue_of, note.instrument)


def _strength(velocity: int) -> float:
    return _FAINTEST + (1 - _FAINTEST) * velocity / 127


def _shape(painter: QPainter, note: RollNote, place: QRectF) -> None:
    if note.instrument is Instrument.DRUMS:
        middle, half = place.center(), place.width() / 2
        corners = ((0, -half), (half, 0), (0, half), (-half, 0))
        painter.drawPolygon([QPointF(middle.x() + x, middle.y() + y) for x, y in corners])
    else:
        painter.drawRoundedRect(place, 2, 2)
