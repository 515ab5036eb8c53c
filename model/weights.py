"""Weights on their way to a graph and back.

What plays needs fewer, larger tensors than what trains: one table of all tokens instead of the
parts that a token is composed of, query, key and value side by side, every matrix the way round
that it is multiplied. `flat` makes them from a network, `unflat` makes the network again, and
`read_graph` takes them out of the ONNX file of an artefact, whatever it stores them as. So an
artefact can be evaluated, taught a new style and trained further without a second copy of its
weights beside it.

    table (V, D)   time/0 .. time/5 (rows, D)   allowed (14, D)
    blocks/N/ attention_norm (D)  qkv (D, D + 2 K A)  out (D, D)
              feed_norm (D)  gate (D, F)  up (D, F)  down (F, D)
    norm (D)   events (D, E)   velocities (D, 14 * 16)   critic (D, 1)

The parts of an embedding are not unique: their sums are. `unflat` takes the parts of least squares
and leaves the rest to each event's own residual, so that the sums are what they were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from model import features
from model.transformer import VELOCITY_ROWS, Block, Config, Transformer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


PREFIX = "weights/"
"""What a tensor's name begins with in a graph, whose inputs and outputs have names too."""


@torch.no_grad()
def flat(network: Transformer) -> dict[str, Tensor]:
    """Return the tensors of a network as a graph needs them."""
    rows = network.embedding
    tensors = {"table": rows.token_rows(), "allowed": rows.allowed.weight.T}
    tensors |= {f"time/{i}": table.weight for i, table in enumerate(_tables(network))}
    for i, block in enumerate(blocks(network)):
        attention, feed = block.attention, block.feed
        qkv = (attention.query.weight, attention.key.weight, attention.value.weight)
        tensors |= {
            f"blocks/{i}/attention_norm": block.attention_norm.weight,
            f"blocks/{i}/qkv": torch.cat(qkv).T,
            f"blocks/{i}/out": attention.out.weight.T,
            f"blocks/{i}/feed_norm": block.feed_norm.weight,
            f"blocks/{i}/gate": feed.gate.weight.T,
            f"blocks/{i}/up": feed.up.weight.T,
            f"blocks/{i}/down": feed.down.weight.T,
        }
    tensors |= {
        "norm": network.norm.weight,
        "events": rows.event_rows().T,
        "velocities": rows.velocity.weight.T,
        "critic": network.critic.weight.T,
    }
    return {name: tensor.detach().contiguous() for name, tensor in tensors.items()}


@torch.no_grad()
def unflat(tensors: Mapping[str, Tensor], styles: Tensor, config: Config) -> Transformer:
    """Return the network whose `flat` these are, with its style vectors (S, D)."""
    network = Transformer(config).eval()
    rows = network.embedding
    _recompose(network, tensors["table"].float(), tensors["velocities"].float().T)
    rows.style.weight.copy_(styles)
    rows.allowed.weight.copy_(tensors["allowed"].T)
    for i, table in enumerate(_tables(network)):
        table.weight.copy_(tensors[f"time/{i}"])
    narrow = config.kv_heads * config.head_width
    for i, block in enumerate(blocks(network)):
        attention, feed = block.attention, block.feed
        qkv = tensors[f"blocks/{i}/qkv"].T
        query, key, value = torch.split(qkv, [config.width, narrow, narrow])
        block.attention_norm.weight.copy_(tensors[f"blocks/{i}/attention_norm"])
        attention.query.weight.copy_(query)
        attention.key.weight.copy_(key)
        attention.value.weight.copy_(value)
        attention.out.weight.copy_(tensors[f"blocks/{i}/out"].T)
        block.feed_norm.weight.copy_(tensors[f"blocks/{i}/feed_norm"])
        feed.gate.weight.copy_(tensors[f"blocks/{i}/gate"].T)
        feed.up.weight.copy_(tensors[f"blocks/{i}/up"].T)
        feed.down.weight.copy_(tensors[f"blocks/{i}/down"].T)
    network.norm.weight.copy_(tensors["norm"])
    network.critic.weight.copy_(tensors["critic"].T)
    return network


def read_graph(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a graph as float32, multiplied out where they are stored in 8 bits."""
    stored = {t.name: numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}
    found: dict[str, Any] = {}
    for name, array in stored.items():
        base = name.removesuffix("_quantized")
        if base != name:
            zero = stored[f"{base}_zero_point"].astype("float32")
            array = (array.astype("float32") - zero) * stored[f"{base}_scale"]  # noqa: PLW2901
        if base.startswith(PREFIX) and not base.endswith(("_scale", "_zero_point")):
            found[base.removeprefix(PREFIX)] = torch.from_numpy(array.copy()).float()
    return found


def blocks(network: Transformer) -> list[Block]:
    """Return the layers of a network."""
    return [block for block in network.blocks if isinstance(block, Block)]


def _tables(network: Transformer) -> list[torch.nn.Embedding]:
    tables = [t for t in network.embedding.time if isinstance(t, torch.nn.Embedding)]
    assert len(tables) == features.COUNT
    return tables


def _recompose(network: Transformer, table: Tensor, velocities: Tensor) -> None:
    """Find parts whose sums are the rows of the token table (V, D).

    A note-on's row is that of its event and that of its velocity, which can be told apart but for
    a shift; the velocity rows (14 * 16, D) of the head say which, if less exactly.
    """
    rows = network.embedding
    padded = torch.nn.functional.pad(velocities, (0, 0, 0, 1))
    count = torch.zeros(rows.event.num_embeddings).index_add_(
        0, rows.token_event, torch.ones(len(table))
    )
    shared = table - padded[rows.token_velocity]
    events = torch.zeros_like(rows.event.weight).index_add_(0, rows.token_event, shared)
    events /= count[:, None]
    # With the events' rows known as means over their velocities, the velocities follow exactly.
    struck = rows.token_velocity < VELOCITY_ROWS
    row = rows.token_velocity[struck]
    uses = torch.zeros(VELOCITY_ROWS).index_add_(0, row, torch.ones(len(row)))
    rest = (table - events[rows.token_event])[struck]
    exact = torch.zeros_like(velocities).index_add_(0, row, rest) / uses[:, None]
    rows.velocity.weight.copy_(exact)
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
