"""The report of a soak: Markdown with a row for each fault, figures, and plots beside it."""

from __future__ import annotations

import os
import platform
from collections import Counter
from importlib.metadata import version
from statistics import median
from typing import TYPE_CHECKING

from rich.table import Table

from tests.soak import border_faults, faults, plots
from tests.soak.resources import peaks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from rich.console import Console

    from tests.soak.outcome import Part, Trial

FILE = "report.md"
_MAX_LISTED = 60
_HOW = {fault.name: fault.how for fault in faults.FAULTS} | {
    fault.name: "" for fault in border_faults.FAULTS
}


def write(parts: Sequence[Part], folder: Path, command: str) -> Path:
    """Write the report and its plots into a folder; return the path of the report."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [*_head(parts, command)]
    for part in parts:
        picture = f"{part.name.replace(' ', '-').replace(',', '')}.png"
        plots.draw(part, folder / picture)
        lines += [*_section(part), "", f"![Plots of the part: {part.name}]({picture})", ""]
        for name, text in part.logs.items():
            (folder / f"{part.name} {name}".replace(" ", "-")).write_text(text, "utf-8")
    path = folder / FILE
    path.write_text("\n".join(lines), "utf-8")
    return path


def summarise(parts: Iterable[Part], console: Console) -> None:
    """Print a row for each fault, and what was lost."""
    for part in parts:
        table = Table("fault", "tried", "survived", "lost", title=part.name, box=None)
        for name, trials in _by_fault(part):
            lost = sum(bool(trial.broken) for trial in trials)
            style = "red" if lost else ""
            table.add_row(name, str(len(trials)), str(len(trials) - lost), str(lost), style=style)
        console.print(table)
        for name, value in part.figures.items():
            console.print(f"{name}: {value}", highlight=False)
        for line in broken_lines(part):
            console.print(line, style="red", highlight=False, markup=False)


def broken_lines(part: Part) -> Iterator[str]:
    """Yield a line for each fault that was lost and each invariant that did not hold."""
    for trial in part.lost:
        yield f"{trial.at_s:.1f} s, {trial.fault}: {'; '.join(trial.broken)}"
    for broken in part.broken:
        yield f"{broken.at_s:.1f} s, after {broken.after}: {broken.what}"


def _head(parts: Sequence[Part], command: str) -> Iterator[str]:
    lost = sum(len(part.lost) for part in parts)
    tried = sum(len(part.trials) for part in parts)
    broken = sum(len(part.broken) for part in parts)
    yield from (
        "# Soak",
        "",
        f"`{command}`",
        "",
        f"Antiphon {version('antiphon')}; {platform.machine()}, {os.cpu_count()} cores,",
        f"{platform.system()}, Python {platform.python_version()}.",
        "",
        f"{tried} faults were tried, {tried - lost} survived, {lost} were lost.",
        f"Outside of them {broken} invariants did not hold.",
        "",
    )


def _section(part: Part) -> Iterator[str]:
    yield from (
        f"## {part.name.capitalize()}",
        "",
        f"Seed {part.seed}; {part.minutes:.1f} minutes of music in {part.wall_s / 60:.1f} minutes;",
        f"{part.played} notes played, {len(part.notes_at_s)} notes heard.",
        "",
        "| fault | how | tried | survived | lost | back, median (worst) | music after, median |",
        "|---|---|---|---|---|---|---|",
    )
    for name, trials in _by_fault(part):
        yield _row(name, trials)
    for name, reason in part.left_out.items():
        yield f"| {name} | {_HOW.get(name, '')} | left out: {reason} | | | | |"
    yield ""
    if part.changes:
        counted = ", ".join(f"{name} {count}" for name, count in sorted(part.changes.items()))
        yield from (f"What was changed meanwhile, and how often: {counted}.", "")
    for name, value in part.figures.items():
        yield f"- {name}: {value}"
    yield ""
    if part.usage:
        yield from (
            "| process | most MB | most descriptors | most threads | processor, median |",
            "|---|---|---|---|---|",
        )
        for role, (megabytes, descriptors, threads, share) in peaks(part.usage).items():
            yield f"| {role} | {megabytes:.0f} | {descriptors} | {threads} | {share:.0f} % |"
        yield ""
    lines = list(broken_lines(part))
    if lines:
        yield from ("What did not hold:", "")
        yield from (f"- {line}" for line in lines[:_MAX_LISTED])
        if len(lines) > _MAX_LISTED:
            yield f"- and {len(lines) - _MAX_LISTED} more"
    else:
        yield "Everything held."


def _row(name: str, trials: Sequence[Trial]) -> str:
    lost = sum(bool(trial.broken) for trial in trials)
    back = [trial.back_s for trial in trials if trial.back_s is not None]
    music = [trial.music_s for trial in trials if trial.music_s is not None]
    returned = f"{median(back):.1f} s ({max(back):.1f} s)" if back else ""
    heard = f"{median(music):.1f} s" if music else ""
    cells = [name, _HOW.get(name, ""), len(trials), len(trials) - lost, lost, returned, heard]
    return f"| {' | '.join(map(str, cells))} |"


def _by_fault(part: Part) -> Iterator[tuple[str, list[Trial]]]:
    counts = Counter(trial.fault for trial in part.trials)
    for name in sorted(counts):
        yield name, [trial for trial in part.trials if trial.fault == name]
