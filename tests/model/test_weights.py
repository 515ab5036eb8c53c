"""A network that is flattened and restored computes the same."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from model.transformer import Transformer
from model.weights import dequantise_weights, flatten_network, quantise_weights, unflatten_network


def test_flattening_and_unflattening_keeps_the_function(network: Transformer) -> None:
    styles = network.embedding.style.weight.detach()
    again = unflatten_network(flatten_network(network), styles, replace(network.config))
    tokens = torch.randint(0, 13_000, (2, 50))
    time = torch.randint(0, 16, (2, 50, 6))
    style, allowed = network.style_vectors(torch.eye(3)[:2]), torch.ones(2, 14)
    for mine, theirs in zip(
        again(tokens, time, style, allowed), network(tokens, time, style, allowed), strict=True
    ):
        torch.testing.assert_close(mine, theirs, atol=2e-4, rtol=1e-3)


def test_common_parts_are_found_again(network: Transformer) -> None:
    """Not the original parts, which are not unique, but parts with small residuals."""
    with torch.no_grad():
        network.embedding.event.weight.zero_()
    again = unflatten_network(
        flatten_network(network), network.embedding.style.weight.detach(), network.config
    )
    assert again.embedding.event.weight.abs().max() < 1e-3


@pytest.mark.parametrize("length", [64, 128, 200])
def test_eight_bits_are_near_and_zero_is_zero(length: int) -> None:
    matrix = np.random.default_rng(0).normal(size=(length, 5)).astype(np.float32)
    matrix[:, 2] = 0
    values, scales = quantise_weights(matrix)
    assert values.shape == (5, -(-length // 128), 128)
    again = dequantise_weights(values, scales, length)
    assert np.abs(again - matrix).max() <= 0.5 * scales.max() * 1.001
    assert not again[:, 2].any()
