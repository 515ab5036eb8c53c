"""The file of an index comes back as it was written, and a damaged one is refused."""

import json
import zlib
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.originality.table import MAX_BYTES, NUMBER_BITS, Table, TableError


def table(count: int = 5) -> Table:
    numbers = np.random.default_rng(count).integers(0, 1 << NUMBER_BITS, count, np.int32)
    half = count // 2
    return Table(
        ("Żal", "The Wren"),
        np.array([2, 0] if count else [0, 0], np.uint16),
        np.array([half, count - half] if count else [], np.uint16),
        np.arange(count, dtype=np.uint16),
        numbers,
        24,
    )


@pytest.mark.parametrize("count", [0, 1, 4, 5, 1000])
def test_a_table_comes_back(count: int) -> None:
    written = table(count)
    read = Table.from_bytes(written.to_bytes())
    assert (read.titles, read.limit) == (written.titles, 24)
    for name in ("lines_of_piece", "ngrams_of_line", "gaps", "numbers"):
        assert getattr(read, name).tolist() == getattr(written, name).tolist()


@given(data=st.data())
def test_a_damaged_file_is_refused_or_read(data: st.DataObject) -> None:
    """What else could happen is another error, or much memory."""
    written = bytearray(table(50).to_bytes())
    place = data.draw(st.integers(0, len(written) - 1))
    written[place] ^= data.draw(st.integers(1, 255))
    with suppress(TableError):
        Table.from_bytes(bytes(written))


def test_a_file_that_unpacks_to_much_more_is_refused() -> None:
    counts = dict.fromkeys(("pieces", "lines", "ngrams", "title_bytes", "limit"), 1)
    header = json.dumps({"format": 1, **counts}).encode()
    with pytest.raises(TableError, match="another length"):
        Table.from_bytes(header + b"\n" + zlib.compress(bytes(MAX_BYTES)))
    huge = json.dumps({"format": 1, **counts, "ngrams": MAX_BYTES}).encode()
    with pytest.raises(TableError, match="too large"):
        Table.from_bytes(huge + b"\n")


def test_counts_that_disagree_are_refused() -> None:
    header, _, packed = table(5).to_bytes().partition(b"\n")
    content = bytearray(zlib.decompress(packed))
    begin = len("Żal\nThe Wren".encode())
    content[begin] = 1
    with pytest.raises(TableError, match="agree"):
        Table.from_bytes(header + b"\n" + zlib.compress(bytes(content)))


@pytest.mark.parametrize("written", [b"", b"\n", b"[]\n", b'{"format": 2}\n', b'{"format": 1}\n'])
def test_what_is_no_table_is_refused(written: bytes) -> None:
    with pytest.raises(TableError):
        Table.from_bytes(written)
