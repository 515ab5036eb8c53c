"""The sum of eight rows of one table equals the network's embedding."""

from pathlib import Path

import numpy as np
import torch

from model.tokens import features, inputs
from model.tokens import vocabulary as v
from model.transformer import Transformer
from model.weights import flatten_network


def test_the_rows_of_a_token_sum_to_its_embedding(network: Transformer) -> None:
    rng = np.random.default_rng(0)
    tokens = rng.integers(0, v.SIZE, (2, 40))
    time = np.stack([rng.integers(0, size, (2, 40)) for size in features.SIZES], axis=-1)
    blank = torch.zeros(2, network.config.width), torch.zeros(2, 14)
    embedded = network.embedding(torch.from_numpy(tokens), torch.from_numpy(time), *blank)
    summed = inputs.embed(flatten_network(network)["rows"].numpy(), tokens, time)
    np.testing.assert_allclose(summed, embedded.detach().numpy(), atol=1e-5, rtol=1e-5)


def test_the_sections_follow_one_another() -> None:
    last = np.array([[v.SIZE - 1]]), np.array([[[size - 1 for size in features.SIZES]]])
    assert inputs.row_indices(*last).max() == sum(inputs.SECTIONS) - 1
    silent = inputs.row_indices(np.array([v.START]), np.zeros((1, 6), np.int64))[0]
    assert silent[1] == v.EVENT_COUNT + inputs.VELOCITY_ROWS


def test_a_file_of_weights_begins_with_the_table(tmp_path: Path) -> None:
    table = np.arange(sum(inputs.SECTIONS) * 2).reshape(-1, 2) % 100
    (tmp_path / "weights.bin").write_bytes(table.astype(np.float16).tobytes() + b"and more")
    assert (inputs.read_table(tmp_path / "weights.bin", 2) == table).all()
