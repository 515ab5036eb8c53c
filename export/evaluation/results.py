"""The figures of trials, their means with standard errors, and the two tables of them.

The standard error is that of the mean over pieces. The figure `distance` says how far a take is
from the true continuation: the mean of the differences of all figures, each in standard deviations
of the true continuations.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table

from export.evaluation.forcing import FORCED, RUNNING
from export.evaluation.trials import KINDS
from model.evaluation.musicality import figures, length_limits
from model.evaluation.wanted import wanted_range

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console

    from bridge.midi.notes import Note
    from export.evaluation.trials import Trial
    from model.evaluation.masses import ClassMasses

PROMPT, CONTINUATION, TRUTH = "prompt", "continuation", "truth"
Figures = dict[str, float]
Results = dict[str, dict[str, list[Figures]]]
"""Figures by kind of trial, by what is measured, and by trial."""
Masses = dict[str, list[dict[str, "ClassMasses"]]]
"""Masses by kind of trial, by trial, and by whether they are forced or running."""
_DIGITS = 4


def evaluate(trials: Sequence[Trial], takes: Mapping[str, Sequence[Sequence[Note]]]) -> Results:
    """Return the figures of prompts, continuations and truths; takes of a trial are averaged.

    The keys of `takes` are the names of the trials.
    """
    found: Results = {}
    for kind in KINDS:
        own = [trial for trial in trials if trial.kind == kind]
        limits = length_limits(trial.excerpt(trial.truth) for trial in own)
        if not own:
            continue
        truths = [figures(trial.excerpt(trial.truth), limits) for trial in own]
        spread = _spread(truths)
        found[kind] = {PROMPT: [figures(trial.prompt_excerpt(), limits) for trial in own]}
        found[kind] |= {CONTINUATION: [], TRUTH: truths}
        for trial, truth in zip(own, truths, strict=True):
            each = [figures(trial.excerpt(notes), limits) for notes in takes[trial.name]]
            distances = [{"distance": _distance(one, truth, spread)} for one in each]
            found[kind][CONTINUATION].append(_average(each) | _average(distances))
    return found


def _spread(rows: Sequence[Figures]) -> Figures:
    """Return the standard deviation over trials of each figure that varies."""
    names = dict.fromkeys(name for row in rows for name in row)
    values = {name: np.array([row.get(name, np.nan) for row in rows]) for name in names}
    known = {name: column[~np.isnan(column)] for name, column in values.items()}
    return {name: float(column.std()) for name, column in known.items() if column.any()}


def _distance(one: Figures, other: Figures, spread: Figures) -> float:
    return _nan_mean(
        [
            abs(one[name] - other[name]) / deviation
            for name, deviation in spread.items()
            if deviation > 0 and name in one and name in other
        ]
    )


def _average(some: Iterable[Figures]) -> Figures:
    columns = defaultdict(list)
    for one in some:
        for name, value in one.items():
            columns[name].append(value)
    return {name: _nan_mean(values) for name, values in columns.items()}


def _nan_mean(values: Sequence[float]) -> float:
    finite = [value for value in values if not np.isnan(value)]
    return float(np.mean(finite)) if finite else float("nan")


def summarise(rows: Sequence[Figures]) -> dict[str, tuple[float, float]]:
    """Return the mean over trials and its standard error, by figure."""
    found = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row[name] for row in rows if name in row and not np.isnan(row[name])]
        found[name] = (_nan_mean(values), _standard_error(values))
    return found


def ratio(rows: Sequence[Figures], base: Sequence[Figures], name: str) -> tuple[float, float]:
    """Return the ratio of the means of a figure over the same trials, and its standard error.

    It is NaN if the mean of `base` is zero, or if no trial has both.
    """
    pairs = np.array([(a[name], b[name]) for a, b in zip(rows, base, strict=True) if name in a])
    pairs = pairs[~np.isnan(pairs).any(1)] if len(pairs) else np.zeros((0, 2))
    mean, base_mean = pairs.mean(0) if len(pairs) else (0.0, 0.0)
    if not base_mean:
        return float("nan"), float("nan")
    found = float(mean / base_mean)
    return found, _standard_error(pairs[:, 0] - found * pairs[:, 1]) / abs(float(base_mean))


def _standard_error(values: Sequence[float] | np.ndarray) -> float:
    return float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0


def print_figures(found: Results, console: Console) -> None:
    """Print the figures as rows, kind by kind, with the wanted ranges and whether they are met."""
    table = Table("", PROMPT, CONTINUATION, TRUTH, "wanted", "met")
    for kind, parts in found.items():
        prompt, own, truth = (summarise(parts[name]) for name in (PROMPT, CONTINUATION, TRUTH))
        for name in own:
            wanted = wanted_range(name, truth[name][0]) if name in truth else None
            cells = [format_mean(column.get(name)) for column in (prompt, own, truth)]
            met = "" if wanted is None else "yes" if own[name][0] in wanted else "no"
            table.add_row(f"{kind} {name}", *cells, "" if wanted is None else str(wanted), met)
        table.add_section()
    console.print(table)


def print_masses(found: Masses, console: Console) -> None:
    """Print the masses and shares of the classes as rows, and the ratio of the masses."""
    titles = [f"{name} {part}" for name in (FORCED, RUNNING) for part in ("mass", "share")]
    table = Table("", *titles, f"{RUNNING} / {FORCED} mass")
    for kind, trials in found.items():
        masses = {name: [trial[name].masses() for trial in trials] for name in (FORCED, RUNNING)}
        shares = {name: [trial[name].shares() for trial in trials] for name in (FORCED, RUNNING)}
        columns = [summarise(rows[name]) for name in (FORCED, RUNNING) for rows in (masses, shares)]
        for name in columns[0]:
            parted = ratio(masses[RUNNING], masses[FORCED], name)
            if columns[0][name][0] or columns[2][name][0]:
                cells = [format_mean(column[name]) for column in columns]
                table.add_row(f"{kind} {name}", *cells, format_mean(parted))
        table.add_section()
    console.print(table)


def format_mean(pair: tuple[float, float] | None) -> str:
    """Return a mean and its standard error as text; nothing for None or NaN."""
    return "" if pair is None or np.isnan(pair[0]) else f"{pair[0]:.3g} ± {pair[1]:.2g}"


def rounded(found: Results) -> dict[str, dict[str, dict[str, list[float | None]]]]:
    """Return means and standard errors for JSON, which has no NaN."""
    return {
        kind: {
            part: {
                name: [None if np.isnan(value) else round(value, _DIGITS) for value in pair]
                for name, pair in summarise(rows).items()
            }
            for part, rows in parts.items()
        }
        for kind, parts in found.items()
    }
