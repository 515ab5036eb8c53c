"""The slow reference generator: the network reads the complete stream for every token.

It has no cache and no exported graph. It defines what is correct: tests prove the fast decoder in
`export.runtime.decoder` equal to it, token for token. Batch size is 1; tokens are plain ints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from bridge.midi.instruments import Instrument
from model.decoding.grammar import Grammar, multi_hot
from model.decoding.sampling import SamplingParams, sample_token
from model.tokens.features import COUNT, MusicalTime

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from model.transformer import Transformer

GREEDY = SamplingParams(temperature=0.0)


@torch.no_grad()
def generate(
    network: Transformer,
    prompt: Sequence[int],
    count: int,
    *,
    style: NDArray[np.float32],
    instruments: Sequence[Instrument],
    params: SamplingParams = GREEDY,
    seed: int = 0,
) -> Iterator[int]:
    """Yield `count` tokens after the prompt, with a style vector (D,) and some instruments."""
    rng = np.random.default_rng(seed)
    grammar, time = Grammar(instruments), MusicalTime()
    tokens: list[int] = []
    rows: list[tuple[int, ...]] = []

    def push(token: int) -> None:
        grammar.push(token)
        tokens.append(token)
        rows.append((*time.push(token), *(0,) * (COUNT - 4)))

    for token in prompt:
        push(token)
    conditions = (
        torch.from_numpy(style)[None],
        torch.from_numpy(multi_hot(instruments))[None],
    )
    for _ in range(count):
        events, velocities, _ = network(torch.tensor([tokens]), torch.tensor([rows]), *conditions)
        of_instrument = velocities[0, -1].numpy().reshape(len(Instrument), -1)
        token = sample_token(events[0, -1].numpy(), of_instrument, grammar.mask(), params, rng)
        yield token
        push(token)
