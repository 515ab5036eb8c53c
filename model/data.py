"""The corpus as tokens on disk.

`python -m model.data CORPUS OUT` reads a folder of MIDI files with its manifest (`model.corpus`)
and writes shards. A shard is a flat array of token ids that training maps into memory, and a JSON
file that says where each piece begins, what it is and what it contains.

    OUT/train-0000.tokens   uint16, one piece after another
    OUT/train-0000.json     vocabulary, files that could not be read, pieces
    OUT/report.md           pieces, notes, hours and tokens by style, by instrument, by licence

A shard has 4,096 files. Files are read in parallel and written as they finish, so memory holds the
manifest and one shard's index, never the tokens. For a folder of a million files, give every
machine its part (`--part 3/16`), with all of them writing into one folder. A part that was killed
can be run again, and continues with the first incomplete shard. Which file is in which shard
depends only on the names of the files.

A file that cannot be read is listed in the index and skipped.
"""

from __future__ import annotations

import json
import multiprocessing
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from rich.progress import track

from bridge.midi import smf
from bridge.sync.tempo import TempoMap
from model.corpus import SPLITS, CorpusError, ManifestEntry, read_manifest
from model.tokens import tokenizer
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from bridge.midi.notes import Score

MIN_TOKENS = 32
"""A shorter piece is left out."""
MIN_PIECES_PER_STYLE = 20
"""A label with fewer pieces gets no style."""
FILES_PER_SHARD = 4096


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: its row of the manifest, its contents, and the place of its tokens."""

    path: str
    labels: tuple[str, ...]
    group: str
    kind: str
    licence: str
    seconds: float
    notes: Mapping[str, int]
    """Note-ons by name of the instrument."""
    shard: int
    begin: int
    end: int

    @property
    def note_count(self) -> int:
        """Note-ons of all instruments."""
        return sum(self.notes.values())


@dataclass(frozen=True, slots=True)
class Corpus:
    """The pieces of one split, with tokens mapped from disk (uint16)."""

    shards: tuple[NDArray[np.uint16], ...]
    pieces: tuple[Piece, ...]

    @classmethod
    def open(cls, folder: Path, split: str) -> Corpus:
        """Map the shards that `build_shards` has written.

        Raises:
            CorpusError: there are none, or they were written with another vocabulary.

        """
        paths = sorted(folder.glob(f"{split}-*.json"))
        if not paths:
            raise CorpusError(f"{folder} holds no shards of {split}: python -m model.data")
        shards: list[NDArray[np.uint16]] = []
        pieces: list[Piece] = []
        for shard, path in enumerate(paths):
            index = json.loads(path.read_text("utf-8"))
            if index["vocabulary"] != v.FINGERPRINT:
                raise CorpusError(f"{path} was written with another vocabulary; build it again.")
            if index["pieces"]:
                shards.append(np.memmap(path.with_suffix(".tokens"), np.uint16, mode="r"))
            else:  # an empty file cannot be mapped
                shards.append(np.zeros(0, np.uint16))
            pieces += [
                Piece(**row | {"labels": tuple(row["labels"]), "shard": shard})
                for row in index["pieces"]
            ]
        return cls(tuple(shards), tuple(pieces))

    @property
    def token_count(self) -> int:
        """Tokens in all pieces."""
        return sum(len(shard) for shard in self.shards)

    def tokens_of(self, piece: Piece) -> NDArray[np.int64]:
        """Return the tokens of one piece."""
        return self.shards[piece.shard][piece.begin : piece.end].astype(np.int64)


def style_names(corpus: Corpus) -> list[str]:
    """Return the labels with enough pieces, most pieces first."""
    count = Counter(label for piece in corpus.pieces for label in piece.labels)
    return [name for name, pieces in count.most_common() if pieces >= MIN_PIECES_PER_STYLE]


def instrument_shares(corpus: Corpus, styles: Iterable[str]) -> dict[str, dict[str, float]]:
    """Return, by style and instrument, the share of a style's pieces in which it plays."""
    pieces = Counter(label for piece in corpus.pieces for label in piece.labels)
    playing = Counter(
        (label, name) for piece in corpus.pieces for label in piece.labels for name in piece.notes
    )
    found: dict[str, dict[str, float]] = {style: {} for style in styles if pieces[style]}
    for (style, name), count in sorted(playing.items()):
        if style in found:
            found[style][name] = count / pieces[style]
    return found


@dataclass(frozen=True, slots=True)
class EncodedPiece:
    """A file as tokens, with the figures for a report."""

    tokens: NDArray[np.uint16]
    notes: dict[str, int]
    seconds: float


def encode_file(path: Path) -> EncodedPiece | None:
    """Return a file as tokens, or None if it cannot be read."""
    try:
        return encode_score(smf.read(path).score)
    except smf.MidiFileError:
        return None


def encode_score(score: Score) -> EncodedPiece:
    """Return the music of a file as tokens."""
    notes = Counter(note.instrument.label for note in score.notes)
    last = max((note.release_ticks for note in score.notes), default=0)
    seconds = TempoMap(score.tempos).ns_at(last) / 1e9
    return EncodedPiece(
        np.array(tokenizer.encode(score), np.uint16), dict(notes), round(seconds, 2)
    )


def shards_of(
    entries: Sequence[ManifestEntry], split: str
) -> Iterator[tuple[str, list[ManifestEntry]]]:
    """Yield name and entries of each shard of a split."""
    chosen = [entry for entry in entries if entry.split == split]
    for number, first in enumerate(range(0, len(chosen), FILES_PER_SHARD)):
        yield f"{split}-{number:04}", chosen[first : first + FILES_PER_SHARD]


