"""A network made flat and made again computes what it computed."""

from dataclasses import replace

import torch

from model.transformer import Transformer
from model.weights import flat, unflat


def test_there_and_back_is_the_same_function(network: Transformer) -> None:
    styles = network.embedding.style.weight.detach()
    again = unflat(flat(network), styles, replace(network.config))
    tokens = torch.randint(0, 13_000, (2, 50))
    time = torch.randint(0, 16, (2, 50, 6))
    style, allowed = network.style(torch.eye(3)[:2]), torch.ones(2, 14)
    for mine, theirs in zip(
        again(tokens, time, style, allowed), network(tokens, time, style, allowed), strict=True
    ):
        torch.testing.assert_close(mine, theirs, atol=2e-4, rtol=1e-3)


def test_common_parts_are_found_again(network: Transformer) -> None:
    """Not as they were, which nobody can know, but so that little is left to the residuals."""
    with torch.no_grad():
        network.embedding.event.weight.zero_()
    again = unflat(flat(network), network.embedding.style.weight.detach(), network.config)
    assert again.embedding.event.weight.abs().max() < 1e-3
