"""A recurrent network for comparison: the kind that music programs had before transformers.

Two LSTM layers (Hochreiter and Schmidhuber 1997), as in Magenta's MelodyRNN, wide enough to have as
many weights as the transformer of the same name, between the same embedding and the same heads. It
is trained and measured like the transformer, and is not exported.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from model.transformer import NORM_EPSILON, Config, LayerCache, Transformer

if TYPE_CHECKING:
    from collections.abc import Sequence

LAYERS = 2


def lstm_parameter_count(width: int, inner: int) -> int:
    """Return the number of weights of two LSTM layers and the projection back from their width."""
    return 4 * inner * (width + 3 * inner + 4) + inner * width


def matching_inner_width(config: Config) -> int:
    """Return the width at which the layers have as many weights as the transformer's blocks."""
    narrow = config.kv_heads * config.head_width
    block = config.width * (2 * config.width + 2 * narrow + 3 * config.inner)
    target, inner = config.layers * block, 16
    while lstm_parameter_count(config.width, inner + 16) <= target:
        inner += 16
    return inner


class RecurrentNetwork(Transformer):
    """The transformer's embedding and heads around an LSTM."""

    def __init__(self, config: Config) -> None:
        """Make a network with about as many weights as `Transformer(config)`."""
        super().__init__(replace(config, layers=0))
        self.config = config
        inner = matching_inner_width(config)
        self.first_norm = nn.RMSNorm(config.width, eps=NORM_EPSILON)
        self.recurrent = nn.LSTM(config.width, inner, LAYERS, batch_first=True)
        self.back = nn.Linear(inner, config.width, bias=False)

    def run_blocks(self, x: Tensor, cache: Sequence[LayerCache] | None) -> Tensor:
        """Map the input of each position to its last state; there is no cache."""
        assert cache is None
        with torch.autocast(x.device.type, enabled=False):  # the LSTM's kernels need one type
            y, _ = self.recurrent(self.first_norm(x.float()))
        return x + self.back(y)  # type: ignore[no-any-return]