def write_shard(
    folder: Path,
    name: str,
    entries: Sequence[ManifestEntry],
    encoded_pieces: Iterable[EncodedPiece | None],
) -> None:
    """Write one shard. Its index is written last and atomically, and marks it as complete."""
    pieces, unread, begin = [], [], 0
    with (folder / f"{name}.tokens").open("wb") as file:
        for entry, piece in zip(entries, encoded_pieces, strict=True):
            if piece is None:
                unread.append(entry.path)
            elif len(piece.tokens) >= MIN_TOKENS:
                file.write(piece.tokens.tobytes())
                end = begin + len(piece.tokens)
                pieces.append(_index_row(entry, piece, begin, end))
                begin = end
    index = {"vocabulary": v.FINGERPRINT, "unread": unread, "pieces": pieces}
    fresh = folder / f"{name}.json.new"
    fresh.write_text(json.dumps(index), "utf-8")
    fresh.replace(folder / f"{name}.json")


def _index_row(entry: ManifestEntry, piece: EncodedPiece, begin: int, end: int) -> dict[str, Any]:
    row = asdict(entry)
    del row["split"]
    return row | {"notes": piece.notes, "seconds": piece.seconds, "begin": begin, "end": end}


def build_shards(
    corpus: Path,
    out: Path,
    *,
    workers: int = 1,
    part: tuple[int, int] = (1, 1),
    pieces_per_label: int = 0,
) -> None:
    """Write the shards of a corpus, or part k of n of them, and the report.

    Complete shards are not written again.

    Raises:
        CorpusError: the manifest cannot be used.

    """
    entries = read_manifest(corpus)
    if pieces_per_label:
        entries = list(limit_per_label(entries, pieces_per_label))
    out.mkdir(parents=True, exist_ok=True)
    todo = [shard for split in reversed(SPLITS) for shard in shards_of(entries, split)]
    mine = todo[part[0] - 1 :: part[1]]
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        for name, rows in mine:
            if (out / f"{name}.json").exists():
                continue
            read = pool.imap(encode_file, [corpus / row.path for row in rows], chunksize=8)
            write_shard(out, name, rows, track(read, f"{name}: {len(rows)} files", len(rows)))
    if all((out / f"{name}.json").exists() for name, _ in todo):
        (out / "report.md").write_text(build_report(out), "utf-8")


def limit_per_label(
    entries: Sequence[ManifestEntry], pieces_per_label: int
) -> Iterator[ManifestEntry]:
    """Yield pieces until each label has `pieces_per_label`; held-out pieces are all kept."""
    counts: Counter[str] = Counter()
    for entry in entries:
        if entry.split != "train" or any(counts[name] < pieces_per_label for name in entry.labels):
            counts.update(entry.labels)
            yield entry


def build_report(folder: Path) -> str:
    """Return the shards' contents as Markdown: totals, then by style, instrument and licence."""
    parts = []
    for split in SPLITS:
        pieces = Corpus.open(folder, split).pieces
        unread = [
            path
            for index in sorted(folder.glob(f"{split}-*.json"))
            for path in json.loads(index.read_text("utf-8"))["unread"]
        ]
        parts += [f"# {split}", "", *_table("all", ((("all",), p) for p in pieces))]
        parts += ["", *_table("style", ((p.labels, p) for p in pieces))]
        parts += ["", "| instrument | pieces | notes |", "|---|---|---|"]
        sounding = Counter(name for piece in pieces for name in piece.notes)
        notes: Counter[str] = Counter()
        for piece in pieces:
            notes.update(piece.notes)
        parts += [f"| {name} | {sounding[name]} | {n} |" for name, n in notes.most_common()]
        parts += ["", *_table("licence", (((p.licence,), p) for p in pieces))]
        parts += ["", f"{len(unread)} files could not be read.", *(f"- {path}" for path in unread)]
        parts.append("")
    return "\n".join(parts)


def _table(title: str, pieces: Iterable[tuple[tuple[str, ...], Piece]]) -> list[str]:
    """Return a table of pieces, notes, hours and tokens by name, most tokens first."""
    sums: dict[str, NDArray[np.float64]] = {}
    for names, piece in pieces:
        figures = (1, piece.note_count, piece.seconds / 3600, piece.end - piece.begin)
        for name in names:
            sums[name] = sums.get(name, np.zeros(4)) + np.array(figures)
    rows = sorted(sums.items(), key=lambda item: -item[1][3])
    lines = [f"| {title} | pieces | notes | hours | tokens |", "|---|---|---|---|---|"]
    return lines + [f"| {n} | {a:.0f} | {b:.0f} | {c:.2f} | {d:.0f} |" for n, (a, b, c, d) in rows]


def _parse_part(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise typer.BadParameter(f"{text!r} is not K/N with 1 <= K <= N")
    return int(number), int(of)


def main(
    corpus: Annotated[Path, typer.Argument(help="Folder with manifest.csv and MIDI files.")],
    out: Annotated[Path, typer.Argument(help="Folder to write shards into.")],
    workers: Annotated[int, typer.Option(help="Processes.")] = multiprocessing.cpu_count(),
    part: Annotated[
        str, typer.Option(help="K/N: only this machine's share of the shards.")
    ] = "1/1",
    pieces_per_label: Annotated[int, typer.Option(help="About the most; 0: all.")] = 0,
) -> None:
    """Tokenize a corpus into memory-mapped shards."""
    share = _parse_part(part)
    try:
        build_shards(corpus, out, workers=workers, part=share, pieces_per_label=pieces_per_label)
        for split in SPLITS:
            found = Corpus.open(out, split)
            typer.echo(
                f"{split}: {len(found.pieces)} pieces, {found.token_count / 1e6:.1f} M tokens"
            )
    except CorpusError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    typer.run(main)
