"""The map of styles as a picture: a dot for each style, with names where the window writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF

from bridge.names import name_key
from gui.commands.pictures.png import default_font, png_painter
from gui.desk.styles.map_names import LANDMARKS, LabelLayout

if TYPE_CHECKING:
    from pathlib import Path

    from export.runtime.artefact import Artefact

_WIDTH, _HEIGHT = 2160, 1380
_MAP = QRectF(0.01 * _WIDTH, 0.05 * _HEIGHT, 0.98 * _WIDTH, 0.94 * _HEIGHT)
_DOTS = _MAP.marginsRemoved(QMarginsF(60, 20, 60, 20))
"""The dots keep a margin, so that the names beside them are inside the map."""
_TITLE_PIXELS, _NAME_PIXELS, _DOT_PIXELS = 24, 14, 2.0
_TEXT_COLOUR, _DIMMED_COLOUR, _OWN_STYLE_COLOUR = "#20262e", "#b9bec6", "#c8641e"


def draw_style_map(
    artefact: Artefact, path: Path, search: str = "", *, replace: bool = True
) -> None:
    """Draw all styles at their positions; those without `search`, a key, in their names are faint.

    The user's own styles have another hue. A faint name is left out where it has no room.

    Raises:
        bridge.system.output_file.OutputError: the file is not written.

    """
    own = set(artefact.style_names[artefact.first_own_style :])
    dots = {
        # Map positions count upwards, pixels downwards.
        name: QPointF(
            _DOTS.left() + float(x) * _DOTS.width(), _DOTS.bottom() - float(y) * _DOTS.height()
        )
        for name, (x, y) in zip(artefact.style_names, artefact.style_positions, strict=True)
    }
    found = {name for name in dots if search in name_key(name)}
    with png_painter(path, _WIDTH, _HEIGHT, replace=replace) as painter:
        painter.setFont(default_font(_TITLE_PIXELS))
        painter.setPen(QColor(_TEXT_COLOUR))
        title = f"Styles of {artefact.name}: what lies near sounds alike"
        painter.drawText(
            QRectF(0, 0, _WIDTH, _MAP.top()), Qt.AlignmentFlag.AlignCenter.value, title
        )
        font = default_font(_NAME_PIXELS)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        layout = LabelLayout(dots, {name: metrics.boundingRect(name).size() for name in dots}, _MAP)
        occupied: list[QRectF] = []
        for name in sorted(dots, key=lambda name: (name not in found, name not in LANDMARKS)):
            hue = _OWN_STYLE_COLOUR if name in own else _TEXT_COLOUR
            colour = QColor(hue if name in found else _DIMMED_COLOUR)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(dots[name], _DOT_PIXELS, _DOT_PIXELS)
            room = layout.label_rect(name, occupied, required=name in found)
            if room is not None:
                occupied.append(room)
                painter.setPen(colour)
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, name)
