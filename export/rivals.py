"""The alternatives that the network is compared with in the benchmark.

There are two rivals, both with the artefact's own weights. One is eager torch with a static cache.
The other is the graph that exporters usually make: its past keys and values come in as inputs and
go out, one token longer, as outputs (float32, or with the same eight-bit weights as ours).

The app never loads torch, so the rivals run in a separate process (`python -m export.rivals`).
The benchmark requests a few steps at a time, so that their runs alternate with ours and a slow
moment of the machine affects both.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch
import torch.nn.functional as F  # noqa: N812 - the name that every torch reader expects
from onnx import helper
from torch import Tensor

from bridge.system.clock import SystemClock
from bridge.system.pipe import join_parent
from export.graph import (
    CPU_FORMAT,
    EXACT_FORMAT,
    GraphBuilder,
    GraphFormat,
    WeightFile,
    cache_names,
)
from export.onnx_runtime.library import ort
from export.race import WARM_UP_NS, RaceRequest, RaceTimes, RivalName
from export.runtime.artefact import MAX_POSITIONS, WEIGHTS, Artefact
from export.runtime.provider import session_options
from model.run import load_trained
from model.tokens import features, inputs
from model.transformer import NORM_EPSILON, apply_rope, rope_table
from model.weights import flatten_network

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from model.transformer import Transformer

_TOKENS = np.ones((1, 1), np.int64)
_TIME = np.ones((1, 1, features.COUNT), np.int64)


class TorchRival:
    """Eager torch on the same folded tensors as the graphs, with a cache that is allocated once."""

    def __init__(self, network: Transformer) -> None:
        torch.set_num_threads(1)
        self._config, self._tensors = network.config, flatten_network(network)
        shape = (1, network.config.kv_heads, MAX_POSITIONS, network.config.head_width)
        self._cache = [(torch.randn(shape), torch.randn(shape)) for _ in network.blocks]
        self._angles = rope_table(MAX_POSITIONS, network.config)

    @torch.inference_mode()
    def step(self, rows: Tensor, cached: int) -> Tensor:
        """Return the logits (1, 1, N) after a token, given as its rows (1, 1, 8) of the table."""
        config, w = self._config, self._tensors
        x = F.embedding(rows, w["rows"]).sum(dim=-2)
        for index, (keys, values) in enumerate(self._cache):
            block = f"blocks/{index}"
            qkv = self._norm(x, f"{block}/attention_norm") @ w[f"{block}/qkv"]
            heads = qkv.view(1, 1, -1, config.head_width).transpose(1, 2)
            q, k, v = torch.split(heads, [config.heads, config.kv_heads, config.kv_heads], dim=1)
            turn = [table[cached : cached + 1] for table in self._angles]
            keys[:, :, cached : cached + 1] = apply_rope(k, *turn)
            values[:, :, cached : cached + 1] = v
            end = cached + 1
            y = F.scaled_dot_product_attention(
                apply_rope(q, *turn),
                keys[:, :, :end],
                values[:, :, :end],
                scale=1.0,
                enable_gqa=True,
            )
            x = x + y.transpose(1, 2).reshape(x.shape) @ w[f"{block}/out"]
            gate_up = self._norm(x, f"{block}/feed_norm") @ w[f"{block}/gate_up"]
            gate, up = torch.split(gate_up, config.inner, dim=-1)
            x = x + (F.silu(gate) * up) @ w[f"{block}/down"]
        return self._norm(x, "norm") @ w["head"]

    def prepare(self, cached: int) -> Callable[[], object]:
        """Return a function that runs one step after `cached` tokens."""
        rows = torch.from_numpy(inputs.row_indices(_TOKENS, _TIME))
        return lambda: self.step(rows, cached)

    def _norm(self, x: Tensor, name: str) -> Tensor:
        return F.rms_norm(x, (self._config.width,), self._tensors[name], eps=NORM_EPSILON)


class ConcatenatingBuilder(GraphBuilder):
    """The same step with attention written out: past in, past and present out."""

    def attention(self, qkv: str, layer: int, angles: tuple[str, str]) -> str:
        """Attend by concatenating, as an exporter writes it."""
        config = self.config
        widths = np.array([config.width, *[config.kv_heads * config.head_width] * 2])
        parts = self.ops("Split", (qkv, self.constant("qkv", widths)), (True,) * 3, axis=-1)
        shape = self.constant("heads", np.array([0, 0, -1, config.head_width]))
        q, k, v = (
            self.op("Transpose", self.op("Reshape", part, shape), perm=[0, 2, 1, 3])
            for part in parts
        )
        turned = [self._apply_rope(x, angles) for x in (q, k)]
        for name, fresh in (("k", turned[1]), ("v", v)):
            joined = helper.make_node(
                "Concat", [f"past_{name}{layer}", fresh], [f"present_{name}{layer}"], axis=2
            )
            self.nodes.append(joined)
        repeats = config.heads // config.kv_heads
        each = self.constant("each_head", np.repeat(np.arange(config.kv_heads), repeats))
        keys = self.op("Gather", f"present_k{layer}", each, axis=1)
        values = self.op("Gather", f"present_v{layer}", each, axis=1)
        scores = self.op("MatMul", turned[0], self.op("Transpose", keys, perm=[0, 1, 3, 2]))
        weights = self.op("Softmax", scores, axis=-1)
        mixed = self.op("Transpose", self.op("MatMul", weights, values), perm=[0, 2, 1, 3])
        return self.op("Reshape", mixed, self.constant("joined", np.array([0, 0, -1])))

    def _apply_rope(self, x: str, angles: tuple[str, str]) -> str:
        # One token at a time: its position is the last.
        cos, sin = (self.op("Gather", table, "seqlens_k", axis=0) for table in angles)
        half = self.constant("halves", np.array([self.config.head_width // 2] * 2))
        first, second = self.ops("Split", (x, half), (True, True), axis=-1)
        left = self.op("Sub", self.op("Mul", first, cos), self.op("Mul", second, sin))
        right = self.op("Add", self.op("Mul", second, cos), self.op("Mul", first, sin))
        return self.op("Concat", left, right, axis=-1)


class ConcatenatingRival:
    """A session over such a graph, without copies on our side."""

    def __init__(self, network: Transformer, graph_format: GraphFormat, folder: Path) -> None:
        tensors = {name: tensor.numpy() for name, tensor in flatten_network(network).items()}
        path = folder / f"{graph_format.matrices}.onnx"
        with (folder / WEIGHTS).open("wb") as file:
            model = ConcatenatingBuilder(
                tensors, network.config, graph_format, WeightFile(file)
            ).build()
        onnx.save(model, path)
        self.session = ort.InferenceSession(
            path, session_options(1), providers=["CPUExecutionProvider"]
        )
        self._config = network.config

    def prepare(self, cached: int) -> Callable[[], object]:
        """Return a function that runs one step after `cached` tokens."""
        config, rng = self._config, np.random.default_rng(0)
        shape = (1, config.kv_heads, cached, config.head_width)
        given: dict[str, NDArray[np.generic]] = {
            "x": rng.normal(size=(1, 1, config.width)).astype(np.float32),
            "seqlens_k": np.array([cached], np.int32),
            "total_len": np.array([cached + 1], np.int32),
        }
        given |= {
            name: rng.normal(size=shape).astype(np.float32)
            for name in cache_names(config.layers, "past")
        }
        values = {n: ort.OrtValue.ortvalue_from_numpy(array) for n, array in given.items()}
        outputs = [node.name for node in self.session.get_outputs()]
        return lambda: self.session.run_with_ort_values(outputs, values)


def main() -> None:
    """Run the requested steps until the connection closes."""
    artefact = Artefact.load(Path(sys.argv[1]))
    network = load_trained(artefact.folder).network
    clock = SystemClock()
    with join_parent() as connection, tempfile.TemporaryDirectory() as scratch:
        rivals: Mapping[RivalName, TorchRival | ConcatenatingRival] = {
            "torch, static cache": TorchRival(network),
            "concatenated cache": ConcatenatingRival(
                network, EXACT_FORMAT, _folder(scratch, "exact")
            ),
            "concatenated cache, eight bits": ConcatenatingRival(
                network, CPU_FORMAT, _folder(scratch, "eight")
            ),
        }
        while True:
            try:
                race: RaceRequest = connection.recv()
            except (EOFError, OSError):
                return
            step = rivals[race.name].prepare(race.cached)
            warm_ns, durations_ns = clock.now_ns() + WARM_UP_NS, list[int]()
            while clock.now_ns() < warm_ns:
                step()
            for _ in range(race.steps):
                begin = clock.now_ns()
                step()
                durations_ns.append(clock.now_ns() - begin)
            connection.send(RaceTimes(tuple(durations_ns)))


def _folder(scratch: str, name: str) -> Path:
    folder = Path(scratch) / name
    folder.mkdir()
    return folder


if __name__ == "__main__":
    main()
