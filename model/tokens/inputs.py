"""The network's input for a token: eight indices into one table of rows.

Training composes the embedding of a token from learned parts. Inference only needs their sums,
which it looks up in one table. The sections of the table follow one another:

    event        one row for each event, for any velocity
    velocity     16 rows for each instrument, and one row of zeros for tokens that are not note-ons
    time         the six tables of musical time (`model.tokens.features`)

A token at its place in the music is one row of each: eight rows. Their sum goes into the network,
together with the vectors that apply everywhere, the style and the instruments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.instruments import Instrument
from model.tokens import features
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

VELOCITY_ROWS = len(Instrument) * v.VELOCITY_LEVELS
SECTIONS: tuple[int, ...] = (v.EVENT_COUNT, VELOCITY_ROWS + 1, *features.SIZES)
"""The number of rows of each section."""
ROWS_PER_TOKEN = len(SECTIONS)
SECTION_OFFSETS = np.cumsum((0, *SECTIONS[:-1])).astype(np.int32)
"""The first row of each section."""


def _velocity_rows() -> NDArray[np.int64]:
    rows: NDArray[np.int64] = v.EVENT_INSTRUMENT[v.TOKEN_EVENT] * v.VELOCITY_LEVELS + v.TOKEN_LEVEL
    rows[v.TOKEN_KIND != v.Kind.ON] = VELOCITY_ROWS
    rows.flags.writeable = False
    return rows


TOKEN_VELOCITY_ROW = _velocity_rows()
"""For each token its row in the velocity section; the last row for all but note-ons."""
_TOKEN_ROWS = (np.stack((v.TOKEN_EVENT, TOKEN_VELOCITY_ROW), axis=-1) + SECTION_OFFSETS[:2]).astype(
    np.int32
)


def row_indices(tokens: NDArray[np.int64], time: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the rows (..., 8) of tokens (...) at musical times (..., 6)."""
    found = np.empty((*tokens.shape, ROWS_PER_TOKEN), np.int32)
    found[..., :2] = _TOKEN_ROWS[tokens]
    found[..., 2:] = time + SECTION_OFFSETS[2:]
    return found


def read_table(path: Path, width: int) -> NDArray[np.float32]:
    """Return the table of rows (R, D) at the start of a file of weights, where it is float16."""
    count = sum(SECTIONS)
    rows = np.fromfile(path, np.float16, count * width).reshape(count, width).astype(np.float32)
    rows.flags.writeable = False
    return rows


def embed(
    table: NDArray[np.float32], tokens: NDArray[np.int64], time: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return the sums (..., D) of a table's (R, D) rows for tokens (...) at times (..., 6)."""
    summed: NDArray[np.float32] = table[row_indices(tokens, time)].sum(axis=-2)
    return summed
