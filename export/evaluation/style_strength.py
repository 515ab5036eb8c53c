"""How strong a style is, and what its strength costs: the length of its vector, or guidance.

`python -m export.evaluation.style_strength SHARDS` asks for styles in two ways. Of held-out bands
and solos of *other* styles, each is continued in every style; of held-out pieces of the styles,
each is continued in its *own*. A judge that is not the network (`export.evaluation.recognition`)
says which of the styles it hears. Eight bars follow eight bars, or with `--heard` the last of them.

A way is `length S`, the style's vector S times as long (`style_strength`), or `guidance G`, the
logits without the style plus G times the difference (`export.evaluation.guidance`).

    picked      share of the styles that the judge finds likelier in the take that was to have it
                than in all other takes of the same prompt
    recall      share of the takes whose likeliest style is the one that was asked for
    asked       the judge's probability of that style, as a mean
    the others  figures of `model.evaluation.musicality`, and `distance` from the true continuation

Each prompt of another style is continued in every style. So a program that ignores the style has
one in the number of styles for the first three. `picked` alone does not depend on what the judge
takes the prompt for. `distance` means something for a piece's own style only: in another style, a
take should part from the true continuation.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bridge.history.takes import Span, standalone_score
from bridge.messages.settings import Settings
from export.evaluation.guidance import GuidedDecoder
from export.evaluation.recognition import BARS, Examples, Judge, label_of
from export.evaluation.results import CONTINUATION, TRUTH, evaluate, format_mean, summarise
from export.evaluation.trials import BAND, SOLO, draw_trials
from export.runtime.artefact import Artefact, load_default_artefact
from export.runtime.decoder import Decoder
from export.sketch.continuation import continue_score
from model.data import Corpus
from model.evaluation.style_figures import style_figures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from bridge.midi.notes import Note
    from export.evaluation.results import Figures
    from export.evaluation.trials import Trial

STYLES = ("jazz", "bossa nova", "rock", "pop", "funk", "blues", "bach chorale", "chopin")
WAYS = (
    *("length 1", "length 1.5", "length 2", "length 3"),
    *("guidance 1.5", "guidance 2", "guidance 3"),
)
OTHER, OWN = "other", "own"
LENGTH, GUIDANCE = "length", "guidance"
SHOWN = (
    *("picked", "recall", "asked", "distance", "clash", "notes", "drums notes", "bass notes"),
    *("drum grid", "on grid", "in key", "next half bar", "pitch entropy", "interval entropy"),
)
_TABLE_WIDTH = 200
_progress = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Task:
    """A trial to be continued in a style; its name is unique."""

    trial: Trial
    style: str
    origin: str
    """`OTHER` or `OWN`."""

    @property
    def prompt(self) -> str:
        """The name of the prompt, which is that of several tasks."""
        return self.trial.name.removesuffix(f" {self.style}")


def parse_way(text: str) -> tuple[str, float]:
    """Return the kind of a way and its number.

    Raises:
        ValueError: it is neither a length nor a guidance.

    """
    kind, _, number = text.partition(" ")
    if kind not in (LENGTH, GUIDANCE):
        raise ValueError(f"{text!r} is neither a length nor a guidance")
    return kind, float(number)


def draw_tasks(
    corpus: Corpus, styles: Sequence[str], counts: dict[str, int], own: int
) -> list[Task]:
    """Return tasks: `counts` trials of other styles in every style, `own` of each in its own."""
    others = [piece for piece in corpus.pieces if not set(styles) & set(piece.labels)]
    drawn = draw_trials(replace(corpus, pieces=tuple(others)), counts, BARS)
    tasks = [
        Task(replace(trial, name=f"{trial.name} {style}"), style, OTHER)
        for trial in drawn
        for style in styles
    ]
    for style in styles:
        same = tuple(piece for piece in corpus.pieces if label_of(piece, styles) == style)
        found = draw_trials(replace(corpus, pieces=same), {BAND: own, SOLO: own}, BARS)
        tasks += [Task(trial, style, OWN) for trial in found[:own]]
    return tasks


def with_short_prompt(trial: Trial, bars: int) -> Trial:
    """Return a trial of which the player has played only the last bars."""
    cut = trial.span.begin - bars * trial.bar_ticks
    if cut <= 0:
        return trial
    notes = [note for note in trial.prompt.notes if note.onset_ticks >= cut]
    prompt = standalone_score(trial.prompt, Span(cut, trial.span.begin), notes)
    truth = tuple(
        replace(n, onset_ticks=n.onset_ticks - cut, release_ticks=n.release_ticks - cut)
        for n in trial.truth
    )
    span = Span(trial.span.begin - cut, trial.span.end - cut)
    return replace(trial, prompt=prompt, truth=truth, span=span)


class Player:
    """Continues trials in a style, in each of the ways."""

    def __init__(self, artefact: Artefact) -> None:
        self._artefact = artefact
        self._plain, self._guided = Decoder(artefact), GuidedDecoder(artefact)

    def take(self, task: Task, way: str, seed: int) -> list[Note]:
        """Return the notes of a take."""
        kind, number = parse_way(way)
        settings = Settings(
            style=((task.style, 1.0),),
            style_strength=number if kind == LENGTH else 1.0,
            seed=seed,
        )
        self._guided.scale = number
        decoder = self._plain if kind == LENGTH else self._guided
        trial = task.trial
        return continue_score(self._artefact, decoder, trial.prompt, trial.span, settings)


def judge_takes(
    judge: Judge, tasks: Sequence[Task], takes: Mapping[str, Sequence[Sequence[Note]]]
) -> dict[str, Figures]:
    """Return recall, asked probability and picks of each task, as means over its takes."""
    found: dict[str, Figures] = {}
    heard: dict[str, NDArray[np.float64]] = {}
    for task in tasks:
        name, span = task.trial.name, task.trial.span
        rows = [style_figures(take, span.begin, BARS, task.trial.bar_ticks) for take in takes[name]]
        seen = judge.probabilities(np.array(rows))
        at = judge.styles.index(task.style)
        heard[name] = seen.mean(0)
        found[name] = {
            "recall": float((seen.argmax(1) == at).mean()),
            "asked": float(seen[:, at].mean()),
        }
    for name, picked in picks(judge.styles, tasks, heard).items():
        found[name]["picked"] = picked
    return found


def picks(
    styles: Sequence[str], tasks: Sequence[Task], heard: Mapping[str, NDArray[np.float64]]
) -> dict[str, float]:
    """Return whether a task's style is likelier in it than in the same prompt's other tasks.

    `heard` has the probabilities (S,) of the styles by task. Of n equals, each is 1 / n.
    """
    prompts: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        if task.origin == OTHER:
            prompts[task.prompt].append(task)
    found = {}
    for same in prompts.values():
        for task in same:
            at = styles.index(task.style)
            chances = np.array([heard[each.trial.name][at] for each in same])
            own = heard[task.trial.name][at]
            best = own == chances.max()
            found[task.trial.name] = float(best / (chances == own).sum())
    return found


def measure(
    judge: Judge, tasks: Sequence[Task], takes: Mapping[str, Sequence[Sequence[Note]]]
) -> dict[str, list[Figures]]:
    """Return the figures of each prompt by origin and kind of trial, such as `own band`.

    Those of a prompt are the means over its tasks, which are not independent of each other.
    """
    found: dict[str, list[Figures]] = {}
    judged = judge_takes(judge, tasks, takes)
    for origin in (OTHER, OWN):
        mine = [task for task in tasks if task.origin == origin]
        for kind, parts in evaluate([task.trial for task in mine], takes).items():
            same = [task for task in mine if task.trial.kind == kind]
            rows = [
                judged[task.trial.name] | row
                for task, row in zip(same, parts[CONTINUATION], strict=True)
            ]
            found[f"{origin} {kind}"] = by_prompt(same, rows)
            found[f"{origin} {kind} {TRUTH}"] = by_prompt(same, parts[TRUTH])
    return found


def by_prompt(tasks: Sequence[Task], rows: Sequence[Figures]) -> list[Figures]:
    """Return the means of the figures of tasks over those with the same prompt."""
    prompts: dict[str, list[Figures]] = defaultdict(list)
    for task, row in zip(tasks, rows, strict=True):
        prompts[task.prompt].append(row)
    means = (summarise(same) for same in prompts.values())
    return [{name: mean for name, (mean, _) in each.items()} for each in means]


def table_of(found: dict[str, dict[str, list[Figures]]], group: str) -> Table:
    """Return the table of a group of tasks: a row for each way, and one for the truth."""
    table = Table(group, *SHOWN)
    for way, groups in found.items():
        table.add_row(way, *_cells(groups[group]))
    table.add_row(TRUTH, *_cells(next(iter(found.values()))[f"{group} truth"]))
    return table


def _cells(rows: Sequence[Figures]) -> Iterable[str]:
    means = summarise(rows)
    return (format_mean(means.get(name)) for name in SHOWN)


def main(
    shards: Annotated[Path, typer.Argument(help="Folder that model.data has written.")],
    artefact: Annotated[Path | None, typer.Option(help="Folder; without, the shipped.")] = None,
    styles: Annotated[str, typer.Option(help="Styles, with commas.")] = ",".join(STYLES),
    ways: Annotated[str, typer.Option(help="Ways, with commas.")] = ",".join(WAYS),
    bands: Annotated[int, typer.Option(help="Held-out bands of other styles.")] = 8,
    solos: Annotated[int, typer.Option(help="Held-out solos of other styles.")] = 8,
    own: Annotated[int, typer.Option(help="Held-out pieces of each style.")] = 3,
    seeds: Annotated[int, typer.Option(help="Takes of each.")] = 1,
    heard: Annotated[int, typer.Option(help="Bars of a prompt that are heard.")] = BARS,
    write: Annotated[Path | None, typer.Option(help="JSON file of all figures.")] = None,
) -> None:
    """Measure how recognisable styles are, and what their strength costs."""
    console, asked = Console(width=_TABLE_WIDTH), tuple(styles.split(","))
    valid = Corpus.open(shards, "valid")
    judge = Judge(Examples.of(Corpus.open(shards, "train"), asked))
    held_out = Examples.of(valid, asked)
    for name, chosen in (("complete", held_out.complete), ("thinned", ~held_out.complete)):
        recalls = judge.recalls(held_out.where(chosen))
        console.print(f"judge, {int(chosen.sum())} {name} held-out excerpts: {recalls}")
    drawn = draw_tasks(valid, asked, {BAND: bands, SOLO: solos}, own)
    tasks = [replace(task, trial=with_short_prompt(task.trial, heard)) for task in drawn]
    player = Player(load_default_artefact() if artefact is None else Artefact.load(artefact))
    found: dict[str, dict[str, list[Figures]]] = {}
    for way in ways.split(","):
        takes = {
            task.trial.name: [player.take(task, way, seed) for seed in range(1, seeds + 1)]
            for task in track(tasks, way, transient=True, console=_progress)
        }
        found[way] = measure(judge, tasks, takes)
        if write is not None:
            write.write_text(json.dumps(found), "utf-8")
    for group in next(iter(found.values())):
        if not group.endswith(TRUTH):
            console.print(table_of(found, group))


if __name__ == "__main__":
    typer.run(main)
