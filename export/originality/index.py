"""The index of the training pieces, and the longest run that a take has in common with one.

All n-grams of a take are looked up among the samples of the pieces. A chain is a sequence of
successive samples of one piece that the take has at the same distances. Its length, from the first
note of the first to the last note of the last, is that of a run. One sample alone says nothing: at
20 bits, every second n-gram is by chance in some piece. That the following sample is there too, at
its place, has a chance of one in a million.

What a take repeats from its prompt is the player's own, and is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bridge.messages.originality import Run
from bridge.system.input_file import InputError, read_input
from export.originality.lines import NGRAM_NOTES, TRIVIAL, lines_of, ngrams
from export.originality.sampling import STRIDE
from export.originality.table import MAX_BYTES, Table, TableError, shortened
from export.runtime.artefact import ArtefactError
from export.runtime.reasons.artefact import BadTable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from bridge.midi.notes import Note
    from export.originality.lines import Line
    from export.runtime.artefact import Artefact

ORIGINALITY = "originality.bin"
"""The file of an artefact; it may do without."""
_LONGEST_GAP = 2 * STRIDE
"""Between two samples of a chain, notes that are common property may be left out up to here."""
_BETWEEN_LINES = 2**16
"""The distance of two lines in the order of places, so that no chain goes over the end of one."""


@dataclass(frozen=True, slots=True)
class _Chain:
    """Successive n-grams of a line: the first and the last, and the first one's sample."""

    first: int
    last: int
    sample: int

    @property
    def notes(self) -> int:
        return self.last - self.first + NGRAM_NOTES


class OriginalityIndex:
    """The samples of the training pieces, ordered for looking up."""

    def __init__(self, table: Table) -> None:
        self.limit = table.limit
        """The longest run that is no reason to speak of it, in notes."""
        self._titles = table.titles
        lines = np.repeat(np.arange(len(table.lines_of_piece)), table.lines_of_piece)
        self._pieces = np.repeat(lines, table.ngrams_of_line)
        begins = np.repeat(np.arange(len(lines)) * _BETWEEN_LINES, table.ngrams_of_line)
        counts = np.cumsum(table.ngrams_of_line, dtype=np.int64)
        steps = np.cumsum(table.gaps, dtype=np.int64)
        before = np.concatenate((np.zeros(1, np.int64), steps))[counts - table.ngrams_of_line]
        self._places = begins + steps - np.repeat(before, table.ngrams_of_line)
        # Sorting numbers that contain their places is several times as fast as `np.argsort`.
        keys = np.sort(table.numbers.astype(np.int64) << 32 | np.arange(len(table.numbers)))
        self._order = keys & 0xFFFFFFFF
        self._numbers = (keys >> 32).astype(np.int32)

    @classmethod
    def load(cls, folder: Path) -> OriginalityIndex:
        """Read the index of an artefact.

        Raises:
            ArtefactError: it cannot be read or used.

        """
        path = folder / ORIGINALITY
        try:
            return cls(Table.from_bytes(read_input(path, MAX_BYTES)))
        except InputError as problem:
            raise ArtefactError(problem.reason) from None
        except TableError as problem:
            raise ArtefactError(BadTable(path, str(problem))) from None

    def longest_run(self, notes: Iterable[Note], prompt: Iterable[Note] = ()) -> Run | None:
        """Return the longest run of new notes that a training piece has too, or None.

        Runs that the prompt has too are left out.
        """
        own = np.concatenate([np.zeros(0, np.uint64), *map(ngrams, lines_of(prompt))])
        best: Run | None = None
        for line in lines_of(notes):
            chain = self._longest_chain(line, own)
            if chain is not None and (best is None or chain.notes > best.notes):
                ends = chain.first, chain.last + NGRAM_NOTES - 1
                title = self._titles[int(self._pieces[chain.sample])]
                begin_ticks, end_ticks = line.ticks[list(ends)].tolist()
                best = Run(chain.notes, title, line.instrument, begin_ticks, end_ticks)
        return best

    def _longest_chain(self, line: Line, own: NDArray[np.uint64]) -> _Chain | None:
        numbers = ngrams(line)
        wanted = np.flatnonzero((numbers != TRIVIAL) & ~np.isin(numbers, own))
        kept = shortened(numbers[wanted])
        first = np.searchsorted(self._numbers, kept, "left")
        count = np.searchsorted(self._numbers, kept, "right") - first
        where = np.repeat(wanted, count)
        within = np.arange(len(where)) - np.repeat(np.cumsum(count) - count, count)
        samples = self._order[np.repeat(first, count) + within]
        # Samples that follow one another at the distances of the take lie on one diagonal.
        diagonals = self._places[samples] - where
        order = np.lexsort((samples, diagonals))
        samples, where, diagonals = samples[order], where[order], diagonals[order]
        linked = (
            (np.diff(diagonals) == 0) & (np.diff(samples) == 1) & (np.diff(where) <= _LONGEST_GAP)
        )
        if not linked.any():
            return None
        begins = np.flatnonzero(np.concatenate(([True], ~linked)))
        ends = np.concatenate((begins[1:], [len(where)])) - 1
        longest = int(np.argmax(where[ends] - where[begins]))
        begin, end = int(begins[longest]), int(ends[longest])
        return _Chain(int(where[begin]), int(where[end]), int(samples[begin]))


def index_of(artefact: Artefact) -> OriginalityIndex | None:
    """Return the index of an artefact, or None if it has none.

    Raises:
        ArtefactError: it cannot be read or used.

    """
    if ORIGINALITY not in artefact.manifest["sha256"]:
        return None
    return OriginalityIndex.load(artefact.folder)
