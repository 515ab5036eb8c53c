"""A piano roll as a picture: what was played and what was answered, drawn with matplotlib.

Time runs to the right in seconds, pitch upwards. The two players have two hues, velocity is
opacity, and a line marks each hand-over.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FixedLocator, FuncFormatter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bridge.messages.snapshot import RollNote

PLAYED, ANSWERED = "#2f6f9f", "#c8641e"
_INCHES, _DPI = (12.0, 5.0), 110


def draw(notes: Sequence[RollNote], path: Path, title: str) -> None:
    """Write the picture; with no notes it is an empty roll."""
    begin = min((n.onset_ns for n in notes), default=0)
    figure = Figure(figsize=_INCHES, dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for answered, hue in ((False, PLAYED), (True, ANSWERED)):
        part = [n for n in notes if n.answered == answered]
        boxes = [Rectangle(*_box(n, begin)) for n in part]
        shades = [0.45 + 0.55 * n.velocity / 127 for n in part]
        axes.add_collection(
            PatchCollection(boxes, facecolor=hue, edgecolor="white", linewidth=0.4, alpha=shades)
        )
    for at in _hand_overs(notes):
        axes.axvline((at - begin) / 1e9, color="#888888", linewidth=0.8, linestyle="--")
    pitches = [n.pitch for n in notes] or [60]
    end = max(((n.release_ns or n.onset_ns) - begin for n in notes), default=10**9) / 1e9
    axes.set(xlim=(-0.2, end + 0.3), ylim=(min(pitches) - 3, max(pitches) + 3), xlabel="seconds")
    octaves = [p for p in range(0, 128, 12) if min(pitches) - 3 <= p <= max(pitches) + 3]
    axes.yaxis.set_major_locator(FixedLocator(octaves))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda pitch, _: f"C{int(pitch) // 12 - 1}"))
    axes.grid(color="#e4e4e4", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_title(title, loc="left", fontsize=10)
    axes.legend(
        handles=[Patch(color=PLAYED, label="played"), Patch(color=ANSWERED, label="answered")],
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),  # above the notes, which may be anywhere
        ncols=2,
        frameon=False,
    )
    figure.savefig(path)


def _box(note: RollNote, begin_ns: int) -> tuple[tuple[float, float], float, float]:
    release = note.onset_ns if note.release_ns is None else note.release_ns
    width = max(0.02, (release - note.onset_ns) / 1e9)
    return ((note.onset_ns - begin_ns) / 1e9, note.pitch - 0.5), width, 1.0


def _hand_overs(notes: Sequence[RollNote]) -> list[int]:
    """Return the onsets of the first notes of answers."""
    ordered = sorted(notes, key=lambda n: n.onset_ns)
    return [
        after.onset_ns
        for before, after in pairwise(ordered)
        if after.answered and not before.answered
    ]
