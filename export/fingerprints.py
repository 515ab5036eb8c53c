"""What the training pieces sound like, as a file of an artefact: the index of `export.originality`.

`python -m export.fingerprints ARTEFACT SHARDS MANIFEST` writes `originality.bin` and its checksum,
and leaves every other file of the artefact as it is. MANIFEST is the `manifest.csv` of the corpus,
which has the titles. Only pieces for training go in, and of these only scores: an arrangement that
was rendered from patterns (`kind` is `band`) has the tune of a score and the accompaniment of a
library, which is common property.

The limit comes from human music, as in the originality report of Yin et al. (2021, 2022): the
pieces for validation show how much composers borrow. `python -m export.fingerprints` prints the
longest run that each has in common with a training piece, for a person to judge: some are a work
that the training pieces have in another edition, or under another name.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.progress import track

from export.originality.index import ORIGINALITY, OriginalityIndex
from export.originality.lines import TRIVIAL, lines_of_onsets
from export.originality.sampling import MOST_TUNES, build_table, piece_of
from export.runtime.artefact import Artefact, seal_file
from model.data import Corpus
from model.tokens import tokenizer
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from bridge.messages.originality import Run
    from export.originality.lines import Line
    from export.originality.sampling import Piece
    from export.originality.table import Table

LIMIT_NOTES = 24
"""The longest run that is no reason to speak of it.

Of 691 pieces for validation, 49 have a run of 25 notes or more in common with a training piece. By
title, composer or tune, 47 of these are versions of that piece, or movements of the same work. Of
the other 644, 99.7 % have no longer run than this, and 96 % have none at all.
"""
_NOBODY = ("", "anonymous", "traditional", "unknown")
_WAIT_TICKS = np.where(v.TOKEN_KIND == v.Kind.WAIT, v.EVENT_VALUE[v.TOKEN_EVENT], 0)
_INSTRUMENT, _PITCH = v.EVENT_INSTRUMENT[v.TOKEN_EVENT], v.EVENT_PITCH[v.TOKEN_EVENT]


def read_titles(manifest: Path) -> dict[str, str]:
    """Return the title of each piece by its path, with the composer if there is one."""
    with manifest.open(encoding="utf-8", newline="") as file:
        return {row["path"]: _title(row) for row in csv.DictReader(file)}


def _title(row: Mapping[str, str]) -> str:
    name = (row.get("title") or "").strip().rstrip(".") or Path(row["path"]).stem
    author = (row.get("attribution") or "").strip()
    return name if author.lower() in _NOBODY else f"{name} ({author})"


def lines_of_tokens(tokens: NDArray[np.int64]) -> Iterator[Line]:
    """Yield the line of each instrument of a piece, as `lines_of` does of its decoded notes."""
    ons = v.TOKEN_KIND[tokens] == v.Kind.ON
    ticks = np.cumsum(_WAIT_TICKS[tokens])[ons]
    return lines_of_onsets(_INSTRUMENT[tokens[ons]], ticks, _PITCH[tokens[ons]])


def training_table(corpus: Corpus, titles: Mapping[str, str]) -> Table:
    """Return the table of the scores in a corpus, with the limit."""
    scores = [piece for piece in corpus.pieces if piece.kind != "band"]
    pieces: list[Piece] = []
    for score in track(scores, "training pieces"):
        title = titles.get(score.path, Path(score.path).stem)
        pieces.append(piece_of(title, lines_of_tokens(corpus.tokens_of(score))))
    common = _common(pieces, [score.group for score in scores])
    return build_table(track(pieces, "samples"), LIMIT_NOTES, common)


def _common(pieces: list[Piece], tunes: list[str]) -> frozenset[int]:
    """Return the n-grams that more than `MOST_TUNES` tunes have."""
    number = {tune: index for index, tune in enumerate(sorted(set(tunes)))}
    lines = [
        (ngrams, number[tune])
        for piece, tune in zip(pieces, tunes, strict=True)
        for ngrams in piece[1]
    ]
    found = np.concatenate([np.zeros(0, np.uint64), *(ngrams for ngrams, _ in lines)])
    of_tune = np.repeat([tune for _, tune in lines], [len(ngrams) for ngrams, _ in lines])
    order = np.lexsort((of_tune, found))
    found, of_tune = found[order], of_tune[order]
    new = np.ones(len(found), bool)
    new[1:] = (np.diff(found) != 0) | (np.diff(of_tune) != 0)
    different, counts = np.unique(found[new], return_counts=True)
    return frozenset(different[counts > MOST_TUNES].tolist()) - {TRIVIAL}


def longest_runs(index: OriginalityIndex, corpus: Corpus) -> dict[str, Run | None]:
    """Return the longest run of each piece, by its path."""
    return {
        piece.path: index.longest_run(tokenizer.decode(corpus.tokens_of(piece).tolist()).notes)
        for piece in track(corpus.pieces, "validation pieces")
    }


def add_index(folder: Path, shards: Path, manifest: Path) -> OriginalityIndex:
    """Write the index into the folder of an artefact, and return it.

    Raises:
        export.runtime.artefact.ArtefactError: the artefact cannot be used.
        model.corpus.CorpusError: the shards cannot be used.

    """
    Artefact.load(folder)
    table = training_table(Corpus.open(shards, "train"), read_titles(manifest))
    (folder / ORIGINALITY).write_bytes(table.to_bytes())
    seal_file(folder, ORIGINALITY)
    return OriginalityIndex(table)


def main(
    artefact: Annotated[Path, typer.Argument(help="Folder of an artefact.")],
    shards: Annotated[Path, typer.Argument(help="Folder that model.data has written.")],
    manifest: Annotated[Path, typer.Argument(help="The corpus's manifest.csv.")],
) -> None:
    """Add to an artefact the index by which copies of training pieces are found."""
    index = add_index(artefact, shards, manifest)
    typer.echo(f"{(artefact / ORIGINALITY).stat().st_size / 2**20:.2f} MiB")
    found, titles = longest_runs(index, Corpus.open(shards, "valid")), read_titles(manifest)
    for share in (0.5, 0.9, 0.95, 0.99):
        lengths = [0 if run is None else run.notes for run in found.values()]
        notes = int(np.quantile(lengths, share, method="higher"))
        typer.echo(f"{share:.0%} of {len(found)} human pieces: at most {notes} notes")
    runs = [(run.notes, titles.get(path, path), run.title) for path, run in found.items() if run]
    for notes, title, training_title in sorted(runs, reverse=True):
        typer.echo(f"{notes} {title} / {training_title}")


if __name__ == "__main__":
    typer.run(main)
