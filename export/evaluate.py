"""Measure what an artefact plays, on held-out pieces, by what a musician notices.

`python -m export.evaluate ARTEFACT SHARDS` continues eight bars of each held-out piece by eight
bars, as `antiphon continue` does, several times with different seeds. It prints the figures of
`model.evaluation.musicality` for the prompts, the continuations and the true continuations, for
bands and for solo pieces. A standard error is that of the mean over pieces.

`--off RULE,RULE` switches rules of decoding off (`model.decoding.policy`), so that each can be
weighed. `--write FOLDER` keeps prompts and continuations as MIDI files. `--takes FOLDER` measures
the files PIECE-SEED.mid of a folder instead of continuing, so that other versions and other
programs can be measured on the same prompts.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bridge.history.takes import Span, standalone_score
from bridge.messages.settings import Settings
from bridge.midi import smf
from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note, Score
from export.runtime.artefact import Artefact
from export.runtime.continuation import continue_score, instruments_of, truncate_note
from export.runtime.decoder import Decoder
from model.data import Corpus
from model.decoding.policy import Rules
from model.evaluation.musicality import Excerpt, figures, length_limits
from model.tokens import tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from model.data import Piece

BARS = 8
_FEWEST_INSTRUMENTS = 3
_FEWEST_NOTES = 2
"""Notes a bar, on average, of a prompt and of its true continuation."""
KINDS = ("band", "solo")
RULES = tuple(each.name for each in fields(Rules))
Figures = dict[str, float]
_TABLE_WIDTH = 160
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Trial:
    """Some bars of a held-out piece, from tick 0, and the true bars after them."""

    name: str
    kind: str
    styles: tuple[str, ...]
    prompt: Score
    truth: tuple[Note, ...]
    span: Span

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """The instruments of the prompt."""
        return instruments_of(self.prompt)

    def excerpt(self, notes: Iterable[Note]) -> Excerpt:
        """Return a continuation of the prompt as an excerpt."""
        bar_ticks = self.prompt.metres[0].bar_ticks
        within = tuple(
            truncate_note(note, self.span.end)
            for note in sorted(notes)
            if self.span.begin <= note.onset_ticks < self.span.end
        )
        bars = (self.span.end - self.span.begin) // bar_ticks
        return Excerpt(
            self.prompt.notes, within, self.span.begin, bars, bar_ticks, self.instruments
        )

    def prompt_excerpt(self) -> Excerpt:
        """Return the second half of the prompt as an excerpt that follows the first."""
        bar_ticks = self.prompt.metres[0].bar_ticks
        bars = self.span.begin // bar_ticks
        middle = bars // 2 * bar_ticks
        before = tuple(note for note in self.prompt.notes if note.onset_ticks < middle)
        after = tuple(note for note in self.prompt.notes if note.onset_ticks >= middle)
        return Excerpt(before, after, middle, bars - bars // 2, bar_ticks, self.instruments)


def draw_trials(corpus: Corpus, counts: Mapping[str, int], bars: int = BARS) -> list[Trial]:
    """Return trials from the first suitable pieces in the corpus's random order, one a tune."""
    trials: list[Trial] = []
    left, groups = dict(counts), set[str]()
    for piece in corpus.pieces:
        kind = _kind_of(piece)
        if kind is None or not left.get(kind) or piece.group in groups:
            continue
        trial = _trial(piece, kind, tokenizer.decode(corpus.tokens_of(piece).tolist()), bars)
        if trial is not None:
            trials.append(trial)
            groups.add(piece.group)
            left[kind] -= 1
    return trials


def _kind_of(piece: Piece) -> str | None:
    playing = set(piece.notes)
    if Instrument.DRUMS.label in playing:
        return "band" if len(playing) >= _FEWEST_INSTRUMENTS else None
    return "solo" if len(playing) == 1 else None


def _trial(piece: Piece, kind: str, score: Score, bars: int) -> Trial | None:
    """Return the trial in the middle of a piece, on a multiple of eight bars."""
    if len(score.metres) != 1 or not score.grid:
        return None
    bar = score.metres[0].bar_ticks
    total = score.end_ticks // bar
    if total < 2 * bars:
        return None
    begin = (total - 2 * bars) // 2 // BARS * BARS * bar
    line, end = begin + bars * bar, begin + 2 * bars * bar
    prompt = [n for n in score.notes if begin <= n.onset_ticks < line]
    truth = [n for n in score.notes if line <= n.onset_ticks < end]
    if min(len(prompt), len(truth)) < _FEWEST_NOTES * bars:
        return None
    before, after = (
        standalone_score(score, Span(begin, stop), [truncate_note(n, stop) for n in notes])
        for notes, stop in ((prompt, line), (truth, end))
    )
    span = Span(bars * bar, 2 * bars * bar)
    return Trial(Path(piece.path).stem, kind, piece.labels, before, after.notes, span)


