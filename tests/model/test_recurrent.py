"""The baseline has as many weights as the network, and depends on the past only."""

from dataclasses import replace

import torch

from model.recurrent import RecurrentNetwork
from model.transformer import SIZES, Transformer, parameter_count


def test_it_has_about_as_many_weights() -> None:
    for name in ("small", "base"):
        config = replace(SIZES[name], styles=180)
        ratio = parameter_count(RecurrentNetwork(config)) / parameter_count(Transformer(config))
        assert 0.95 < ratio < 1.01


def test_the_future_does_not_matter() -> None:
    torch.manual_seed(0)
    network = RecurrentNetwork(replace(SIZES["tiny"], styles=2)).eval()
    torch.nn.init.normal_(network.back.weight)
    tokens = torch.randint(0, 13_000, (1, 20))
    time = torch.zeros(1, 20, 6, dtype=torch.int64)
    style, allowed = network.style_vectors(torch.eye(2)[:1]), torch.ones(1, 14)
    complete = network(tokens, time, style, allowed)[0]
    part = network(tokens[:, :12], time[:, :12], style, allowed)[0]
    torch.testing.assert_close(complete[:, :12], part)
    tokens[0, 3] += 1
    assert not torch.allclose(network(tokens, time, style, allowed)[0][:, 4:], complete[:, 4:])
