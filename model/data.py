"""The corpus as tokens on disk.

`python -m model.data CORPUS OUT` reads a folder of MIDI files with its manifest (a CSV with the
columns path, split, labels) and writes, for each split, one flat array of token ids that training
maps into memory, and a JSON file that says where each piece begins and what its labels are. Files
are read in parallel and written as they come, so memory does not grow with the corpus. A file that
cannot be read is counted and left out.
"""

from __future__ import annotations

import csv
import json
import multiprocessing
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.progress import track

from bridge import midifile
from model import tokenizer
from model import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_FEWEST_TOKENS = 32
"""A shorter piece teaches nothing."""
FEWEST_PIECES = 20
"""A label with fewer pieces gets no style of its own."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a shard: its labels, and where its tokens lie."""

    labels: tuple[str, ...]
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Shard:
    """The pieces of one split, tokens mapped from disk (uint16)."""

    tokens: NDArray[np.uint16]
    pieces: tuple[Piece, ...]

    @classmethod
    def open(cls, folder: Path, split: str) -> Shard:
        """Map a shard that `build` has written.

        Raises:
            ValueError: it was written with another vocabulary.

        """
        index = json.loads((folder / f"{split}.json").read_text("utf-8"))
        if index["vocabulary"] != v.FINGERPRINT:
            msg = f"{folder}: was written with another vocabulary; build it again"
            raise ValueError(msg)
        tokens = np.memmap(folder / f"{split}.tokens", np.uint16, mode="r")
        pieces = (Piece(tuple(p["labels"]), p["begin"], p["end"]) for p in index["pieces"])
        return cls(tokens, tuple(pieces))

    def piece_tokens(self, piece: Piece) -> NDArray[np.int64]:
        """Return the tokens of one piece."""
        return self.tokens[piece.begin : piece.end].astype(np.int64)


def style_names(shard: Shard) -> list[str]:
    """Return the labels that have pieces enough, most pieces first."""
    count = Counter(label for piece in shard.pieces for label in piece.labels)
    return [name for name, pieces in count.most_common() if pieces >= FEWEST_PIECES]


def _encoded(task: tuple[Path, tuple[str, ...]]) -> tuple[tuple[str, ...], list[int] | None]:
    path, labels = task
    try:
        return labels, tokenizer.encode(midifile.read(path).score)
    except midifile.MidiFileError:
        return labels, None


def _tasks(corpus: Path, split: str) -> list[tuple[Path, tuple[str, ...]]]:
    with (corpus / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == split]
    return [(corpus / row["path"], tuple(row["labels"].split("|"))) for row in rows]


def _thinned(
    tasks: list[tuple[Path, tuple[str, ...]]], pieces_per_label: int
) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Take pieces in random order as long as one of their labels has too few."""
    taken: Counter[str] = Counter()
    for path, labels in tasks:
        if min(taken[label] for label in labels) < pieces_per_label:
            taken.update(labels)
            yield path, labels


def build(corpus: Path, out: Path, split: str, pieces_per_label: int, workers: int) -> int:
    """Write the shard of one split; return the number of tokens."""
    tasks = _tasks(corpus, split)
    random.Random(split).shuffle(tasks)
    if pieces_per_label:
        tasks = list(_thinned(tasks, pieces_per_label))
    out.mkdir(parents=True, exist_ok=True)
    pieces, begin, unread = [], 0, 0
    with (out / f"{split}.tokens").open("wb") as file, multiprocessing.Pool(workers) as pool:
        read = pool.imap(_encoded, tasks, chunksize=8)
        for labels, tokens in track(read, f"{split}: {len(tasks)} files", total=len(tasks)):
            if tokens is None or len(tokens) < _FEWEST_TOKENS:
                unread += tokens is None
                continue
            file.write(np.array(tokens, np.uint16).tobytes())
            end = begin + len(tokens)
            pieces.append({"labels": labels, "begin": begin, "end": end})
            begin = end
    index = {"vocabulary": v.FINGERPRINT, "unread": unread, "pieces": pieces}
    (out / f"{split}.json").write_text(json.dumps(index), "utf-8")
    return begin


def main(
    corpus: Annotated[Path, typer.Argument(help="Folder with manifest.csv and MIDI files.")],
    out: Annotated[Path, typer.Argument(help="Folder to write shards into.")],
    pieces_per_label: Annotated[int, typer.Option(help="At most about so many; 0: all.")] = 0,
    workers: Annotated[int, typer.Option(help="Processes.")] = 2,
) -> None:
    """Tokenize a corpus into memory-mapped shards."""
    for split in ("valid", "train"):
        tokens = build(corpus, out, split, pieces_per_label, workers)
        typer.echo(f"{split}: {tokens / 1e6:.1f} M tokens")


if __name__ == "__main__":
    typer.run(main)
