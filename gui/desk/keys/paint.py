"""How a piano keyboard looks: ivory, ebony, and the two players' colours on what sounds.

Above the keys is a rail. It says what the computer's keys do, lights the word for the pedal, and
has an arrow at an end beyond which something sounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QLinearGradient, QPainter, QPen

from gui.desk.keys.bed import KeyBed, is_black
from gui.desk.widgets.theme import Theme
from model.tokens.vocabulary import pitch_name

RAIL_PX = 17.0
_ROUND_PX = 3.0
_GAP_PX = 14.0
_KEY_TEXT_PX, _RAIL_TEXT_PX = 10, 11
_ARROW_PX = 4.0
_CENTRED = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip
_LETTER_ABOVE_PX, _NAME_ABOVE_PX, _ON_BLACK_PX = 14.0, 3.0, 6.0  # of a key's lower edge
_TYPED, _NAMED, _ON_LIT = 0.75, 0.65, 0.95  # how much of full contrast a text has


@dataclass(frozen=True, slots=True)
class Face:
    """All that a keyboard shows now."""

    bed: KeyBed
    played: frozenset[int] = frozenset()
    answered: frozenset[int] = frozenset()
    letters: Mapping[int, str] = field(default_factory=dict)
    """What is printed on the computer's key that plays a pitch."""
    hints: Sequence[tuple[str, bool]] = ()
    """What stands in the rail, and whether it is lit."""


