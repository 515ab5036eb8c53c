"""The map of styles as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor

from gui.commands.png import default_font, png_painter

if TYPE_CHECKING:
    from pathlib import Path

    from export.runtime.artefact import Artefact

_WIDTH, _HEIGHT = 2160, 1380
_MAP = QRectF(0.01 * _WIDTH, 0.05 * _HEIGHT, 0.98 * _WIDTH, 0.94 * _HEIGHT)
_TITLE_PIXELS, _NAME_PIXELS = 24, 14
_TEXT_COLOUR, _DIMMED_COLOUR, _OWN_STYLE_COLOUR = "#20262e", "#b9bec6", "#c8641e"


def draw_style_map(artefact: Artefact, path: Path, search: str = "") -> None:
    """Draw the names of all styles at their positions; those without `search` in them are faint.

    The user's own styles have another hue.

    Raises:
        OSError: the file cannot be written.

    """
    with png_painter(path, _WIDTH, _HEIGHT) as painter:
        painter.setFont(default_font(_TITLE_PIXELS))
        painter.setPen(QColor(_TEXT_COLOUR))
        title = f"Styles of {artefact.name}: what lies near sounds alike"
        painter.drawText(
            QRectF(0, 0, _WIDTH, _MAP.top()), Qt.AlignmentFlag.AlignCenter.value, title
        )
        painter.setFont(default_font(_NAME_PIXELS))
        room = QRectF(0, 0, _WIDTH, 2 * _NAME_PIXELS)
        for index, (name, (x, y)) in enumerate(
            zip(artefact.style_names, artefact.style_positions, strict=True)
        ):
            hue = _OWN_STYLE_COLOUR if index >= artefact.first_own_style else _TEXT_COLOUR
            painter.setPen(QColor(hue if search in name else _DIMMED_COLOUR))
            # Map positions count upwards, pixels downwards.
            room.moveCenter(
                QPointF(
                    _MAP.left() + float(x) * _MAP.width(),
                    _MAP.bottom() - float(y) * _MAP.height(),
                )
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter.value, name)
