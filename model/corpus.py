"""A corpus as a list: a folder of MIDI files and the manifest that describes each one.

`manifest.csv` has one row for each file. Two columns are required, and four more are used:

    path        the file, relative to the manifest's folder
    labels      styles joined by `|`, genre first, then the composer
    split       train or valid; rows with another value (test) belong to neither
    group       the tune: two versions of a tune are never in different splits
    kind        `band` for arrangements rendered from patterns, which are drawn half as often
    licence     as the source states it

Without a split, the tune decides: one tune in 32 is held out, the same one every time and on every
machine, independent of the other files in the folder.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = "manifest.csv"
SPLITS = ("train", "valid")
HELD_OUT_SHARE = 1 / 32


class CorpusError(Exception):
    """The corpus cannot be used; the text is one sentence that gives the reason."""


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One row of the manifest."""

    path: str
    split: str
    labels: tuple[str, ...]
    group: str
    kind: str
    licence: str


def hash_fraction(name: str) -> float:
    """Return a number in [0, 1) that depends only on a name, be it UTF-8 or not."""
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def read_manifest(corpus: Path) -> list[ManifestEntry]:
    """Return the rows for training and validation, in an order independent of the file's order.

    Raises:
        CorpusError: there is no manifest, it lacks a column, or it puts a tune into both splits.

    """
    path = corpus / MANIFEST
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            missing = {"path", "labels"}.difference(reader.fieldnames or ())
            if missing:
                raise CorpusError(f"{path} has no column {min(missing)!r}.")
            entries = [_parse_row(row) for row in reader]
    except OSError as problem:
        raise CorpusError(f"{path} cannot be read: {problem.strerror}.") from None
    except (UnicodeDecodeError, csv.Error) as problem:
        raise CorpusError(f"{path} is not a table in UTF-8: {problem}.") from None
    kept = [entry for entry in entries if entry.split in SPLITS]
    _check_splits(path, kept)
    return sorted(kept, key=lambda entry: (hash_fraction(entry.path), entry.path))


def _parse_row(row: dict[str, str]) -> ManifestEntry:
    group = row.get("group") or row["path"]
    split = row.get("split") or ("valid" if hash_fraction(group) < HELD_OUT_SHARE else "train")
    labels = tuple(label for label in row["labels"].split("|") if label)
    return ManifestEntry(
        row["path"], split, labels, group, row.get("kind") or "score", row.get("licence") or "?"
    )


def _check_splits(path: Path, entries: list[ManifestEntry]) -> None:
    splits: dict[str, str] = {}
    for entry in entries:
        if splits.setdefault(entry.group, entry.split) != entry.split:
            raise CorpusError(
                f"{path} has tune {entry.group!r} both in train and in valid, by {entry.path}."
            )
