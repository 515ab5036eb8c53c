"""Convert weights between a network and a graph.

A graph needs fewer, larger tensors than training: one table of rows instead of the parts of an
embedding, query, key and value side by side, and every matrix in the orientation in which it is
multiplied. `flatten_network` makes them from a network, and `unflatten_network` makes the network
again. `read_graph` reads the matrices from an artefact's ONNX file, in any of its formats. The rows
and the vectors of instruments are stored beside it. An artefact can therefore be evaluated, trained
further and given a new style without a second copy of its weights.

    rows (R, D), as `model.tokens.inputs` numbers them        allowed (14, D)
    blocks/N/ attention_norm (D)  qkv (D, D + 2 K A)  out (D, D)
              feed_norm (D)  gate_up (D, 2 F)  down (F, D)
    norm (D)   head (D, E + 14 * 16 + 1): events, velocities, critic

Queries are stored divided by the square root of a head's width, the scale of attention.

A matrix in eight bits is split into blocks of 128 along the axis of the sum, each with a scale: the
layout of com.microsoft.MatMulNBits (onnxruntime, docs/ContribOperators.md).

The parts of an embedding are not unique, but their sums are. `unflatten_network` computes the parts
by least squares and puts the rest into each event's own residual, so that the sums do not change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from model.tokens import features, inputs
from model.tokens.inputs import VELOCITY_ROWS
from model.transformer import Block, Config, Transformer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray


WEIGHT_PREFIX = "weights/"
"""Prefix of a weight's name in a graph, which distinguishes it from inputs and outputs."""
QUANTISATION_BLOCK = 128
_ZERO_POINT, _MAX_STEP = 128, 127
"""For unsigned eight bits: the value that stands for zero, and the largest distance from it."""


@torch.no_grad()
def flatten_network(network: Transformer) -> dict[str, Tensor]:
    """Return the tensors of a network as a graph needs them."""
    parts = network.embedding
    events, silent = parts.event_rows(), torch.zeros(1, network.config.width)
    velocities = parts.velocity.weight
    times = [table.weight for table in _time_tables(network)]
    tensors = {
        "rows": torch.cat((events, velocities, silent.to(events.device), *times)),
        "allowed": parts.allowed.weight.T,
    }
    for i, block in enumerate(blocks(network)):
        attention, feed = block.attention, block.feed
        query = attention.query.weight * network.config.head_width**-0.5
        qkv = (query, attention.key.weight, attention.value.weight)
        tensors |= {
            f"blocks/{i}/attention_norm": block.attention_norm.weight,
            f"blocks/{i}/qkv": torch.cat(qkv).T,
            f"blocks/{i}/out": attention.out.weight.T,
            f"blocks/{i}/feed_norm": block.feed_norm.weight,
            f"blocks/{i}/gate_up": torch.cat((feed.gate.weight, feed.up.weight)).T,
            f"blocks/{i}/down": feed.down.weight.T,
        }
    tensors |= {
        "norm": network.norm.weight,
        "head": torch.cat((events, velocities, network.critic.weight)).T,
    }
    return {name: tensor.detach().contiguous() for name, tensor in tensors.items()}


