"""Painting of notes: hue for who plays, tint for the instrument, opacity for the velocity.

A note that is still to come is lighter and has an outline. A drum note is a diamond at its onset,
any other note a bar from onset to release. A retracted note is crossed out.
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

_HUE_STEP = 0.004  # of the colour circle, per instrument
_MIN_WIDTH_PX, _MIN_HEIGHT_PX = 3.0, 2.0
_PLANNED_OPACITY, _MIN_OPACITY = 0.2, 0.4


@lru_cache(maxsize=512)
def instrument_colour(base_colour: str, instrument: Instrument) -> QColor:
    """Return the tint of an instrument, based on the colour of the player or of Antiphon."""
    colour = QColor(base_colour)
    hue = (colour.hsvHueF() + _HUE_STEP * int(instrument)) % 1.0
    return QColor.fromHsvF(hue, colour.hsvSaturationF(), colour.valueF())


def note_rect(note: RollNote, view: View, until_ns: int) -> QRectF:
    """Return a note's rectangle; a note without a release extends to `until_ns`."""
    left = view.x_at(note.onset_ns)
    end_ns = max(note.onset_ns, until_ns) if note.release_ns is None else note.release_ns
    width = max(_MIN_WIDTH_PX, view.x_at(end_ns) - left)
    height = max(_MIN_HEIGHT_PX, view.row_height - 1)
    top = view.y_at(note.pitch) + (view.row_height - height) / 2
    if note.instrument is Instrument.DRUMS:
        half = max(_MIN_WIDTH_PX, height / 2)
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
        """Paint notes; those that begin after `now_ns`, if given, are painted as planned."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for note in notes:
            colour = self._colour(note)
            place = note_rect(note, view, note.onset_ns if now_ns is None else now_ns)
            planned = now_ns is not None and note.onset_ns > now_ns
            fill = QColor(colour)
            fill.setAlphaF(_PLANNED_OPACITY if planned else _opacity(note.velocity))
            painter.setBrush(fill)
            painter.setPen(QPen(colour, 1.2) if planned else Qt.PenStyle.NoPen)
            _draw_note(painter, note, place)

    def paint_retracted(
        self, painter: QPainter, view: View, note: RollNote, opacity: float
    ) -> None:
        """Cross out a retracted note; it fades as `opacity` falls to 0."""
        colour = QColor(self._colour(note))
        colour.setAlphaF(opacity)
        place = note_rect(note, view, note.onset_ns)
        painter.setPen(QPen(colour, 1.2, Qt.PenStyle.DotLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        _draw_note(painter, note, place)
        middle = place.center().y()
        painter.setPen(QPen(colour, 1.5))
        painter.drawLine(QPointF(place.left() - 2, middle), QPointF(place.right() + 2, middle))

    def _colour(self, note: RollNote) -> QColor:
        hue_of = self.theme.answered if note.answered else self.theme.played
        return instrument_colour(hue_of, note.instrument)


def _opacity(velocity: int) -> float:
    return _MIN_OPACITY + (1 - _MIN_OPACITY) * velocity / 127


def _draw_note(painter: QPainter, note: RollNote, rect: QRectF) -> None:
    if note.instrument is Instrument.DRUMS:
        middle, half = rect.center(), rect.width() / 2
        corners = ((0, -half), (half, 0), (0, half), (-half, 0))
        painter.drawPolygon([QPointF(middle.x() + x, middle.y() + y) for x, y in corners])
    else:
        painter.drawRoundedRect(rect, 2, 2)
