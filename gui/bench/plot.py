"""The results of a run as a chart: steps, hand-overs, lateness."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from bridge.system.output_file import write_output
from gui.bench import decode
from gui.bench.decode import BESIDE_RIVALS, OURS

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from gui.bench.report import Results

_FINE_US = 50


def draw_report(results: Results, path: Path, *, replace: bool = True) -> None:
    """Draw the steps, the hand-overs and the lateness into a PNG file.

    Raises:
        bridge.system.output_file.OutputError: the file is not written, or exists and is not to be
            replaced.

    """
    figure = Figure(figsize=(14, 5.2), layout="constrained")
    axes = figure.subplots(1, 3)
    for ax, section, panel in zip(
        axes,
        ("step", "hand-over", "sending"),
        (_draw_steps, _draw_hand_overs, _draw_lateness),
        strict=True,
    ):
        if section in results:
            panel(ax, results[section])
            ax.grid(alpha=0.3)
            ax.yaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{at:g}"))
            ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, frameon=False)
        else:
            ax.set_axis_off()
    content = BytesIO()
    figure.savefig(content, dpi=110, format="png")
    write_output(path, content.getvalue(), replace=replace)


def _draw_steps(ax: Axes, steps: Results) -> None:
    lengths = [str(cached) for cached in decode.CONTEXT_LENGTHS]
    for name in steps[lengths[0]]:
        if name != BESIDE_RIVALS:
            medians = [steps[length][name]["median_ms"] for length in lengths]
            style = "o-" if name == OURS else "o:" if name.startswith("reading") else "o--"
            ax.plot(lengths, medians, style, lw=2.5 if name == OURS else 1.2, label=name)
    ax.set(yscale="log", title="a token", xlabel="tokens cached", ylabel="ms, median")


def _draw_hand_overs(ax: Axes, contexts: Results) -> None:
    for kind in ("cold", "warm", "speculated"):
        medians = [context[kind]["median_ms"] for context in contexts.values()]
        above = [
            context[kind]["p99_ms"] - context[kind]["median_ms"] for context in contexts.values()
        ]
        bars = [[0.0] * len(above), above]
        ax.errorbar(list(contexts), medians, yerr=bars, fmt="o-", capsize=4, label=kind)
    ax.set(
        yscale="log",
        title="from the hand-over to the first note",
        xlabel="notes of context",
        ylabel="ms, median to p99",
    )


def _draw_lateness(ax: Axes, sent: Results) -> None:
    late = {name: found["late_us"] for name, found in sent.items() if "late_us" in found}
    # Fine steps near zero, coarse far off, so that one very late note does not hide the rest.
    far = np.geomspace(_FINE_US, 1e5, 24)
    bins = [*-far[:0:-1], *np.linspace(-_FINE_US, _FINE_US, 51), *far[1:]]
    for name, each in late.items():
        ax.hist(each, bins=bins, alpha=0.6, label=name)
    everything = [us for each in late.values() for us in each]
    ax.set_xscale("symlog", linthresh=_FINE_US)
    ax.set_xticks([-_FINE_US, 0, _FINE_US, 10 * _FINE_US, 100 * _FINE_US], minor=False)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{at:g}"))
    ax.set(
        xlim=(min(-_FINE_US, 2 * min(everything)), max(_FINE_US, 2 * max(everything))),
        yscale="log",
        title="sending while decoding",
        xlabel="microseconds late",
        ylabel="notes",
    )
