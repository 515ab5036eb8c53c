"""Values of every reason that a user may be shown."""

import enum
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from itertools import chain, pairwise, product
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from bridge.sync.transport import Source
from export.runtime.reasons.artefact import GraphNotFinite

PLAIN: dict[object, tuple[object, ...]] = {
    bool: (False, True),
    int: (1, 2),
    float: (1.5,),
    str: ("harp", ""),
    Path: (Path("harp.mid"),),
    Source: tuple(source for source in Source if source.is_external),
    object: (GraphNotFinite(Path("cpu.onnx")),),
}
"""The values for fields of these types. A session follows only external sources. The reason of a
problem is an `object` where the package of problems may not import that of the reason."""


def kinds_in(hint: Any) -> Iterator[Any]:
    """Yield the types in a union."""
    if get_origin(hint) in (Union, UnionType):
        for part in get_args(hint):
            yield from kinds_in(part)
    elif hint is not NoneType:
        yield hint


@cache
def values_of(hint: Any) -> tuple[Any, ...]:
    """Return values of a type: for a union those of each part, for a dataclass each combination."""
    if hint in PLAIN:
        return PLAIN[hint]
    if get_origin(hint) in (Union, UnionType):
        return tuple(chain.from_iterable(map(values_of, kinds_in(hint))))
    if get_origin(hint) is Literal:
        return get_args(hint)
    if get_origin(hint) is tuple:
        parts = values_of(get_args(hint)[0])
        return (parts, *pairwise(parts)) if hint != tuple[str, ...] else ((), ("harp", "lute"))
    if issubclass(hint, enum.Enum):
        return tuple(hint)
    hints = get_type_hints(hint)
    options = (values_of(hints[field.name]) for field in fields(hint))
    return tuple(hint(*chosen) for chosen in product(*options))
