"""The entries of a manifest: which there must be, of which type, and in which range.

The ranges are wide, and yet the cache of a network within them fits into a machine's memory. What
the numbers say of each other is checked too, because a graph is run on buffers of these sizes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from export.runtime.reasons.artefact import BadEntry, EntryMissing

if TYPE_CHECKING:
    from pathlib import Path

SIDES = ("inputs", "outputs")
_NEEDED = ("name", "config", "context", "graphs", "sha256")
_MAX_WIDTH, _MAX_HEADS, _MAX_LAYERS = 8192, 256, 128
_MAX_CACHED = 2**16
"""The most numbers that a network may keep for a token; the largest of our sizes keeps 4,096."""
_MAX_FILES, _MAX_ROPE_BASE = 100, 1e9
_CHECKSUM = re.compile(r"[0-9a-f]{64}")
_SHOWN_CHARACTERS = 60
"""So much of a value is repeated to the user."""

Test = Callable[[Any], bool]


def fault_in_manifest(
    path: Path, manifest: Mapping[str, Any], *, devices: tuple[str, ...], contexts: range
) -> EntryMissing | BadEntry | None:
    """Return why a manifest of the right format cannot be used, or None.

    The context must be one of `contexts`, and there must be a graph for each of the devices.
    """
    for name in _NEEDED:
        if name not in manifest:
            return EntryMissing(path, name)
    for name, value, is_valid in _entries(manifest, devices, contexts):
        if not is_valid(value):
            return BadEntry(path, name, _shown(value))
    return None


def _entries(
    manifest: Mapping[str, Any], devices: tuple[str, ...], contexts: range
) -> Iterator[tuple[str, Any, Test]]:
    """Yield name and value of each entry with what it must satisfy, outer ones first."""
    yield "name", manifest["name"], _is_name
    yield "context", manifest["context"], lambda value: _is_whole(value) and value in contexts
    config = manifest["config"]
    yield "config", config, _is_object
    for name, most in (
        *(("width", _MAX_WIDTH), ("heads", _MAX_HEADS), ("kv_heads", _MAX_HEADS)),
        ("layers", _MAX_LAYERS),
    ):
        yield f"config.{name}", config.get(name), _whole_up_to(most)
    yield "config.rope_base", config.get("rope_base"), _is_rope_base
    yield "config.heads", config["heads"], lambda heads: config["width"] % (2 * heads) == 0
    yield "config.kv_heads", config["kv_heads"], lambda few: config["heads"] % few == 0
    yield "config.layers", config["layers"], lambda layers: _fits(layers, config)
    yield "sha256", manifest["sha256"], _are_checksums
    graphs = manifest["graphs"]
    yield "graphs", graphs, _is_object
    for device in devices:
        yield f"graphs.{device}", graphs.get(device), _is_object
        for side in SIDES:
            yield f"graphs.{device}.{side}", graphs[device].get(side), _are_nodes
    if "parity" in manifest:
        yield "parity", manifest["parity"], _is_parity


def _fits(layers: int, config: Mapping[str, int]) -> bool:
    """Return whether the cache of a network has a usual size."""
    head_width = config["width"] // config["heads"]
    return 2 * layers * config["kv_heads"] * head_width <= _MAX_CACHED


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and bool(value.strip())


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _whole_up_to(most: int) -> Test:
    return lambda value: _is_whole(value) and 1 <= value <= most


def _is_rope_base(value: object) -> bool:
    return isinstance(value, int | float) and 1 < value <= _MAX_ROPE_BASE


def _are_checksums(value: object) -> bool:
    """Return whether each name is one in the folder itself, and each value a SHA-256."""
    return (
        isinstance(value, dict)
        and len(value) <= _MAX_FILES
        and all(
            name not in ("", ".", "..")
            and not set(name) & set("/\\\0:")
            and isinstance(checksum, str)
            and _CHECKSUM.fullmatch(checksum)
            for name, checksum in value.items()
        )
    )


def _are_nodes(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(node, dict) and isinstance(node.get("name"), str) for node in value
    )


def _is_parity(value: object) -> bool:
    names = ("equal", "greedy_tokens")
    return isinstance(value, dict) and all(_is_whole(value.get(name)) for name in names)


def _shown(value: object) -> str:
    """Return a value for a sentence: on one line, and not long."""
    if isinstance(value, dict | list):  # whose text may be as long as the file
        return type(value).__name__
    if isinstance(value, int) and value.bit_length() > _SHOWN_CHARACTERS:
        return f"a number of {value.bit_length()} bits"
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
