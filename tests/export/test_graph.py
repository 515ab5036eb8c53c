"""A graph with a cache computes the same as torch computes from the complete stream."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor

from bridge.midi.instruments import Instrument
from export import make
from export.graph import (
    CPU_FORMAT,
    CUDA_FLOAT16_FORMAT,
    CUDA_FORMAT,
    EXACT_FORMAT,
    GraphFormat,
    write_graphs,
)
from export.onnx_runtime.library import ort
from export.runtime.artefact import GRAPHS, WEIGHTS, Artefact, Device
from export.runtime.decoder import Decoder
from model import generate
from model.decoding.grammar import Grammar, multi_hot
from model.decoding.sampling import SamplingParams, sample_token
from model.tokens import features, inputs
from model.tokens import vocabulary as v
from model.transformer import Transformer

# The table of rows is float16: 11 significant bits. The range of logits here is about 6.
TOLERANCE = 0.01
PROMPT = v.parse_tokens(
    "start clock:grid tempo:120 metre:4/4 piano:v72:C4 wait:24 piano:v0:C4 violin:v64:E5"
)


@pytest.fixture(scope="module")
def slow_tokens(network: Transformer, exact: Artefact) -> list[int]:
    """Return 512 greedy tokens of the slow generator after the prompt."""
    style = exact.style_vectors[0].copy()
    instruments = tuple(Instrument)
    return list(generate.generate(network, PROMPT, 512, style=style, instruments=instruments))


def test_greedy_tokens_are_those_of_the_slow_generator(
    exact: Artefact, slow_tokens: list[int]
) -> None:
    decoder = Decoder(exact, device="cpu", threads=1)
    decoder.set_style(exact.style_vectors[0])
    assert make.generate_tokens(decoder, PROMPT, 512) == slow_tokens
    assert len(set(slow_tokens)) > 50, "a repetitive stream proves little"


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
    write_graphs(network, tmp_path, {"graph.onnx": EXACT_FORMAT})
    session = ort.InferenceSession(tmp_path / "graph.onnx", providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(2)
    tokens = rng.integers(0, v.SIZE, (3, 9))
    time = np.stack([rng.integers(0, size, (3, 9)) for size in features.SIZES], axis=-1)
    style = rng.normal(size=(3, network.config.width)).astype(np.float32)
    allowed = rng.integers(0, 2, (3, 14)).astype(np.float32)
    with torch.no_grad():
        slow = network(*(torch.from_numpy(values) for values in (tokens, time, style, allowed)))
        everywhere = style + network.embedding.allowed(torch.from_numpy(allowed)).numpy()
    cache = np.zeros((3, kv_heads, 16, network.config.head_width), np.float32)
    table = inputs.read_table(tmp_path / WEIGHTS, network.config.width)
    graph_inputs: dict[str, Any] = {
        "x": inputs.embed(table, tokens, time) + everywhere[:, None],
        "seqlens_k": np.full(3, 8, np.int32),
        "total_len": np.array([9], np.int32),
    }
    graph_inputs |= {n.name: cache for n in session.get_inputs() if n.name.startswith("past")}
    (fast,) = session.run(["logits"], graph_inputs)
    expected = torch.cat((*slow[:2], slow[2][..., None]), dim=-1)[:, -1].numpy()
    np.testing.assert_allclose(fast, expected, rtol=0, atol=TOLERANCE)


def _sampled(artefact: Artefact, count: int) -> list[int]:
    """Return a stream that is plausible to the network; sampling keeps it from repeating."""
    decoder = Decoder(artefact, device="cpu", threads=1)
    decoder.set_allowed(multi_hot(tuple(Instrument)))
    grammar, rng = Grammar(), np.random.default_rng(3)
    tokens = [v.START, v.CLOCK_FREE]
    logits = decoder.feed(tokens, np.zeros((2, 6), np.int64))
    while len(tokens) < count:
        mask = grammar.mask()
        params = SamplingParams()
        tokens.append(sample_token(logits.events, logits.velocities, mask, params, rng))
        grammar.push(tokens[-1])
        logits = decoder.feed(tokens[-1:], np.zeros((1, 6), np.int64))
    return tokens


@pytest.mark.parametrize(
    "graph_format,top1,divergence",
    [
        (EXACT_FORMAT, 1.0, 1e-9),
        (CPU_FORMAT, 0.9, 0.05),
        (CUDA_FORMAT, 0.9, 0.05),
        (CUDA_FLOAT16_FORMAT, 0.97, 1e-3),
    ],
)
def test_every_format_agrees_with_the_exact_one(
    network: Transformer,
    exact: Artefact,
    tmp_path: Path,
    graph_format: GraphFormat,
    top1: float,
    divergence: float,
) -> None:
    formats = dict.fromkeys(GRAPHS.values(), graph_format)
    facts = {"config": network.config.as_dict(), "context": 2048, "step": 0}
    other = make.write_artefact(tmp_path, "other", network, exact.style_names, facts, formats)
    found = make.measure_agreement(exact, other, _sampled(exact, 300))
    assert found.tokens == 300
    assert found.top1 >= top1
    assert (found.kl_divergence > 0) == (graph_format != EXACT_FORMAT)
    assert found.kl_divergence < divergence


def test_graphs_share_one_file_of_weights(shipped: Artefact, exact: Artefact) -> None:
    assert sum(path.stat().st_size for path in shipped.folder.glob("*.onnx")) < 50_000
    sizes = [(folder / WEIGHTS).stat().st_size for folder in (shipped.folder, exact.folder)]
    # The tiny network is mostly the table of rows, which is float16 in both.
    assert sizes[0] < 0.75 * sizes[1]


@pytest.mark.parametrize("device", GRAPHS)
def test_no_node_computes_a_shape_or_branches(
    shipped: Artefact, network: Transformer, device: Device
) -> None:
    """Such a node would run on the CPU within a CUDA graph."""
    kinds = [node.op_type for node in onnx.load(shipped.graph_path(device)).graph.node]
    assert {"If", "Loop", "NonZero", "Range", "Scan", "Shape", "Size"}.isdisjoint(kinds)
    assert kinds.count("GroupQueryAttention") == network.config.layers
