"""Damaged artefacts whose checksums are right, and a program that uses them.

`python -m tests.export.runtime.tampering FOLDER FIRST COUNT` damages copies of an artefact, each by
a seed of its own, and loads and runs each. It prints a line of JSON for each before it is used, and
one with the outcome afterwards, so that a crash of the process can be blamed on a seed.
"""

import json
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from bridge.system.clock import SystemClock
from export.runtime.artefact import (
    INSTRUMENT_SHARES,
    MANIFEST,
    STYLES,
    WEIGHTS,
    Artefact,
    ArtefactError,
    seal_file,
)
from export.runtime.decoder import Decoder
from gui.wording.reasons import sentence_of
from model.tokens import features

HOSTILE: tuple[Any, ...] = (
    *(None, True, False, "", "x", "\0", "é" * 1000, "/dev/zero", "..", [], {}, [[]], [None]),
    *(0, -1, 1, 2, 3, 255, 256, 2**31, 2**63, 10**400, 0.5, -0.0, 1e308, -1e308),
    *(float("nan"), float("inf"), float("-inf")),
)


def damage_json(path: Path, rng: random.Random) -> None:
    """Change, remove, copy or add some values of a JSON file."""
    content = json.loads(path.read_text("utf-8"))
    for _ in range(rng.choice((1, 1, 2, 5))):
        parent: Any = None
        key: Any = None
        holder = content
        while isinstance(holder, dict | list) and holder:
            keys = list(holder) if isinstance(holder, dict) else range(len(holder))
            parent, key = holder, rng.choice(keys)
            holder = parent[key]
            if rng.random() < 0.3:
                break
        if parent is None:
            continue
        act = rng.randrange(4)
        if act == 0:
            del parent[key]
        elif act == 1 and isinstance(parent, dict):
            parent[rng.choice(("x", "../x", "/dev/zero", "", f"{key}0"))] = holder
        elif act == 2 and isinstance(holder, int | float) and not isinstance(holder, bool):
            parent[key] = holder * rng.choice((2, -1, 0.5, 1000))
        else:
            parent[key] = rng.choice(HOSTILE)
    path.write_text(json.dumps(content), "utf-8")


def damage_bytes(path: Path, rng: random.Random) -> None:
    """Flip, overwrite, cut, remove, repeat or add some bytes of a file."""
    content = bytearray(path.read_bytes())
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        at = rng.randrange(len(content)) if content else 0
        length = rng.choice((1, 1, 4, 16, 256))
        match rng.randrange(6):
            case 0 if content:
                content[at] ^= 1 << rng.randrange(8)
            case 1:
                content[at : at + length] = rng.randbytes(length)
            case 2:
                del content[at : at + length]
            case 3:
                content[at:at] = content[at : at + length]
            case 4:
                content[at : at + length] = b"\xff" * length
            case _ if rng.random() < 0.2:
                del content[at:]
    path.write_bytes(content)


def damage_attribute(graph: onnx.GraphProto, rng: random.Random) -> None:
    node = rng.choice([node for node in graph.node if node.attribute])
    attribute = rng.choice(node.attribute)
    if attribute.type == onnx.AttributeProto.INT:
        attribute.i = rng.choice((0, -1, 1, 3, 2**31, 2**62, 2 * attribute.i))
    elif attribute.type == onnx.AttributeProto.FLOAT:
        attribute.f = rng.choice((0.0, -1.0, float("nan"), 1e38))
    else:
        node.attribute.remove(attribute)


def damage_operator(graph: onnx.GraphProto, rng: random.Random) -> None:
    rng.choice(graph.node).op_type = rng.choice(graph.node).op_type


def damage_wiring(graph: onnx.GraphProto, rng: random.Random) -> None:
    node = rng.choice([node for node in graph.node if node.input])
    names = [*(each.name for each in graph.input), *rng.choice(graph.node).output, ""]
    node.input[rng.randrange(len(node.input))] = rng.choice(names)


def remove_node(graph: onnx.GraphProto, rng: random.Random) -> None:
    graph.node.remove(rng.choice(graph.node))


def damage_weights_shape(graph: onnx.GraphProto, rng: random.Random) -> None:
    weights = rng.choice(graph.initializer)
    weights.dims[:] = [rng.choice((0, 1, 7, 2**31, size)) for size in weights.dims]


def damage_weights_type(graph: onnx.GraphProto, rng: random.Random) -> None:
    rng.choice(graph.initializer).data_type = rng.choice((1, 2, 3, 6, 7, 10, 16))


def damage_weights_place(graph: onnx.GraphProto, rng: random.Random) -> None:
    weights = rng.choice([each for each in graph.initializer if each.external_data])
    places = ("0", "-1", "1", str(2**40), "../weights.bin", "/dev/zero", "/etc/passwd")
    rng.choice(weights.external_data).value = rng.choice(places)


def damage_interface(graph: onnx.GraphProto, rng: random.Random) -> None:
    kind = rng.choice((*graph.input, *graph.output)).type.tensor_type
    if rng.random() < 0.5:
        kind.elem_type = rng.choice((1, 6, 7, 10))
    else:
        rng.choice(kind.shape.dim).dim_value = rng.choice((0, 1, 2, 63, 2**40))


GRAPH_DAMAGES = (
    *(damage_attribute, damage_operator, damage_wiring, remove_node),
    *(damage_weights_shape, damage_weights_type, damage_weights_place, damage_interface),
)


def damage_graph(path: Path, rng: random.Random) -> None:
    """Change nodes, weights, inputs and outputs of a graph that stays an ONNX file."""
    model = onnx.load(path, load_external_data=False)
    for _ in range(rng.choice((1, 1, 2, 4))):
        rng.choice(GRAPH_DAMAGES)(model.graph, rng)
    path.write_bytes(model.SerializeToString())


DAMAGES: tuple[tuple[str, Callable[[Path, random.Random], None]], ...] = (
    (MANIFEST, damage_json),
    (STYLES, damage_json),
    (INSTRUMENT_SHARES, damage_json),
    ("cpu.onnx", damage_bytes),
    ("cpu.onnx", damage_graph),
    ("cpu.onnx", damage_graph),
    (WEIGHTS, damage_bytes),
    (MANIFEST, damage_bytes),
    (STYLES, damage_bytes),
)


def damaged_copy(source: Path, folder: Path, seed: int) -> None:
    """Write a damaged copy of an artefact whose checksums are right again."""
    rng = random.Random(seed)
    for path in source.iterdir():
        shutil.copy(path, folder)
    name, damage = DAMAGES[seed % len(DAMAGES)]
    damage(folder / name, rng)
    if name != MANIFEST:
        seal_file(folder, name)


def outcome(folder: Path) -> str:
    """Load and run an artefact; return "used", or the sentence for why it is refused."""
    try:
        decoder = Decoder(Artefact.load(folder), device="cpu")
        for count in (1, 5, 200):
            decoder.feed([0] * count, np.zeros((count, features.COUNT), np.int64))
    except ArtefactError as error:
        return str(sentence_of(error.reason))
    return "used"


def main() -> None:
    """Damage and use copies."""
    source, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    clock = SystemClock()
    for seed in range(first, first + count):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            damaged_copy(source, folder, seed)
            print(json.dumps({"seed": seed}), flush=True)  # noqa: T201 - it is read
            begin_ns = clock.now_ns()
            said = outcome(folder)
            seconds = (clock.now_ns() - begin_ns) / 1e9
            print(json.dumps({"seed": seed, "said": said, "seconds": seconds}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
