"""The inputs and outputs that a graph must have to be run on the buffers of a decoder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bridge.midi.instruments import Instrument
from model.tokens import vocabulary as v

Nodes = Mapping[str, Mapping[str, Any]]
"""The inputs or outputs of a graph by name, each with its type and shape."""
_FLOAT, _INT, _HALF = "tensor(float)", "tensor(int32)", "tensor(float16)"
_ANY = None
"""A size that the caller chooses; a graph gives it a name."""
_LOGIT_COUNT = v.EVENT_COUNT + len(Instrument) * v.VELOCITY_LEVELS + 1


@dataclass(frozen=True, slots=True)
class Difference:
    """An input or output that is not as it must be."""

    side: str
    name: str
    found: str
    wanted: str


def difference(found: Mapping[str, Nodes], config: Mapping[str, Any]) -> Difference | None:
    """Return the first difference between a graph and what a network of this size has, or None."""
    names = {side: set[str]() for side in found}
    for side, name, kinds, shape in _wanted(config):
        names[side].add(name)
        node = found[side].get(name)
        wanted = f"{' or '.join(kinds)} {['*' if size is _ANY else size for size in shape]}"
        if node is None:
            return Difference(side, name, "none", wanted)
        if node["type"] not in kinds or not _has_shape(node["shape"], shape):
            return Difference(side, name, f"{node['type']} {node['shape']}", wanted)
    for side, nodes in found.items():
        if more := sorted(nodes.keys() - names[side]):
            return Difference(side, more[0], str(dict(nodes[more[0]])), "none")
    pasts = {node["type"] for name, node in found["inputs"].items() if name.startswith("past_")}
    if len(pasts) > 1:
        return Difference("inputs", "past_*", " and ".join(sorted(pasts)), "one type")
    return None


def _wanted(
    config: Mapping[str, Any],
) -> Iterator[tuple[str, str, tuple[str, ...], tuple[int | None, ...]]]:
    """Yield side, name, allowed types and shape of each input and output."""
    yield "inputs", "x", (_FLOAT,), (_ANY, _ANY, config["width"])
    yield "inputs", "seqlens_k", (_INT,), (_ANY,)
    yield "inputs", "total_len", (_INT,), (1,)
    yield "outputs", "logits", (_FLOAT,), (_ANY, _LOGIT_COUNT)
    cache = _ANY, config["kv_heads"], _ANY, config["width"] // config["heads"]
    for layer in range(config["layers"]):
        for part in ("k", "v"):
            yield "inputs", f"past_{part}{layer}", (_FLOAT, _HALF), cache
            yield "outputs", f"present_{part}{layer}", (_FLOAT, _HALF), cache


def _has_shape(found: list[Any], wanted: tuple[int | None, ...]) -> bool:
    return len(found) == len(wanted) and all(
        isinstance(size, str) if fixed is _ANY else size == fixed
        for size, fixed in zip(found, wanted, strict=True)
    )
