"""The map of styles as a picture."""

from pathlib import Path

import numpy as np
from PySide6.QtGui import QColor, QImage

from export.runtime.artefact import load_default_artefact
from gui.commands.pictures.style_map import draw_style_map


def inked(path: Path) -> int:
    """Return the number of text-coloured pixels below the title."""
    picture = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(picture.constBits(), np.uint32).reshape(picture.height(), -1)
    return int((pixels[picture.height() // 20 :] == QColor("#20262e").rgb()).sum())


def test_names_without_a_match_are_faint(tmp_path: Path) -> None:
    everything, jazz, nothing = (tmp_path / name for name in ("all.png", "jazz.png", "none.png"))
    artefact = load_default_artefact()
    draw_style_map(artefact, everything)
    draw_style_map(artefact, jazz, artefact.style_names[0])
    draw_style_map(artefact, nothing, "no style is called this")
    assert inked(everything) > inked(jazz) > inked(nothing) == 0
