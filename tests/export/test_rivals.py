"""The rivals compute the same network."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bridge.system.pipe import start_child
from export.graph import EXACT_FORMAT, cache_names
from export.race import RIVAL_NAMES, RaceRequest, RaceTimes
from export.rivals import ConcatenatingRival, TorchRival
from export.runtime.artefact import Artefact
from model.tokens import inputs
from model.transformer import Transformer

Stream = tuple[list[int], NDArray[np.int64]]


def test_the_concatenating_graph_is_the_network(
    network: Transformer,
    exact: Artefact,
    conditions: tuple[Tensor, Tensor],
    stream: Stream,
    tmp_path: Path,
) -> None:
    tokens, rows = np.array(stream[0][:20])[None], stream[1][None, :20]
    with torch.no_grad():
        events = network(torch.from_numpy(tokens), torch.from_numpy(rows), *conditions)[0]
    config = network.config
    session = ConcatenatingRival(network, EXACT_FORMAT, tmp_path).session
    empty = np.zeros((1, config.kv_heads, 0, config.head_width), np.float32)
    past = dict.fromkeys(cache_names(config.layers, "past"), empty)
    everywhere = exact.style_vectors[0] + exact.instrument_vectors.sum(axis=0)
    x = inputs.embed(exact.embedding_rows, tokens, rows) + everywhere
    present = cache_names(config.layers, "present")
    for index in range(20):
        graph_inputs = {
            "x": x[:, [index]],
            "seqlens_k": np.array([index], np.int32),
            "total_len": np.array([index + 1], np.int32),
        }
        logits, *kept = session.run(["logits", *present], graph_inputs | past)
        past = dict(zip(past, kept, strict=True))
        ours = logits[0, : events.shape[-1]]
        np.testing.assert_allclose(ours, events[0, index].numpy(), rtol=0, atol=0.01)


def test_eager_torch_is_the_network(
    network: Transformer, conditions: tuple[Tensor, Tensor], stream: Stream
) -> None:
    tokens, rows = np.array(stream[0][:20])[None], stream[1][None, :20]
    no_conditions = torch.zeros_like(conditions[0]), torch.zeros_like(conditions[1])
    with torch.no_grad():
        events = network(torch.from_numpy(tokens), torch.from_numpy(rows), *no_conditions)[0]
    rival, found = TorchRival(network), inputs.row_indices(tokens, rows)
    for index in range(20):
        logits = rival.step(torch.from_numpy(found[:, [index]]), index)[0, 0]
        torch.testing.assert_close(logits[: events.shape[-1]], events[0, index], atol=1e-3, rtol=0)


def test_every_rival_runs_in_its_own_process(shipped: Artefact) -> None:
    child = start_child("export.rivals", str(shipped.folder))
    for name in RIVAL_NAMES:
        child.connection.send(RaceRequest(name, 64, 5))
        assert child.connection.poll(60)
        times = child.connection.recv()
        assert isinstance(times, RaceTimes)
        assert len(times.steps_ns) == 5
        assert min(times.steps_ns) > 0
    child.close()
    assert child.process.returncode == 0