def evaluate(
    trials: Sequence[Trial], takes: Mapping[str, Sequence[Sequence[Note]]]
) -> dict[str, dict[str, list[Figures]]]:
    """Return the figures by kind, by what is measured, and by trial; takes of a trial are averaged.

    The keys of `takes` are the names of the trials.
    """
    found: dict[str, dict[str, list[Figures]]] = {}
    for kind in KINDS:
        own = [trial for trial in trials if trial.kind == kind]
        limits = length_limits(trial.excerpt(trial.truth) for trial in own)
        if not own:
            continue
        found[kind] = {
            "prompt": [figures(trial.prompt_excerpt(), limits) for trial in own],
            "continuation": [
                _average(figures(trial.excerpt(notes), limits) for notes in takes[trial.name])
                for trial in own
            ],
            "truth": [figures(trial.excerpt(trial.truth), limits) for trial in own],
        }
    return found


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
        error = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
        found[name] = (_nan_mean(values), error)
    return found


def print_table(found: Mapping[str, Mapping[str, Sequence[Figures]]], console: Console) -> None:
    """Print one table: the figures as rows."""
    table = Table("", *(f"{kind} {name}" for kind, parts in found.items() for name in parts))
    columns = [summarise(rows) for parts in found.values() for rows in parts.values()]
    for figure in dict.fromkeys(name for column in columns for name in column):
        cells = [
            f"{column[figure][0]:.3g} ± {column[figure][1]:.2g}" if figure in column else ""
            for column in columns
        ]
        table.add_row(figure, *cells)
    console.print(table)


def main(
    artefact: Annotated[Path, typer.Argument(help="Folder of an artefact.")],
    shards: Annotated[Path, typer.Argument(help="Folder that model.data has written.")],
    *,
    bands: Annotated[int, typer.Option(help="Held-out bands.")] = 24,
    solos: Annotated[int, typer.Option(help="Held-out solo pieces.")] = 12,
    seeds: Annotated[int, typer.Option(help="Continuations of each piece.")] = 3,
    bars: Annotated[int, typer.Option(help="Bars of a prompt, and of a continuation.")] = BARS,
    off: Annotated[str, typer.Option(help=f"Some of {','.join(RULES)}.")] = "",
    write: Annotated[Path | None, typer.Option(help="Folder for MIDI files.")] = None,
    takes: Annotated[Path | None, typer.Option(help="Measure the files of this folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
) -> None:
    """Measure what an artefact plays on held-out pieces."""
    if unknown := set(filter(None, off.split(","))) - set(RULES):
        raise typer.BadParameter(f"--off: there is no {min(unknown)!r}")
    rules = Rules(**dict.fromkeys(filter(None, off.split(",")), False))
    trials = draw_trials(Corpus.open(shards, "valid"), {"band": bands, "solo": solos}, bars)
    loaded = Artefact.load(artefact)
    decoder = Decoder(loaded)
    made: dict[str, list[list[Note]]] = {}
    for trial in track(trials, "takes", transient=True, console=Console(stderr=True)):
        each = made[trial.name] = []
        for seed in range(1, seeds + 1):
            if takes is not None:
                each.append(list(smf.read(takes / f"{trial.name}-{seed}.mid").score.notes))
                continue
            settings = Settings(seed=seed)
            each.append(continue_score(loaded, decoder, trial.prompt, trial.span, settings, rules))
        if write is not None:
            _write(write, trial, each)
    found = evaluate(trials, made)
    if as_json:
        typer.echo(json.dumps(_rounded(found)))
    else:
        print_table(found, Console(width=_TABLE_WIDTH))


def _rounded(
    found: Mapping[str, Mapping[str, Sequence[Figures]]],
) -> dict[str, dict[str, dict[str, list[float | None]]]]:
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


def _write(folder: Path, trial: Trial, takes: Sequence[Sequence[Note]]) -> None:
    """Write a prompt, and the prompt with each take."""
    folder.mkdir(parents=True, exist_ok=True)
    smf.write(trial.prompt, folder / f"{trial.name}.mid", "a prompt")
    for seed, notes in enumerate(takes, 1):
        every = replace(trial.prompt, notes=(*trial.prompt.notes, *notes))
        smf.write(every, folder / f"{trial.name}-{seed}.mid", f"a prompt and take {seed}")


if __name__ == "__main__":
    typer.run(main)
