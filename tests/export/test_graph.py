"""The graph is the network: it computes from a cache what torch computes from all the stream."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from torch import Tensor

from bridge.instruments import Instrument
from export import make
from export.artefact import Artefact
from export.graph import write_graph
from export.runtime import Decoder
from model import features, generate
from model import vocabulary as v
from model.transformer import Transformer

# The cache is float16: keys and values have 11 significant bits. Logits here are about 6 wide.
TOLERANCE = 0.02
PROMPT = v.parse(
    "start clock:grid tempo:120 metre:4/4 piano:v72:C4 wait:24 piano:v0:C4 violin:v64:E5"
)


@pytest.fixture(scope="module")
def slow_tokens(network: Transformer, exact: Artefact) -> list[int]:
    """Give 512 greedy tokens after the prompt as the slow generator finds them."""
    style = exact.style_vectors[0].copy()
    instruments = tuple(Instrument)
    return list(generate.generate(network, PROMPT, 512, style=style, instruments=instruments))


def test_greedy_tokens_are_those_of_the_slow_generator(
    exact: Artefact, slow_tokens: list[int]
) -> None:
    decoder = Decoder(exact, device="cpu", threads=1)
    decoder.set_style(exact.style_vectors[0])
    assert make.told(decoder, PROMPT, 512) == slow_tokens
    assert len(set(slow_tokens)) > 50, "a stream that goes in circles proves little"


def test_every_logit_of_a_stream_is_that_of_the_network(
    network: Transformer, exact: Artefact, slow_tokens: list[int], conditions: tuple[Tensor, Tensor]
) -> None:
    tokens = PROMPT + slow_tokens
    rows = features.musical_time(np.array(tokens))
    with torch.no_grad():
        slow = network(torch.tensor([tokens]), torch.from_numpy(rows)[None], *conditions)
    events, velocities, critic = (output[0].numpy() for output in slow)
    decoder = Decoder(exact, device="cpu", threads=1)
    decoder.set_style(exact.style_vectors[0])
    decoder.set_allowed(np.ones(14, np.float32))
    for index, token in enumerate(tokens):
        logits = decoder.feed([token], rows[index : index + 1])
        np.testing.assert_allclose(logits.events, events[index], rtol=0, atol=TOLERANCE)
        flat = logits.velocities.ravel()
        np.testing.assert_allclose(flat, velocities[index], rtol=0, atol=TOLERANCE)
        assert logits.critic == pytest.approx(critic[index], abs=TOLERANCE)


@pytest.mark.parametrize("kv_heads", [1, 2])
def test_rows_of_a_batch_are_independent(
    draw: Callable[[int], Transformer], tmp_path: Path, kv_heads: int
) -> None:
    network = draw(kv_heads)
    write_graph(network, tmp_path / "graph.onnx")
    session = ort.InferenceSession(tmp_path / "graph.onnx", providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(2)
    rows = [rng.integers(0, size, (3, 9)) for size in features.SIZES]
    inputs: dict[str, Any] = {
        "tokens": rng.integers(0, v.SIZE, (3, 9)),
        "time": np.stack(rows, axis=-1),
        "style": rng.normal(size=(3, network.config.width)).astype(np.float32),
        "allowed": rng.integers(0, 2, (3, 14)).astype(np.float32),
    }
    with torch.no_grad():
        slow = network(*(torch.from_numpy(values) for values in inputs.values()))
    cache = np.zeros((3, kv_heads, 16, network.config.head_width), np.float16)
    inputs |= {n.name: cache for n in session.get_inputs() if n.name.startswith("past")}
    inputs |= {
        "position_ids": np.tile(np.arange(9), (3, 1)),
        "seqlens_k": np.full(3, 8, np.int32),
        "total_len": np.array([9], np.int32),
    }
    fast = session.run(["event_logits", "velocity_logits"], inputs)
    for quick, whole in zip(fast, slow[:2], strict=True):
        np.testing.assert_allclose(quick, whole[:, -1].numpy(), rtol=0, atol=TOLERANCE)


def test_no_node_computes_a_shape_or_branches(exact: Artefact, network: Transformer) -> None:
    """What does would run on the CPU in the midst of a CUDA graph."""
    kinds = [node.op_type for node in onnx.load(exact.graph).graph.node]
    assert {"If", "Loop", "NonZero", "Range", "Scan", "Shape", "Size"}.isdisjoint(kinds)
    assert kinds.count("GroupQueryAttention") == network.config.layers
