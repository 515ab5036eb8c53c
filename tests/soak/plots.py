"""The plots of a soak: lateness with the faults marked, memory, notes a minute."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from tests.soak.outcome import Part

_DPI = 110
_MAX_NAMES = 40
"""With more trials than this their names would cover each other."""


def draw(part: Part, path: Path) -> None:
    """Draw the plots of a part into a PNG file."""
    panels = [
        _lateness,
        _notes,
        *([_memory] if part.usage else []),
    ]  # a simulation has no processes
    figure = Figure(figsize=(13, 1 + 3 * len(panels)), layout="constrained")
    axes = figure.subplots(len(panels), 1, sharex=True)
    for ax, panel in zip(axes, panels, strict=True):
        panel(ax, part)
        _mark(ax, part, named=ax is axes[0] and len(part.trials) <= _MAX_NAMES)
        ax.grid(alpha=0.3)
        if ax.get_legend_handles_labels()[1]:
            ax.legend(loc="upper left", bbox_to_anchor=(1.005, 1), frameon=False)
    axes[-1].set_xlabel("minutes")
    figure.suptitle(f"{part.name}, seed {part.seed}: bars are faults, red ones were lost")
    figure.savefig(path, dpi=_DPI, format="png")


def _mark(ax: Axes, part: Part, *, named: bool) -> None:
    for trial in part.trials:
        colour = "tab:red" if trial.broken else "tab:grey"
        ax.axvspan(trial.at_s / 60, trial.end_s / 60, color=colour, alpha=0.25, lw=0)
        if named:
            ax.annotate(
                trial.fault,
                (trial.at_s / 60, 1.01),
                xycoords=("data", "axes fraction"),
                rotation=60,
                fontsize=7,
                color=colour,
            )


def _lateness(ax: Axes, part: Part) -> None:
    for label, points in (("as sent", part.late_ms), ("from sent to heard", part.heard_ms)):
        if points:
            at_s, late_ms = np.array(points).T
            ax.plot(at_s / 60, np.maximum(late_ms, 0.01), ".", ms=3, label=label)
    ax.set(yscale="log", ylabel="ms late")


def _notes(ax: Axes, part: Part) -> None:
    minutes = np.array(part.notes_at_s) / 60
    edges = np.arange(0, max(part.minutes, 0.5) + 0.25, 0.25)
    counts, _ = np.histogram(minutes, edges)
    ax.stairs(counts * 4, edges, fill=True, alpha=0.5, label="notes of Antiphon's")
    ax.set(ylabel="notes a minute", ylim=(0, None))


def _memory(ax: Axes, part: Part) -> None:
    lives: dict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
    for each in part.usage:
        lives[each.role, each.pid].append((each.at_s / 60, each.rss_bytes / 1e6))
    roles = sorted({role for role, _ in lives})
    labelled: set[str] = set()
    for (role, _), points in lives.items():
        at, megabytes = np.array(points).T
        label = None if role in labelled else role
        labelled.add(role)
        ax.plot(at, megabytes, color=f"C{roles.index(role)}", lw=1.2, label=label)
    ax.set(ylabel="MB resident", ylim=(0, None))
