"""Measure what an artefact plays, on held-out pieces, by what a musician notices.

`python -m export.evaluate ARTEFACT SHARDS` continues eight bars of each held-out piece by eight
bars, as `antiphon continue` does, several times with different seeds. It prints the figures of
`model.evaluation.musicality` for the prompts, the continuations and the true continuations, for
bands, for solo pieces and for solo pieces in free time, and whether they lie in the ranges of
`model.evaluation.wanted`. A second table shows the probabilities of classes of events when the
network is told the truth and when it reads its own output (`export.evaluation.forcing`).

`--candidates N` makes N takes for each and lets the critic choose, as in a pause of live playing.
`--off RULE,RULE` switches rules of decoding off (`model.decoding.policy`), so that each can be
weighed; `--changes` and `--key` are the settings of these names. `--plot FILE` draws both tables.
`--write FOLDER` keeps prompts and continuations as MIDI files. `--takes FOLDER` measures the files
PIECE-SEED.mid of a folder instead of continuing, so that other versions and other programs can be
measured on the same prompts; the artefact is not read, and there is no second table.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import track

from bridge.messages.settings import Changes, KeyPolicy, Settings
from bridge.midi import smf
from export.evaluation.chart import draw_chart
from export.evaluation.forcing import forced_and_running
from export.evaluation.results import evaluate, print_figures, print_masses, rounded
from export.evaluation.trials import BAND, BARS, FREE, KINDS, SOLO, draw_trials
from export.runtime.artefact import Artefact
from export.runtime.decoder import Decoder
from export.sketch.continuation import Continuation
from export.sketch.prompt import Prompt
from model.data import Corpus
from model.decoding.policy import Rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.midi.notes import Note
    from export.evaluation.results import Masses
    from export.evaluation.trials import Trial

RULES = tuple(each.name for each in fields(Rules) if each.default)
"""The rules that are on unless a setting says otherwise."""
_TABLE_WIDTH = 120
_progress = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Player:
    """What continues the prompts."""

    artefact: Artefact
    decoder: Decoder
    rules: Rules
    settings: Settings
    candidates: int = 1
    """Each take is the best of so many, by the critic."""

    def takes(self, trial: Trial, seeds: int) -> list[list[Note]]:
        """Return continuations of a trial with the seeds from 1 on."""
        settings = [
            replace(self.settings, seed=seed) for seed in range(1, seeds * self.candidates + 1)
        ]
        prompt = Prompt(self.artefact, self.decoder, trial.prompt, trial.span, settings[0])
        found: list[Continuation] = []
        for each in settings:
            found.append(Continuation(prompt, each, self.rules))
            while not found[-1].done:
                found[-1].step()
        groups = [found[first::seeds] for first in range(seeds)]
        return [max(group, key=lambda take: take.score).notes() for group in groups]

    def masses(self, trials: Sequence[Trial], count: int) -> Masses:
        """Return the masses of the first trials of each kind, with seed 1."""
        settings = replace(self.settings, seed=1)
        chosen = {kind: [t for t in trials if t.kind == kind][:count] for kind in KINDS}
        return {
            kind: [
                forced_and_running(self.artefact, self.decoder, trial, settings, self.rules)
                for trial in track(own, kind, transient=True, console=_progress)
            ]
            for kind, own in chosen.items()
            if own
        }


def main(
    artefact: Annotated[Path, typer.Argument(help="Folder of an artefact.")],
    shards: Annotated[Path, typer.Argument(help="Folder that model.data has written.")],
    *,
    bands: Annotated[int, typer.Option(help="Held-out bands.")] = 24,
    solos: Annotated[int, typer.Option(help="Held-out solo pieces.")] = 12,
    free: Annotated[int, typer.Option(help="Held-out solo pieces in free time.")] = 12,
    seeds: Annotated[int, typer.Option(help="Continuations of each piece.")] = 3,
    bars: Annotated[int, typer.Option(help="Bars of a prompt, and of a continuation.")] = BARS,
    candidates: Annotated[int, typer.Option(help="Takes of which the critic picks one.")] = 1,
    forced: Annotated[int, typer.Option(help="Pieces of a kind in the second table.")] = 12,
    off: Annotated[str, typer.Option(help=f"Some of {','.join(RULES)}.")] = "",
    changes: Annotated[Changes, typer.Option(help="The setting.")] = Changes.FOLLOW,
    key: Annotated[KeyPolicy, typer.Option(help="The setting.")] = KeyPolicy.OFF,
    write: Annotated[Path | None, typer.Option(help="Folder for MIDI files.")] = None,
    takes: Annotated[Path | None, typer.Option(help="Measure the files of this folder.")] = None,
    plot: Annotated[Path | None, typer.Option(help="PNG file for a chart.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the figures as JSON, and nothing else.")
    ] = False,
) -> None:
    """Measure what an artefact plays on held-out pieces."""
    if unknown := set(filter(None, off.split(","))) - set(RULES):
        raise typer.BadParameter(f"--off: there is no {min(unknown)!r}")
    rules = Rules(**dict.fromkeys(filter(None, off.split(",")), False))
    counts = {BAND: bands, SOLO: solos, FREE: free}
    trials = draw_trials(Corpus.open(shards, "valid"), counts, bars)
    player = None
    if takes is None:
        loaded = Artefact.load(artefact)
        settings = Settings(changes=changes, key=key)
        player = Player(loaded, Decoder(loaded), rules, settings, candidates)
    made: dict[str, list[list[Note]]] = {}
    for trial in track(trials, "takes", transient=True, console=_progress):
        if takes is not None:
            made[trial.name] = _read(takes, trial, seeds)
        elif player is not None:
            made[trial.name] = player.takes(trial, seeds)
        if write is not None:
            _write(write, trial, made[trial.name])
    found = evaluate(trials, made)
    needs_masses = player is not None and (plot is not None or not as_json)
    masses = player.masses(trials, forced) if player is not None and needs_masses else {}
    if plot is not None:
        draw_chart(found, masses, plot)
    if as_json:
        typer.echo(json.dumps(rounded(found), indent=1))
        return
    console = Console(width=_TABLE_WIDTH)
    print_figures(found, console)
    if masses:
        print_masses(masses, console)


def _read(folder: Path, trial: Trial, seeds: int) -> list[list[Note]]:
    """Return the takes of a trial that another program has written."""
    paths = (folder / f"{trial.name}-{seed}.mid" for seed in range(1, seeds + 1))
    return [list(smf.read(path).score.notes) for path in paths]


def _write(folder: Path, trial: Trial, takes: Sequence[Sequence[Note]]) -> None:
    """Write a prompt, and the prompt with each take."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{trial.name}.mid").write_bytes(smf.score_bytes(trial.prompt, "a prompt"))
    for seed, notes in enumerate(takes, 1):
        every = replace(trial.prompt, notes=(*trial.prompt.notes, *notes))
        content = smf.score_bytes(every, f"a prompt and take {seed}")
        (folder / f"{trial.name}-{seed}.mid").write_bytes(content)


if __name__ == "__main__":
    typer.run(main)
