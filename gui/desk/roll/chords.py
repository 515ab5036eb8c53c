"""The line of expected chords along the upper edge of the roll, below the numbers of the bars.

A name stands where its chord begins; the name of a chord that has begun stays in view as long as
the chord lasts. Chords that are over are faint, and the present one is bold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bridge.messages.snapshot import RollChord
    from gui.desk.roll.view import View
    from gui.desk.widgets.theme import Theme

_BASELINE_PX, _MARGIN_PX, _PAD_PX = 32.0, 4.0, 3.0
_BACKDROP_OPACITY = 0.8


@dataclass(frozen=True, slots=True)
class PlacedName:
    """The name of a chord, and where it stands."""

    name: str
    x: float
    is_over: bool
    is_now: bool


def place_chords(
    chords: Iterable[RollChord], view: View, now_ns: int, metrics: QFontMetricsF
) -> Iterator[PlacedName]:
    """Yield the names that are in view and have room before the next chord."""
    for chord in chords:
        left, right = view.x_at(chord.begin_ns), min(view.width, view.x_at(chord.end_ns))
        x = max(left, 0.0) + _MARGIN_PX
        if x + metrics.horizontalAdvance(chord.name) <= right:
            is_over = chord.end_ns <= now_ns
            yield PlacedName(chord.name, x, is_over, not is_over and chord.begin_ns <= now_ns)


def paint_chords(
    painter: QPainter, view: View, chords: Iterable[RollChord], now_ns: int, theme: Theme
) -> None:
    """Write the names of the chords."""
    plain = painter.font()
    bold = QFont(plain)
    bold.setBold(True)
    metrics = QFontMetricsF(bold)
    backdrop = QColor(theme.panel)
    backdrop.setAlphaF(_BACKDROP_OPACITY)
    for placed in place_chords(chords, view, now_ns, metrics):
        width = metrics.horizontalAdvance(placed.name) + 2 * _PAD_PX
        top = _BASELINE_PX - metrics.ascent()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(backdrop)
        painter.drawRoundedRect(QRectF(placed.x - _PAD_PX, top, width, metrics.height()), 3, 3)
        painter.setPen(QColor(theme.faint if placed.is_over else theme.text))
        painter.setFont(bold if placed.is_now else plain)
        painter.drawText(QPointF(placed.x, _BASELINE_PX), placed.name)
    painter.setFont(plain)
