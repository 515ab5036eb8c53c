"""From a trained network to one ONNX graph that plays it, on a CPU or a GPU.

The graph is one decode step over a cache that it does not own. Whoever runs it allocates the keys
and values once and binds the same memory as past and as present: onnxruntime's GroupQueryAttention
writes the new entries in place and attends over what is valid, so that nothing is copied for a
token. How much is valid is an input (`seqlens_k`), which makes rewinding the setting of a number.
Positions are an input of their own, so that they can go on while the cache slides. Everything that
only depends on the weights is folded: token embeddings into one table, event rows into one matrix,
queries, keys and values into one product.

    tokens (B, T)  time (B, T, 6)  style (B, D)  allowed (B, 14)  position_ids (B, T)
    seqlens_k (B,)  total_len (1,)  past_k0, past_v0, ... (B, K, M, A) float16
    -> event_logits (B, E)  velocity_logits (B, 224)  critic (B, 1)  present_k0, present_v0, ...

Logits are those after the last of the T tokens. Weights are float32; queries, keys and values are
cast to float16 at the attention, because the CUDA kernel has no float32.

Source: onnxruntime, docs/ContribOperators.md, com.microsoft.GroupQueryAttention.
"""

from __future__ import annotations

import logging
import math
import warnings
from typing import TYPE_CHECKING

import onnx
import torch
import torch.nn.functional as F  # noqa: N812 - the name that every torch reader expects
from torch import Tensor, nn

from bridge.instruments import Instrument
from export.artefact import POSITIONS
from model import features
from model.transformer import NORM_EPSILON, Transformer, rope_table
from model.weights import PREFIX, flat

if TYPE_CHECKING:
    from pathlib import Path

OPSET = 20


class Step(nn.Module):
    """The network as one step over a shared cache, its weights as `model.weights.flat` has them."""

    def __init__(self, network: Transformer) -> None:
        super().__init__()
        self.config = network.config
        for name, tensor in flat(network).items():
            self.register_parameter(f"{PREFIX}{name}", nn.Parameter(tensor, requires_grad=False))
        cos, sin = rope_table(POSITIONS, network.config)
        self.cos: Tensor
        self.sin: Tensor
        self.register_buffer("cos", cos.half(), persistent=False)
        self.register_buffer("sin", sin.half(), persistent=False)

    def forward(
        self,
        tokens: Tensor,
        time: Tensor,
        style: Tensor,
        allowed: Tensor,
        position_ids: Tensor,
        seqlens_k: Tensor,
        total_len: Tensor,
        past: list[Tensor],
    ) -> tuple[Tensor, Tensor, Tensor, list[Tensor]]:
        """Run the step; see the module's first paragraph for shapes."""
        w = self._weight
        x = F.embedding(tokens, w("table"))
        for index in range(features.COUNT):
            x = x + F.embedding(time[..., index], w(f"time/{index}"))
        x = x + (style + allowed @ w("allowed"))[:, None]
        present: list[Tensor] = []
        for index in range(self.config.layers):
            block = f"blocks/{index}"
            qkv = self._norm(x, f"{block}/attention_norm") @ w(f"{block}/qkv")
            pair = past[2 * index], past[2 * index + 1]
            y, *written = self._attend(qkv, pair, (seqlens_k, total_len), position_ids)
            present += written
            x = x + y @ w(f"{block}/out")
            normed = self._norm(x, f"{block}/feed_norm")
            inner = F.silu(normed @ w(f"{block}/gate")) * (normed @ w(f"{block}/up"))
            x = x + inner @ w(f"{block}/down")
        last = self._norm(x[:, -1], "norm")
        return last @ w("events"), last @ w("velocities"), last @ w("critic"), present

    def _weight(self, name: str) -> Tensor:
        return self.get_parameter(f"{PREFIX}{name}")

    def _norm(self, x: Tensor, name: str) -> Tensor:
        return F.rms_norm(x, (self.config.width,), self._weight(name), eps=NORM_EPSILON)

    def _attend(
        self,
        qkv: Tensor,
        past: tuple[Tensor, Tensor],
        valid: tuple[Tensor, Tensor],
        position_ids: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        config = self.config
        narrow = config.kv_heads * config.head_width
        q, k, v = torch.split(qkv.half(), [config.width, narrow, narrow], dim=-1)
        out, key, value = torch.onnx.ops.symbolic_multi_out(
            "com.microsoft::GroupQueryAttention",
            (q, k, v, *past, *valid, self.cos, self.sin, position_ids),
            {
                "num_heads": config.heads,
                "kv_num_heads": config.kv_heads,
                "do_rotary": 1,
                "rotary_interleaved": 0,
                "scale": 1 / math.sqrt(config.head_width),
            },
            dtypes=(torch.float16,) * 3,
            shapes=(q.shape, past[0].shape, past[1].shape),
            version=1,
        )
        return out.float(), key, value


def cache_names(layers: int, when: str) -> list[str]:
    """Return the names of the cache tensors, `when` being past or present."""
    return [f"{when}_{kind}{layer}" for layer in range(layers) for kind in "kv"]


def write_graph(network: Transformer, path: Path) -> None:
    """Write the float32 graph of a network."""
    step = Step(network.eval()).eval()
    config = network.config
    dim = torch.export.Dim
    batch, time, capacity = dim("B"), dim("T"), dim("M")
    shape = (2, config.kv_heads, 64, config.head_width)
    past = [torch.zeros(shape, dtype=torch.float16) for _ in range(2 * config.layers)]
    example = (
        torch.ones(2, 3, dtype=torch.int64),
        torch.ones(2, 3, features.COUNT, dtype=torch.int64),
        torch.zeros(2, config.width),
        torch.zeros(2, len(Instrument)),
        torch.arange(3)[None].expand(2, 3).contiguous(),
        torch.tensor([5, 5], dtype=torch.int32),
        torch.tensor([6], dtype=torch.int32),
        past,
    )
    inputs = ["tokens", "time", "style", "allowed", "position_ids", "seqlens_k", "total_len"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own deprecations
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        program = torch.onnx.export(
            step,
            example,
            dynamo=True,
            opset_version=OPSET,
            optimize=True,
            verbose=False,
            dynamic_shapes=(
                *({0: batch, 1: time},) * 2,
                *({0: batch},) * 2,
                {0: batch, 1: time},
                {0: batch},
                None,
                [{0: batch, 2: capacity}] * len(past),
            ),
            input_names=[*inputs, *cache_names(config.layers, "past")],
            output_names=[
                *("event_logits", "velocity_logits", "critic"),
                *cache_names(config.layers, "present"),
            ],
        )
    assert program is not None
    model = program.model_proto
    for function in list(model.functions):
        model.functions.remove(function)
    # The exporter turns matrices round and leaves the old shapes beside them; nothing needs either.
    del model.graph.value_info[:]
    names = {tensor.name for tensor in model.graph.initializer}
    merged = sorted(f"{PREFIX}{name}" for name in flat(network) if f"{PREFIX}{name}" not in names)
    assert not merged, f"not in the graph under their own names: {merged}"
    onnx.save(model, path)
