"""How late notes were sent: a histogram, and the figures that matter.

Most notes are in the first bin, but the few in the last ones are audible, so the bars are
logarithmic. The I/O process reports counts per bin, not single notes. A percentile is therefore
only known to lie within a bin, and the bin's upper edge is shown.
"""

from __future__ import annotations

from math import log1p
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from bridge.system.units import MS, US

if TYPE_CHECKING:
    from bridge.playout.protocol import Lateness
    from gui.desk.widgets.theme import Theme

_HEIGHT, _MIN_WIDTH, _LABEL_HEIGHT, _GAP, _CORNER_RADIUS, _MIN_BAR_HEIGHT = (
    76,
    160,
    18,
    3.0,
    2.0,
    3.0,
)
_MARKED_US = (100, 1_000, 10_000)


def format_ms(ns: int) -> str:
    """Return a time in milliseconds, with sensible precision."""
    return f"{ns / MS:.2g}" if ns < MS else f"{ns / MS:.3g}"


class LatenessView(QWidget):
    """Draws how late notes were sent."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lateness: Lateness | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("How late notes were sent"))
        self.setAccessibleDescription(self.summary())

    def show_lateness(self, lateness: Lateness | None) -> None:
        """Show these counts."""
        if lateness != self._lateness:
            self._lateness = lateness
            self.setAccessibleDescription(self.summary())
            self.update()

    def summary(self) -> str:
        """Return the main figures as text."""
        lateness = self._lateness
        if lateness is None or (half_ns := lateness.percentile_ns(0.5)) is None:
            return self.tr("no note yet")
        nearly_all_ns = lateness.percentile_ns(0.99)
        assert nearly_all_ns is not None  # because there is a median
        return self.tr("p50 {} ms, p99 {} ms, worst {} ms").format(
            *(format_ms(ns) for ns in (half_ns, nearly_all_ns, lateness.worst_ns))
        )

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Return a size at which the bars can be distinguished."""
        return QSize(_MIN_WIDTH, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the preferred size."""
        return self.sizeHint()

    def describe_bar(self, bar: int) -> str:
        """Return what a bar counts, as text."""
        assert self._lateness is not None  # otherwise there are no bars
        edges = [format_ms(edge_us * US) for edge_us in self._lateness.edges_us]
        count = self._lateness.counts[bar]
        if bar == 0:
            return self.tr("less than {} ms late: {}").format(edges[0], count)
        if bar == len(edges):
            return self.tr("{} ms late or more: {}").format(edges[-1], count)
        return self.tr("{} to {} ms late: {}").format(edges[bar - 1], edges[bar], count)

    def bar_at(self, x: float) -> int | None:
        """Return the bar at an x position, or None without bars."""
        if self._lateness is None or not 0 <= x < self.width():
            return None
        return int(x / self._bar_width(self._lateness))

    def text_at(self, x: float) -> str:
        """Return the text for an x position: of the bar there, or the summary."""
        bar = self.bar_at(x)
        return self.summary() if bar is None else self.describe_bar(bar)

    def event(self, event: QEvent) -> bool:
        """Show a tooltip for the bar under the mouse."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(event.pos().x()), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bars on a baseline, and the bin edges below it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        floor = self.height() - _LABEL_HEIGHT
        painter.fillRect(QRectF(0, floor, self.width(), 1), QColor(self._theme.strong_line))
        if self._lateness is not None:
            self._paint_bars(painter, self._lateness, floor)
            self._paint_marks(painter, self._lateness, floor)
        painter.end()

    def _paint_bars(self, painter: QPainter, lateness: Lateness, baseline: float) -> None:
        width, most = self._bar_width(lateness), log1p(max(lateness.counts))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.answered))
        for bar, count in enumerate(lateness.counts):
            if count:
                height = max(_MIN_BAR_HEIGHT, (baseline - 2) * log1p(count) / most)
                shape = QRectF(
                    bar * width + _GAP / 2, baseline - height, max(1.0, width - _GAP), height
                )
                painter.drawRoundedRect(shape, _CORNER_RADIUS, _CORNER_RADIUS)

    def _paint_marks(self, painter: QPainter, lateness: Lateness, baseline: float) -> None:
        width = self._bar_width(lateness)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.faint))
        for place, edge_us in enumerate(lateness.edges_us, start=1):
            if edge_us in _MARKED_US:
                x = place * width
                painter.fillRect(QRectF(x - 0.5, baseline, 1, 4), QColor(self._theme.faint))
                words = self.tr("{} ms").format(format_ms(edge_us * US))
                below = QRectF(x - 40, baseline + 4, 80, _LABEL_HEIGHT - 4)
                painter.drawText(below, Qt.AlignmentFlag.AlignCenter, words)

    def _bar_width(self, lateness: Lateness) -> float:
        return self.width() / len(lateness.counts)
