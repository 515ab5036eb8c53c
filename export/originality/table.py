"""The file of an index: the sampled n-grams of the training pieces, and the titles of the pieces.

The n-grams lie in the order of the music, so that where each one is costs half a byte: most are as
far from the one before as the sampling makes them. Of their numbers the highest 20 bits are kept,
which cannot be compressed. The notes of a piece cannot be restored from the file.

    a line of JSON    format, how many pieces, lines and n-grams, the bytes of the titles, the limit
    zlib              titles (UTF-8, one a line)
                      lines of each piece (uint16), n-grams of each line (uint16)
                      notes from the n-gram before to each n-gram, or from the line's begin (uint16)
                      low 16 bits of each number (uint16), high 4 bits (two numbers a byte)

All numbers are little-endian.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT = 1
MAX_BYTES = 16 * 2**20
"""The largest file, and the largest content of one."""
NUMBER_BITS = 16 + 4
"""The bits that are kept of the number of an n-gram."""
_UINT16 = np.dtype("<u2")
_COUNTS = ("pieces", "lines", "ngrams", "title_bytes", "limit")


def shortened(numbers: NDArray[np.uint64]) -> NDArray[np.int32]:
    """Return the part of the numbers of n-grams that a table has."""
    return (numbers >> np.uint64(64 - NUMBER_BITS)).astype(np.int32)


class TableError(ValueError):
    """The bytes are not those of a table."""


@dataclass(frozen=True, slots=True)
class Table:
    """The sampled n-grams of P pieces with L lines, N of them in all.

    `limit` is the longest run that is no reason to speak of it, in notes.
    """

    titles: tuple[str, ...]
    lines_of_piece: NDArray[np.uint16]
    ngrams_of_line: NDArray[np.uint16]
    gaps: NDArray[np.uint16]
    numbers: NDArray[np.int32]
    limit: int

    def to_bytes(self) -> bytes:
        """Return the bytes of a file."""
        titles = "\n".join(self.titles).encode()
        counts = (
            *(len(self.lines_of_piece), len(self.ngrams_of_line), len(self.numbers)),
            *(len(titles), self.limit),
        )
        high = np.resize(self.numbers >> 16, 2 * _half(len(self.numbers))).reshape(-1, 2)
        content = (
            titles,
            self.lines_of_piece.astype(_UINT16).tobytes(),
            self.ngrams_of_line.astype(_UINT16).tobytes(),
            self.gaps.astype(_UINT16).tobytes(),
            (self.numbers & 0xFFFF).astype(_UINT16).tobytes(),
            (high[:, 0] << 4 | high[:, 1]).astype(np.uint8).tobytes(),
        )
        header = json.dumps({"format": FORMAT, **dict(zip(_COUNTS, counts, strict=True))})
        return header.encode() + b"\n" + zlib.compress(b"".join(content), 9)

    @classmethod
    def from_bytes(cls, written: bytes) -> Table:
        """Return the table of a file.

        Raises:
            TableError: the bytes are not those of a table.

        """
        header, _, packed = written.partition(b"\n")
        pieces, lines, ngrams, title_bytes, limit = _counts(header)
        sizes = (title_bytes, 2 * pieces, 2 * lines, 2 * ngrams, 2 * ngrams, _half(ngrams))
        parts = _split(_unpack(packed, sum(sizes)), sizes)
        lines_of_piece, ngrams_of_line, gaps, low = (np.frombuffer(p, _UINT16) for p in parts[1:5])
        high = np.frombuffer(parts[5], np.uint8)
        nibbles = np.stack((high >> 4, high & 15), axis=1).ravel()[:ngrams]
        numbers = low.astype(np.int32) | (nibbles.astype(np.int32) << 16)
        try:
            titles = tuple(parts[0].decode().split("\n"))
        except UnicodeDecodeError as error:
            raise TableError(str(error)) from None
        if (
            len(titles) != max(1, pieces)
            or lines_of_piece.sum(dtype=np.int64) != lines
            or ngrams_of_line.sum(dtype=np.int64) != ngrams
        ):
            raise TableError("its counts do not agree")
        return cls(titles, lines_of_piece, ngrams_of_line, gaps, numbers, limit)


def _counts(header: bytes) -> tuple[int, ...]:
    try:
        stated = json.loads(header)
    except (ValueError, RecursionError):
        raise TableError("its first line is not JSON") from None
    if not isinstance(stated, dict) or stated.get("format") != FORMAT:
        raise TableError("it has another format")
    counts = tuple(stated.get(name) for name in _COUNTS)
    if not all(type(count) is int and 0 <= count <= MAX_BYTES for count in counts):
        raise TableError("its first line lacks a count")
    return tuple(int(count) for count in counts if count is not None)


def _unpack(packed: bytes, size: int) -> bytes:
    """Return what was compressed, which must have a size in bytes."""
    if size > MAX_BYTES:
        raise TableError("it is too large")
    reader = zlib.decompressobj()
    try:
        content = reader.decompress(packed, size + 1)
    except zlib.error as error:
        raise TableError(str(error)) from None
    if len(content) != size:
        raise TableError("its content has another length")
    return content


def _split(content: bytes, sizes: tuple[int, ...]) -> list[bytes]:
    ends = np.cumsum((0, *sizes)).tolist()
    return [content[begin:end] for begin, end in pairwise(ends)]


def _half(count: int) -> int:
    return (count + 1) // 2