@torch.no_grad()
def unflatten_network(tensors: Mapping[str, Tensor], styles: Tensor, config: Config) -> Transformer:
    """Return the network whose `flatten_network` these are, with its style vectors (S, D)."""
    network = Transformer(config).eval()
    parts = network.embedding
    events, velocities, *times = torch.split(tensors["rows"], list(inputs.SECTIONS))
    _fit_embedding_parts(network, events)
    parts.velocity.weight.copy_(velocities[:VELOCITY_ROWS])
    parts.style.weight.copy_(styles)
    parts.allowed.weight.copy_(tensors["allowed"].T)
    for table, rows in zip(_time_tables(network), times, strict=True):
        table.weight.copy_(rows)
    narrow = config.kv_heads * config.head_width
    for i, block in enumerate(blocks(network)):
        attention, feed = block.attention, block.feed
        qkv, gate_up = tensors[f"blocks/{i}/qkv"].T, tensors[f"blocks/{i}/gate_up"].T
        query, key, value = torch.split(qkv, [config.width, narrow, narrow])
        gate, up = torch.split(gate_up, config.inner)
        block.attention_norm.weight.copy_(tensors[f"blocks/{i}/attention_norm"])
        attention.query.weight.copy_(query * config.head_width**0.5)
        attention.key.weight.copy_(key)
        attention.value.weight.copy_(value)
        attention.out.weight.copy_(tensors[f"blocks/{i}/out"].T)
        block.feed_norm.weight.copy_(tensors[f"blocks/{i}/feed_norm"])
        feed.gate.weight.copy_(gate)
        feed.up.weight.copy_(up)
        feed.down.weight.copy_(tensors[f"blocks/{i}/down"].T)
    network.norm.weight.copy_(tensors["norm"])
    network.critic.weight.copy_(tensors["head"].T[-1:])
    return network


def read_graph(path: Path) -> dict[str, Tensor]:
    """Return the matrices and norms of a graph as float32; those in eight bits are dequantised."""
    graph = onnx.load(path).graph
    stored = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    found = {name: a for name, a in stored.items() if name.startswith(WEIGHT_PREFIX)}
    for node in graph.node:
        if node.op_type == "MatMulNBits":
            values, scales = node.input[1:3]
            length = next(a.i for a in node.attribute if a.name == "K")
            del found[values], found[scales]
            name = values.removesuffix("/values")
            found[name] = dequantise_weights(stored[values], stored[scales], length)
    return {
        name.removeprefix(WEIGHT_PREFIX): torch.from_numpy(array.astype(np.float32))
        for name, array in found.items()
    }


def quantise_weights(matrix: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return a matrix (K, N) as values (N, blocks, 128) and their scales (N, blocks)."""
    length, columns = matrix.shape
    count = -(-length // QUANTISATION_BLOCK)
    padded = np.zeros((columns, count * QUANTISATION_BLOCK), np.float32)
    padded[:, :length] = matrix.T
    cut = padded.reshape(columns, count, QUANTISATION_BLOCK)
    scales = np.abs(cut).max(axis=-1) / _MAX_STEP
    steps = np.round(cut / np.where(scales > 0, scales, 1)[..., None])
    return (steps + _ZERO_POINT).astype(np.uint8), scales.astype(np.float32)


def dequantise_weights(
    values: NDArray[np.uint8], scales: NDArray[np.floating], length: int
) -> NDArray[np.float32]:
    """Return the matrix (K, N) of values and scales; `length` is K."""
    columns, count, _ = values.shape
    steps = values.astype(np.float32) - _ZERO_POINT
    cut = steps * scales.reshape(columns, count, 1).astype(np.float32)
    matrix: NDArray[np.float32] = cut.reshape(columns, -1)[:, :length].T
    return np.ascontiguousarray(matrix)


def blocks(network: Transformer) -> list[Block]:
    """Return the layers of a network."""
    return [block for block in network.blocks if isinstance(block, Block)]


def _time_tables(network: Transformer) -> list[torch.nn.Embedding]:
    tables = [t for t in network.embedding.time if isinstance(t, torch.nn.Embedding)]
    assert len(tables) == features.COUNT
    return tables


def _fit_embedding_parts(network: Transformer, events: Tensor) -> None:
    """Set the parts of the embedding so that their sums are the rows of the events (E, D)."""
    rows = network.embedding
    indices = (rows.event_kind, rows.event_instrument, rows.event_pitch, rows.event_class)
    parts = (rows.kind, rows.instrument, rows.pitch, rows.pitch_class)
    hot = [
        torch.nn.functional.one_hot(index.long(), part.num_embeddings).float()
        for index, part in zip(indices, parts, strict=True)
    ]
    design = torch.cat(hot, dim=1)
    found = torch.linalg.pinv(design) @ events
    for part, weight in zip(parts, found.split([x.shape[1] for x in hot]), strict=True):
        part.weight.copy_(weight)
    rows.event.weight.copy_(events - design @ found)