class KeyPainter:
    """Paints a keyboard in the colours of a theme."""

    def __init__(self, theme: Theme, font: QFont) -> None:
        light, dark = QColor(theme.text), QColor(theme.window)
        if light.lightnessF() < dark.lightnessF():
            light, dark = QColor(theme.panel), light
        self.ivory, self.ebony = light, dark
        self._theme, self._font = theme, font

    def paint(self, painter: QPainter, room: QRectF, face: Face) -> None:
        """Paint all of it."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(room, QColor(self._theme.window))
        self._paint_rail(painter, room, face)
        painter.fillRect(face.bed.room, _mixed(self.ebony, self.ivory, 0.3))
        painter.save()
        painter.setClipRect(face.bed.room)
        for black in (False, True):
            for pitch in face.bed.pitches:
                if is_black(pitch) is black:
                    self._paint_key(painter, face, pitch)
        painter.restore()
        self._paint_felt(painter, face.bed.room)

    def fill_of(self, face: Face, pitch: int) -> QColor:
        """Return what a key is painted in; who plays it himself sees his own colour."""
        if pitch in face.played:
            return QColor(self._theme.played)
        if pitch in face.answered:
            return QColor(self._theme.answered)
        return self.ebony if is_black(pitch) else self.ivory

    def _paint_key(self, painter: QPainter, face: Face, pitch: int) -> None:
        place = face.bed.place_of(pitch)
        lit = pitch in face.played or pitch in face.answered
        fill = self.fill_of(face, pitch)
        (self._paint_black if is_black(pitch) else self._paint_white)(painter, place, fill, lit=lit)
        ink = self.ebony if fill.lightnessF() > 0.5 else self.ivory
        if letter := face.letters.get(pitch):
            above = _ON_BLACK_PX if is_black(pitch) else _LETTER_ABOVE_PX
            shade = _mixed(fill, ink, _ON_LIT if lit else _TYPED)
            self._write(painter, place, above, letter, shade)
        if pitch % 12 == 0:
            shade = _mixed(fill, ink, _ON_LIT if lit else _NAMED)
            self._write(painter, place, _NAME_ABOVE_PX, pitch_name(pitch), shade)

    def _paint_white(self, painter: QPainter, place: QRectF, fill: QColor, *, lit: bool) -> None:
        key = place.adjusted(0.5, -_ROUND_PX, -0.5, -1)
        shade = QLinearGradient(place.topLeft(), place.bottomLeft())
        shade.setColorAt(0, _mixed(fill, self.ebony, 0.22))
        shade.setColorAt(0.16, _mixed(fill, self.ebony, 0.04))
        shade.setColorAt(0.4, fill)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.drawRoundedRect(key, _ROUND_PX, _ROUND_PX)
        if not lit:  # the edge towards the player, which is not seen when the key is down
            lip = QRectF(key.left() + 2, key.bottom() - 1.5, key.width() - 4, 1)
            painter.fillRect(lip, _mixed(fill, self.ebony, 0.14))

    def _paint_black(self, painter: QPainter, place: QRectF, fill: QColor, *, lit: bool) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_mixed(self.ebony, QColor("black"), 0.45))
        painter.drawRoundedRect(place.adjusted(0, -_ROUND_PX, 0, 0), _ROUND_PX, _ROUND_PX)
        top = place.adjusted(1.5, -_ROUND_PX, -1.5, -1.5 if lit else -4)
        shade = QLinearGradient(place.topLeft(), place.bottomLeft())
        shade.setColorAt(0, fill if lit else _mixed(fill, self.ivory, 0.05))
        shade.setColorAt(1, fill if lit else _mixed(fill, self.ivory, 0.2))
        painter.setBrush(shade)
        painter.drawRoundedRect(top, _ROUND_PX - 1, _ROUND_PX - 1)

    def _write(
        self, painter: QPainter, place: QRectF, above: float, text: str, ink: QColor
    ) -> None:
        """Write on a key, so far above its lower edge."""
        font = QFont(self._font)
        font.setPixelSize(_KEY_TEXT_PX)
        painter.setFont(font)
        painter.setPen(ink)
        room = QRectF(0, 0, place.width() + 8, _KEY_TEXT_PX)
        room.moveCenter(place.center())
        room.moveBottom(place.bottom() - above)
        painter.drawText(room, _CENTRED, text)

    def _paint_felt(self, painter: QPainter, room: QRectF) -> None:
        felt = QRectF(room.left(), room.top(), room.width(), 2)
        painter.fillRect(felt, _mixed(QColor(self._theme.accent), self.ebony, 0.35))

    def _paint_rail(self, painter: QPainter, room: QRectF, face: Face) -> None:
        bed, theme = face.bed, self._theme
        rail = QRectF(bed.room.left(), room.top(), bed.room.width(), RAIL_PX)
        for end, beyond in ((-1, range(bed.lowest)), (1, range(bed.highest + 1, 128))):
            colour = next(
                (
                    colour
                    for pitches, colour in (
                        (face.played, theme.played),
                        (face.answered, theme.answered),
                    )
                    if not pitches.isdisjoint(beyond)
                ),
                None,
            )
            if colour is not None:
                _paint_arrow(painter, rail, end, QColor(colour))
        font = QFont(self._font)
        font.setPixelSize(_RAIL_TEXT_PX)
        painter.setFont(font)
        metrics = QFontMetricsF(font, painter.device())
        x = rail.left() + _GAP_PX
        for text, lit in face.hints:
            width = metrics.horizontalAdvance(text)
            if x + width > rail.right() - _GAP_PX:
                break
            painter.setPen(QColor(theme.played if lit else theme.faint))
            painter.drawText(QPointF(x, rail.center().y() + 3), text)
            x += width + _GAP_PX

    def paint_focus(self, painter: QPainter, room: QRectF) -> None:
        """Show that keys come here."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._theme.accent), 1))
        painter.drawRoundedRect(room.adjusted(0.5, 0.5, -0.5, -0.5), _ROUND_PX, _ROUND_PX)


def _paint_arrow(painter: QPainter, rail: QRectF, end: int, colour: QColor) -> None:
    tip = QPointF(rail.left() + 2 if end < 0 else rail.right() - 2, rail.center().y() - 1)
    back = tip.x() - end * 1.5 * _ARROW_PX
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(
        [tip, QPointF(back, tip.y() - _ARROW_PX), QPointF(back, tip.y() + _ARROW_PX)]
    )


def _mixed(colour: QColor, other: QColor, share: float) -> QColor:
    """Return a colour with a share of another in it."""
    kept = 1 - share
    return QColor.fromRgbF(
        kept * colour.redF() + share * other.redF(),
        kept * colour.greenF() + share * other.greenF(),
        kept * colour.blueF() + share * other.blueF(),
    )
