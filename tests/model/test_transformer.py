"""The network depends on all its inputs, and on the past only."""

import numpy as np
import torch
from torch import Tensor

from bridge.midi.instruments import Instrument
from model.tokens import features
from model.tokens import vocabulary as v
from model.transformer import SIZES, Transformer, apply_rope, parameter_count, rope_table

B, T = 2, 12


def inputs(seed: int = 0) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    rng = np.random.default_rng(seed)
    time = np.stack([rng.integers(0, rows, (B, T)) for rows in features.SIZES], -1)
    style, allowed = rng.normal(size=(B, 64)), rng.integers(0, 2, (B, 14))
    return (
        torch.from_numpy(rng.integers(0, v.SIZE, (B, T))),
        torch.from_numpy(time),
        torch.from_numpy(style).float(),
        torch.from_numpy(allowed).float(),
    )


def test_later_tokens_have_no_effect(network: Transformer) -> None:
    tokens, *rest = inputs()
    other = tokens.clone()
    other[:, 8:] = (other[:, 8:] + 1) % v.SIZE
    before, after = network(tokens, *rest)[0], network(other, *rest)[0]
    assert torch.equal(before[:, :8], after[:, :8])
    assert not torch.allclose(before[:, 8:], after[:, 8:])


def test_style_instruments_and_each_row_of_time_matter(network: Transformer) -> None:
    tokens, time, style, allowed = inputs()
    logits = network(tokens, time, style, allowed)[0]
    assert not torch.allclose(logits, network(tokens, time, style + 0.5, allowed)[0])
    assert not torch.allclose(logits, network(tokens, time, style, 1 - allowed)[0])
    for column in range(features.COUNT):
        moved = time.clone()
        moved[..., column] = (moved[..., column] + 1) % features.SIZES[column]
        assert not torch.allclose(logits, network(tokens, moved, style, allowed)[0])


def test_a_drum_key_is_not_a_pitch(network: Transformer) -> None:
    embedding = network.embedding
    kick = v.on_event(Instrument.DRUMS, 36)
    assert int(embedding.event_pitch[kick]) == 128
    assert int(embedding.event_pitch[v.on_event(Instrument.PIANO, 36)]) == 36


def test_the_loss_is_that_of_event_times_velocity(network: Transformer) -> None:
    tokens, *rest = inputs()
    events, velocities, critic = network(tokens, *rest)
    assert critic.shape == (B, T)
    targets = torch.from_numpy(np.random.default_rng(1).integers(0, v.SIZE, (B, T)))
    targets[0, 0] = -1
    targets[0, 1] = v.wait_id(5)
    losses = network.nll(events, velocities, targets)
    for row in range(B):
        for column in range(T):
            target = int(targets[row, column])
            if target < 0:
                assert losses[row, column] == 0
                continue
            event = v.event_of(target)
            expected = -events[row, column].log_softmax(-1)[event]
            if target >= v.FIRST_ON:
                levels = velocities[row, column].view(14, 16)[v.EVENT_INSTRUMENT[event]]
                expected = expected - levels.log_softmax(-1)[v.velocity_level(target)]
            assert torch.allclose(losses[row, column], expected, atol=1e-4)


def test_attention_depends_on_differences_of_positions_only() -> None:
    config = SIZES["tiny"]
    cos, sin = rope_table(100, config)
    q, k = torch.randn(2, 1, 1, 1, config.head_width)

    def score(at: int, other: int) -> Tensor:
        turned = [apply_rope(x, cos[p : p + 1], sin[p : p + 1]) for x, p in ((q, at), (k, other))]
        return (turned[0] * turned[1]).sum()

    assert torch.allclose(score(9, 4), score(89, 84), atol=1e-4)
    assert not torch.allclose(score(9, 4), score(9, 5), atol=1e-4)


def test_a_blend_is_a_weighted_sum_of_styles_and_none_is_zero(network: Transformer) -> None:
    table = network.embedding.style.weight
    weights = torch.tensor([[0.25, 0.75, 0.0], [0.0, 0.0, 0.0]])
    assert torch.allclose(network.style_vectors(weights)[0], 0.25 * table[0] + 0.75 * table[1])
    assert not network.style_vectors(weights)[1].any()


def test_the_sizes_have_their_parameter_counts() -> None:
    assert 5.0e6 < parameter_count(Transformer(SIZES["small"])) < 5.5e6
    assert 23e6 < parameter_count(Transformer(SIZES["base"])) < 25e6
