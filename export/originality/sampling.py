"""Which n-grams of the training pieces an index holds: about one in ten.

All n-grams of a corpus would take twenty megabytes. Winnowing (Schleimer, Wilkerson and Aiken 2003)
keeps some of those of both texts, chosen by their numbers. Here the notes of a take are few: all
its n-grams are looked up, so every tenth n-gram of a piece is enough, and half as many as a
winnowing with the same guarantee.

`STRIDE` is one note less than an n-gram has, so that successive samples share a note: a chain of
them proves every interval from its first note to its last. Two samples make a chain. So a run of
`GUARANTEED_NOTES` notes is found, and what is found is at most 2 * (`STRIDE` - 1) notes shorter
than the run is, if nothing of it is left out.

Left out are n-grams that prove nothing: trivial ones, those of more than `MOST_TUNES` tunes, which
are common property, and those that the piece has had before, as in a repeat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from export.originality.lines import NGRAM_NOTES, TRIVIAL, ngrams
from export.originality.table import Table, shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from numpy.typing import NDArray

    from export.originality.lines import Line

STRIDE = NGRAM_NOTES - 1
GUARANTEED_NOTES = NGRAM_NOTES + 2 * STRIDE - 1
"""The shortest run that is found, if none of its n-grams is left out."""
MOST_TUNES = 4
_LONGEST_GAP = _MOST_SAMPLES = 2**16 - 1
"""What a table can hold of a line; no piece of music comes near."""

Piece = tuple[str, "Sequence[NDArray[np.uint64]]"]
"""The title of a piece and the n-grams of each of its lines."""


def piece_of(title: str, lines: Iterable[Line]) -> Piece:
    """Return a piece with its n-grams."""
    return title, [ngrams(line) for line in lines]


def build_table(
    pieces: Iterable[Piece], limit: int, common: Collection[int] = frozenset()
) -> Table:
    """Return the table of pieces, without the n-grams that are common property."""
    titles: list[str] = []
    lines_of_piece: list[int] = []
    counts: list[int] = []
    gaps, numbers = [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)]
    everywhere = np.array(sorted(common), np.uint64)
    for title, lines in pieces:
        titles.append(" ".join(title.split()))
        seen: set[int] = set()
        before = len(counts)
        for line in lines:
            found = np.searchsorted(everywhere, line) if len(everywhere) else 0
            is_common = everywhere.take(found, mode="clip") == line if len(everywhere) else False
            places = sample(np.where(is_common, TRIVIAL, line), seen)
            if len(places):
                counts.append(len(places))
                gaps.append(np.diff(places, prepend=0))
                numbers.append(line[places])
        lines_of_piece.append(len(counts) - before)
    return Table(
        tuple(titles),
        np.array(lines_of_piece, np.uint16),
        np.array(counts, np.uint16),
        np.minimum(np.concatenate(gaps), _LONGEST_GAP).astype(np.uint16),
        shortened(np.concatenate(numbers)),
        limit,
    )


def sample(line: NDArray[np.uint64], seen: set[int]) -> NDArray[np.int64]:
    """Return which n-grams of a line to keep; add all of them to those that were `seen`."""
    places, following = list[int](), 0
    for place, number in enumerate(line.tolist()):
        if number == TRIVIAL or number in seen:
            continue
        seen.add(number)
        if place >= following:
            places.append(place)
            following = place + STRIDE
    return np.array(places[:_MOST_SAMPLES], np.int64)
