"""An artefact's graph gives back the network that it was made from."""

import torch

from export.runtime.artefact import Artefact
from model.run import load_trained
from model.transformer import Transformer
from model.weights import flatten_network


def test_a_float32_graph_gives_the_network_back(network: Transformer, exact: Artefact) -> None:
    again = load_trained(exact.folder)
    assert again.styles == list(exact.style_names)
    assert (again.step, again.window) == (0, 2048)
    theirs = flatten_network(network)
    for name, mine in flatten_network(again.network).items():
        torch.testing.assert_close(mine, theirs[name], atol=1e-3, rtol=1e-3)  # rows: float16


def test_an_eight_bit_graph_gives_the_network_back_rounded(
    network: Transformer, shipped: Artefact
) -> None:
    again = load_trained(shipped.folder)
    theirs = flatten_network(network)
    for name, mine in flatten_network(again.network).items():
        step = theirs[name].abs().max() / 127
        assert (mine - theirs[name]).abs().max() <= step
    tokens, time = torch.randint(0, 13_000, (1, 40)), torch.zeros(1, 40, 6, dtype=torch.int64)
    style, allowed = network.style_vectors(torch.eye(3)[:1]), torch.ones(1, 14)
    mine, exact = (n(tokens, time, style, allowed)[0] for n in (again.network, network))
    assert (mine.argmax(-1) == exact.argmax(-1)).float().mean() > 0.9
