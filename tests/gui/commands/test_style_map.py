"""The map of styles as a picture."""

from pathlib import Path

from PySide6.QtGui import QColor, QImage

from export.runtime.artefact import default_artefact
from gui.commands.style_map import draw_style_map


def inked(path: Path) -> int:
    """Count the pixels of the ink that names are written in, below the title."""
    picture = QImage(str(path))
    ink = QColor("#20262e").rgb()
    return sum(
        picture.pixel(x, y) == ink
        for x in range(picture.width())
        for y in range(picture.height() // 20, picture.height())
    )


def test_names_that_are_not_searched_for_are_faint(tmp_path: Path) -> None:
    everything, jazz, nothing = (tmp_path / name for name in ("all.png", "jazz.png", "none.png"))
    artefact = default_artefact()
    draw_style_map(artefact, everything)
    draw_style_map(artefact, jazz, artefact.style_names[0])
    draw_style_map(artefact, nothing, "no style is called this")
    assert inked(everything) > inked(jazz) > inked(nothing) == 0
