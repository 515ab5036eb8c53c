"""The figures of an evaluation as tables on a console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from model.evaluation.measures import MEASURES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console


def print_tables(results: Mapping[str, Any], console: Console) -> None:
    """Print the figures that `model.evaluate.evaluate` returns."""
    console.print(_likelihood_table(results))
    if continuation := results.get("continuation"):
        console.print(_distance_table(continuation))
    for name in ("styles", "overlap"):
        if name in results:
            console.print(name, results[name])


def _likelihood_table(results: Mapping[str, Any]) -> Table:
    table = Table("nats", "a token", "a note", title=f"{results['model']}: held-out tunes")
    rows = {results["model"]: results.get("nll")}
    rows |= {name: report for name, report in results.items() if name.endswith("gram")}
    for name, report in (rows | results.get("against", {})).items():
        if report:
            table.add_row(name, f"{report['per_token']:.3f}", f"{report['per_note']:.3f}")
    for family, figure in results.get("hidden", {}).items():
        table.add_row(f"without {family}", f"{figure:.3f}", "")
    return table


def _distance_table(continuation: Mapping[str, Any]) -> Table:
    table = Table("distance from the true continuation", *MEASURES)
    for kind in ("distance_from_truth", "distance_of_all_from_all_truths"):
        for name, figures in continuation[kind].items():
            table.add_row(name, *(f"{figures[measure]:.3f}" for measure in MEASURES))
        table.add_section()
    return table
