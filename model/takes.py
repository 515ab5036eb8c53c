"""Prompts from a corpus, and a network's takes of them, many side by side.

The critic is trained on takes and evaluation measures them. Both need thousands, which would take
hours one after another. So prompts of the same length are continued as one batch over a cache, with
the app's policy of decoding (`model.decoding.policy`).

A prompt is a stretch of a piece with its true continuation, with its clock, tempo and metre, its
styles and its instruments. The time to the end of the piece is unknown, as it is live.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from bridge.midi.instruments import Instrument
from model.corpus import CorpusError
from model.decoding.grammar import multi_hot
from model.decoding.policy import DEFAULT_RULES, Policy, Rules
from model.decoding.state import StreamState
from model.tokens import features
from model.tokens import vocabulary as v
from model.windows import header_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from model.data import Corpus, Piece
    from model.decoding.sampling import SamplingParams
    from model.transformer import Transformer


@dataclass(frozen=True, slots=True)
class CorpusPrompt:
    """P tokens of a piece and the C that follow."""

    piece: Piece
    tokens: NDArray[np.int64]  # (P,)
    time: NDArray[np.int64]  # (P, 6)
    state: StreamState
    """The state after all tokens of the piece up to the prompt's end."""
    truth: NDArray[np.int64]  # (C,)
    truth_time: NDArray[np.int64]  # (C, 6)
    style: NDArray[np.float32]  # (S,)
    instruments: tuple[Instrument, ...]


@dataclass(frozen=True, slots=True)
class CorpusTake:
    """A network's continuation of a prompt, and the mean of the critic's ratings of its tokens.

    The last token has no rating.
    """

    tokens: NDArray[np.int64]  # (C,)
    time: NDArray[np.int64]  # (C, 6)
    critic_score: float


def style_weights(piece: Piece, styles: Sequence[str]) -> NDArray[np.float32]:
    """Return a piece's labels in equal parts, as weights (S,) of the styles."""
    weights = np.array([name in piece.labels for name in styles], np.float32)
    return weights / max(1.0, float(weights.sum()))


def instruments_of(tokens: NDArray[np.int64]) -> tuple[Instrument, ...]:
    """Return the instruments that tokens have events of."""
    found = np.unique(v.EVENT_INSTRUMENT[v.TOKEN_EVENT[tokens]])
    return tuple(Instrument(int(kind)) for kind in found if kind >= 0)


def draw_prompts(
    corpus: Corpus,
    styles: Sequence[str],
    *,
    count: int,
    length: int,
    take_length: int,
    rng: Generator,
) -> list[CorpusPrompt]:
    """Draw prompts of `length` tokens, followed by `take_length` tokens, from different pieces.

    There may be fewer than `count`, since a piece must be long enough.

    Raises:
        CorpusError: no piece is long enough.

    """
    prompts: list[CorpusPrompt] = []
    for index in rng.permutation(len(corpus.pieces)):
        piece = corpus.pieces[index]
        if len(prompts) == count:
            break
        if piece.end - piece.begin > length + take_length:
            # The true continuation ends before the piece's last token.
            end = rng.integers(length, piece.end - piece.begin - take_length)
            prompts.append(prompt_at(corpus, piece, styles, int(end), length, take_length))
    if not prompts:
        raise CorpusError(f"no piece has more than {length + take_length} tokens.")
    return prompts


def prompt_at(
    corpus: Corpus, piece: Piece, styles: Sequence[str], end: int, length: int, take_length: int
) -> CorpusPrompt:
    """Return the prompt of `length` tokens that ends before token `end` of a piece."""
    tokens = corpus.tokens_of(piece)
    time = features.musical_time(tokens)
    time[:, 4:] = 0
    frame = header_of(tokens[: end - length])
    body = slice(end - length + len(frame), end)
    state = StreamState.after(tokens[:end].tolist())
    instruments = instruments_of(tokens)
    state.grammar.set_instruments(instruments)
    return CorpusPrompt(
        piece,
        np.concatenate((frame, tokens[body])),
        np.concatenate((np.repeat(time[:1], len(frame), 0), time[body])),
        state,
        tokens[end : end + take_length],
        time[end : end + take_length],
        style_weights(piece, styles),
        instruments,
    )


@torch.no_grad()
def generate_takes(
    network: Transformer,
    prompts: Sequence[CorpusPrompt],
    params: SamplingParams,
    rng: Generator,
    *,
    rules: Rules = DEFAULT_RULES,
    batch: int = 64,
) -> list[CorpusTake]:
    """Return one take of each prompt, as long as its true continuation."""
    takes: list[CorpusTake] = []
    for first in range(0, len(prompts), batch):
        takes += _generate_batch(network, prompts[first : first + batch], params, rng, rules)
    return takes


def _generate_batch(
    network: Transformer,
    prompts: Sequence[CorpusPrompt],
    params: SamplingParams,
    rng: Generator,
    rules: Rules,
) -> list[CorpusTake]:
    device = network.critic.weight.device

    def on_device(array: NDArray[np.generic]) -> torch.Tensor:
        return torch.from_numpy(array).to(device)

    style = network.style_vectors(on_device(np.stack([prompt.style for prompt in prompts])))
    allowed = on_device(np.stack([multi_hot(p.instruments) for p in prompts]))
    count = len(prompts[0].truth)
    cache = network.make_cache(len(prompts[0].tokens) + count)
    batch_rows = [_BatchRow(prompt, params, rng, rules) for prompt in prompts]
    tokens, time = np.stack([p.tokens for p in prompts]), np.stack([p.time for p in prompts])
    critic = torch.zeros(len(prompts), device=device)
    for step in range(count):
        hidden = network.hidden_states(on_device(tokens), on_device(time), style, allowed, cache)[
            :, -1
        ]
        events, velocities, opinion = network.output_logits(hidden)
        if step:  # the rating of the prompt does not count
            critic += opinion
        rows = zip(
            batch_rows, events.float().cpu().numpy(), velocities.float().cpu().numpy(), strict=True
        )
        chosen = [player.sample(e, x.reshape(len(Instrument), -1)) for player, e, x in rows]
        tokens = np.array([[token] for token, _ in chosen])
        time = np.array([[row] for _, row in chosen])
    return [
        CorpusTake(np.array(p.tokens), np.array(p.time), float(c) / max(1, count - 1))
        for p, c in zip(batch_rows, critic, strict=True)
    ]


class _BatchRow:
    """One stream of a batch: its state, its random numbers and its tokens."""

    def __init__(
        self, prompt: CorpusPrompt, params: SamplingParams, rng: Generator, rules: Rules
    ) -> None:
        self._state = prompt.state.copy()
        self._policy = Policy(prompt.instruments, self._state.tick, params, rng, rules)
        self.tokens: list[int] = []
        self.time: list[tuple[int, ...]] = []

    def sample(
        self, events: NDArray[np.float32], velocities: NDArray[np.float32]
    ) -> tuple[int, tuple[int, ...]]:
        """Choose the next token; return it with its row of musical time."""
        token = self._policy.sample(self._state, events, velocities)
        row = self._state.push(token)
        self.tokens.append(token)
        self.time.append(row)
        return token, row
