"""The figures of continuations as a chart: each divided by that of the true continuations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from export.evaluation.forcing import FORCED, RUNNING
from export.evaluation.results import CONTINUATION, PROMPT, TRUTH, ratio, summarise
from model.evaluation.wanted import wanted_range

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

    from export.evaluation.results import Figures, Masses, Results

_LEAST, _MOST = 0.4, 2.5
_TICKS = (0.5, 0.67, 0.8, 1, 1.25, 1.5, 2)
_ROW_INCHES, _PANEL_INCHES = 0.26, 4.6
_OURS, _SHADE, _MISSED = "tab:blue", "tab:green", "tab:red"


def draw_chart(found: Results, masses: Masses, path: Path) -> None:
    """Draw a panel of figures for each kind of trial, and one of masses, into a PNG file.

    A bar is a standard error. The wanted ranges are shaded; what lies outside them is red. The
    prompt is a ring. A value outside the panel is drawn at its edge.
    """
    rows = max(len(parts[CONTINUATION][0]) for parts in found.values())
    panels = len(found) + bool(masses)
    size = (_PANEL_INCHES * panels, _ROW_INCHES * rows + 1.3)
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(1, panels, squeeze=False)[0]
    for ax, (kind, parts) in zip(axes, found.items(), strict=False):
        _draw_figures(ax, parts)
        ax.set(title=f"{kind}: continuation / truth")
    if masses:
        _draw_masses(axes[-1], masses)
        axes[-1].set(title="mass: running / forced")
    figure.savefig(path, dpi=110)


def _draw_figures(ax: Axes, parts: Mapping[str, Sequence[Figures]]) -> None:
    own, truth = summarise(parts[CONTINUATION]), summarise(parts[TRUTH])
    names = [name for name in own if name in truth and truth[name][0] > 0]
    for row, name in enumerate(names):
        true = truth[name][0]
        wanted = wanted_range(name, true)
        met = wanted is None or own[name][0] in wanted
        if wanted is not None:
            low, high = (np.clip(end / true, _LEAST, _MOST) for end in (wanted.low, wanted.high))
            ax.add_patch(
                Rectangle((low, row - 0.4), high - low, 0.8, color=_SHADE, alpha=0.25, lw=0)
            )
        prompt, _ = ratio(parts[PROMPT], parts[TRUTH], name)
        _draw_point(ax, row, prompt, 0.0, "0.6", "o", fill="none")
        _draw_point(
            ax, row, *ratio(parts[CONTINUATION], parts[TRUTH], name), _OURS if met else _MISSED, "o"
        )
    _dress(ax, names)


def _draw_masses(ax: Axes, masses: Masses) -> None:
    names: list[str] = []
    for kind, trials in masses.items():
        forced, running = ([trial[name].masses() for trial in trials] for name in (FORCED, RUNNING))
        for name in forced[0]:
            found = ratio(running, forced, name)
            if not np.isnan(found[0]):
                _draw_point(ax, len(names), *found, _OURS, "o")
                names.append(f"{kind} {name}")
    _dress(ax, names)


def _draw_point(
    ax: Axes, row: int, value: float, error: float, colour: str, marker: str, fill: str = ""
) -> None:
    """Draw a value with its error; at the edge, as an arrow, if it lies outside the panel."""
    if np.isnan(value):
        return
    at = float(np.clip(value, _LEAST, _MOST))
    if at != value:
        marker, error = "<" if value < at else ">", 0.0
    ax.errorbar(
        *(at, row),
        xerr=[[min(error, at - _LEAST)], [min(error, _MOST - at)]] if error else None,
        fmt=marker,
        clip_on=False,
        ms=5,
        lw=1.4,
        capsize=2,
        color=colour,
        mfc=fill or colour,
    )


def _dress(ax: Axes, names: Sequence[str]) -> None:
    ax.axvline(1, color="0.3", lw=1)
    ax.set(xscale="log", xlim=(_LEAST, _MOST), ylim=(max(1, len(names)) - 0.5, -0.5))
    ax.set_yticks(range(len(names)), names)
    ax.xaxis.set_major_locator(FixedLocator(_TICKS))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{at:g}"))
    ax.grid(alpha=0.3)
