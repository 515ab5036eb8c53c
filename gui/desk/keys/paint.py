"""Painting of the piano keyboard: white and black keys, and the colours of sounding notes.

The rail above the keys shows what the computer's keys do and highlights the pedal when it is down.
An arrow at either end shows that a note sounds beyond the visible range.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QLinearGradient, QPainter, QPen

from gui.desk.keys.bed import KeyboardLayout, is_black
from gui.desk.widgets.theme import Theme
from model.tokens.vocabulary import pitch_name

RAIL_PX = 17.0
_CORNER_PX = 3.0
_GAP_PX = 14.0
_KEY_TEXT_PX, _RAIL_TEXT_PX = 10, 11
_ARROW_PX = 4.0
_CENTRED = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip
_LETTER_ABOVE_PX, _NAME_ABOVE_PX, _ON_BLACK_PX = 14.0, 3.0, 6.0  # above a key's lower edge
_TYPED_CONTRAST, _NAME_CONTRAST, _LIT_CONTRAST = 0.75, 0.65, 0.95  # of full contrast


@dataclass(frozen=True, slots=True)
class KeyboardState:
    """Everything that the keyboard shows at one moment."""

    layout: KeyboardLayout
    played: frozenset[int] = frozenset()
    answered: frozenset[int] = frozenset()
    letters: Mapping[int, str] = field(default_factory=dict)
    """The letter printed on the computer key that plays a pitch."""
    hints: Sequence[tuple[str, bool]] = ()
    """The texts of the rail, and whether each is highlighted."""


class KeyPainter:
    """Paints a keyboard in the colours of a theme."""

    def __init__(self, theme: Theme, font: QFont) -> None:
        light, dark = QColor(theme.text), QColor(theme.window)
        if light.lightnessF() < dark.lightnessF():
            light, dark = QColor(theme.panel), light
        self.white_colour, self.black_colour = light, dark
        self._theme, self._font = theme, font

    def paint(self, painter: QPainter, rect: QRectF, state: KeyboardState) -> None:
        """Paint the rail and all keys."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, QColor(self._theme.window))
        self._paint_rail(painter, rect, state)
        painter.fillRect(state.layout.rect, _mix(self.black_colour, self.white_colour, 0.3))
        painter.save()
        painter.setClipRect(state.layout.rect)
        for black in (False, True):
            for pitch in state.layout.pitches:
                if is_black(pitch) is black:
                    self._paint_key(painter, state, pitch)
        painter.restore()
        self._paint_felt(painter, state.layout.rect)

    def key_colour(self, state: KeyboardState, pitch: int) -> QColor:
        """Return a key's colour; the player's colour wins if both play it."""
        if pitch in state.played:
            return QColor(self._theme.played)
        if pitch in state.answered:
            return QColor(self._theme.answered)
        return self.black_colour if is_black(pitch) else self.white_colour

    def _paint_key(self, painter: QPainter, state: KeyboardState, pitch: int) -> None:
        place = state.layout.key_rect(pitch)
        lit = pitch in state.played or pitch in state.answered
        fill = self.key_colour(state, pitch)
        (self._paint_black if is_black(pitch) else self._paint_white)(painter, place, fill, lit=lit)
        ink = self.black_colour if fill.lightnessF() > 0.5 else self.white_colour
        if letter := state.letters.get(pitch):
            above = _ON_BLACK_PX if is_black(pitch) else _LETTER_ABOVE_PX
            shade = _mix(fill, ink, _LIT_CONTRAST if lit else _TYPED_CONTRAST)
            self._draw_label(painter, place, above, letter, shade)
        if pitch % 12 == 0:
            shade = _mix(fill, ink, _LIT_CONTRAST if lit else _NAME_CONTRAST)
            self._draw_label(painter, place, _NAME_ABOVE_PX, pitch_name(pitch), shade)

    def _paint_white(self, painter: QPainter, rect: QRectF, fill: QColor, *, lit: bool) -> None:
        key = rect.adjusted(0.5, -_CORNER_PX, -0.5, -1)
        shade = QLinearGradient(rect.topLeft(), rect.bottomLeft())
        shade.setColorAt(0, _mix(fill, self.black_colour, 0.22))
        shade.setColorAt(0.16, _mix(fill, self.black_colour, 0.04))
        shade.setColorAt(0.4, fill)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.drawRoundedRect(key, _CORNER_PX, _CORNER_PX)
        if not lit:  # the front edge, hidden when the key is down
            lip = QRectF(key.left() + 2, key.bottom() - 1.5, key.width() - 4, 1)
            painter.fillRect(lip, _mix(fill, self.black_colour, 0.14))

    def _paint_black(self, painter: QPainter, rect: QRectF, fill: QColor, *, lit: bool) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_mix(self.black_colour, QColor("black"), 0.45))
        painter.drawRoundedRect(rect.adjusted(0, -_CORNER_PX, 0, 0), _CORNER_PX, _CORNER_PX)
        top = rect.adjusted(1.5, -_CORNER_PX, -1.5, -1.5 if lit else -4)
        shade = QLinearGradient(rect.topLeft(), rect.bottomLeft())
        shade.setColorAt(0, fill if lit else _mix(fill, self.white_colour, 0.05))
        shade.setColorAt(1, fill if lit else _mix(fill, self.white_colour, 0.2))
        painter.setBrush(shade)
        painter.drawRoundedRect(top, _CORNER_PX - 1, _CORNER_PX - 1)

    def _draw_label(
        self, painter: QPainter, rect: QRectF, distance: float, text: str, ink: QColor
    ) -> None:
        """Write a text on a key, `distance` pixels above its lower edge."""
        font = QFont(self._font)
        font.setPixelSize(_KEY_TEXT_PX)
        painter.setFont(font)
        painter.setPen(ink)
        room = QRectF(0, 0, rect.width() + 8, _KEY_TEXT_PX)
        room.moveCenter(rect.center())
        room.moveBottom(rect.bottom() - distance)
        painter.drawText(room, _CENTRED, text)

    def _paint_felt(self, painter: QPainter, rect: QRectF) -> None:
        felt = QRectF(rect.left(), rect.top(), rect.width(), 2)
        painter.fillRect(felt, _mix(QColor(self._theme.accent), self.black_colour, 0.35))

    def _paint_rail(self, painter: QPainter, rect: QRectF, state: KeyboardState) -> None:
        bed, theme = state.layout, self._theme
        rail = QRectF(bed.rect.left(), rect.top(), bed.rect.width(), RAIL_PX)
        for end, beyond in ((-1, range(bed.lowest)), (1, range(bed.highest + 1, 128))):
            colour = next(
                (
                    colour
                    for pitches, colour in (
                        (state.played, theme.played),
                        (state.answered, theme.answered),
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
        for text, lit in state.hints:
            width = metrics.horizontalAdvance(text)
            if x + width > rail.right() - _GAP_PX:
                break
            painter.setPen(QColor(theme.played if lit else theme.faint))
            painter.drawText(QPointF(x, rail.center().y() + 3), text)
            x += width + _GAP_PX

    def paint_focus(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the focus frame."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._theme.accent), 1))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), _CORNER_PX, _CORNER_PX)


def _paint_arrow(painter: QPainter, rail: QRectF, end: int, colour: QColor) -> None:
    tip = QPointF(rail.left() + 2 if end < 0 else rail.right() - 2, rail.center().y() - 1)
    back = tip.x() - end * 1.5 * _ARROW_PX
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(
        [tip, QPointF(back, tip.y() - _ARROW_PX), QPointF(back, tip.y() + _ARROW_PX)]
    )


def _mix(colour: QColor, other: QColor, fraction: float) -> QColor:
    """Return a mix of two colours; `fraction` is the share of the other."""
    kept = 1 - fraction
    return QColor.fromRgbF(
        kept * colour.redF() + fraction * other.redF(),
        kept * colour.greenF() + fraction * other.greenF(),
        kept * colour.blueF() + fraction * other.blueF(),
    )
