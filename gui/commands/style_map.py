"""The map of styles as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from pathlib import Path

    from export.runtime.artefact import Artefact

_INCHES, _DPI, _POINTS = (18.0, 11.5), 120, 8.5
_INK, _FAINT, _OWN = "#20262e", "#b9bec6", "#c8641e"


def draw_style_map(artefact: Artefact, path: Path, search: str = "") -> None:
    """Draw the names of all styles where they lie; those that do not contain `search` are faint.

    Styles of one's own are in another hue.
    """
    figure = Figure(figsize=_INCHES, dpi=_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.01, 0.01, 0.98, 0.94), xlim=(0, 1), ylim=(0, 1))
    axes.set_axis_off()
    figure.suptitle(f"Styles of {artefact.name}: what lies near sounds alike", y=0.985, size=14)
    for index, (name, (x, y)) in enumerate(
        zip(artefact.style_names, artefact.style_places, strict=True)
    ):
        hue = _OWN if index >= artefact.own_from else _INK
        colour = hue if search in name else _FAINT
        axes.text(x, y, name, size=_POINTS, color=colour, ha="center", va="center")
    figure.savefig(path)
