"""The tables of an artefact: vectors of the styles and instruments, shares, and rows of weights.

All numbers must be finite. One that is not would reach every note through the sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from bridge.midi.instruments import Instrument
from export.runtime.reasons.artefact import BadNumbers, StyleIncomplete, VectorWidth
from model.tokens import inputs

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

InstrumentShares = Mapping[str, Mapping[Instrument, float]]
"""By style and instrument, the share of the training pieces in which the instrument plays."""
StyleTables = tuple[
    tuple[str, ...], "NDArray[np.float32]", "NDArray[np.float32]", "NDArray[np.float32]"
]
TableReason = BadNumbers | StyleIncomplete | VectorWidth

_MOST = 1e6
"""The largest magnitude of a number in a table; trained ones are a few units."""
_PLACE_COUNT = 2


def style_tables(path: Path, content: Mapping[str, Any], width: int) -> StyleTables | TableReason:
    """Return names, vectors and positions of the styles, and the vectors of the instruments."""
    styles, rows = content.get("styles"), content.get("instruments")
    if not isinstance(styles, list) or not isinstance(rows, dict):
        return StyleIncomplete(path)
    for style in styles:
        if not isinstance(style, dict) or not _is_name(style.get("name")):
            return StyleIncomplete(path)
        for entry, wanted in (("vector", width), ("place", _PLACE_COUNT)):
            if (fault := _fault_in(path, str(style["name"]), style.get(entry), wanted)) is not None:
                return fault
    for kind in Instrument:
        if (fault := _fault_in(path, kind.label, rows.get(kind.label, []), width)) is not None:
            return fault
    names = tuple(str(style["name"]) for style in styles)
    if len(set(names)) < len(names):
        return StyleIncomplete(path)
    return (
        names,
        _array((style["vector"] for style in styles), width),
        _array((style["place"] for style in styles), _PLACE_COUNT),
        _array((rows[kind.label] for kind in Instrument), width),
    )


def instrument_shares(path: Path, content: Mapping[str, Any]) -> InstrumentShares | BadNumbers:
    """Return the shares of the instruments in each style."""
    found = {}
    for style, shares in content.items():
        if not isinstance(shares, dict) or not all(map(_is_number, shares.values())):
            return BadNumbers(path, style)
        found[style] = {kind: float(shares.get(kind.label, 0.0)) for kind in Instrument}
    return found


def embedding_rows(path: Path, width: int) -> NDArray[np.float32] | BadNumbers:
    """Return the table of rows (R, D) at the start of a file of weights."""
    try:
        table = inputs.read_table(path, width)
    except ValueError:  # the file is too short
        return BadNumbers(path, "embedding")
    return table if np.isfinite(table).all() else BadNumbers(path, "embedding")


def _fault_in(path: Path, owner: str, numbers: object, wanted: int) -> TableReason | None:
    if not isinstance(numbers, list):
        return StyleIncomplete(path)
    if len(numbers) != wanted:
        return VectorWidth(path, owner, len(numbers), wanted)
    return None if all(map(_is_number, numbers)) else BadNumbers(path, owner)


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -_MOST <= value <= _MOST


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and bool(value.strip())


def _array(rows: Iterable[list[float]], width: int) -> NDArray[np.float32]:
    array = np.array(list(rows), np.float32).reshape(-1, width)
    array.flags.writeable = False
    return array
