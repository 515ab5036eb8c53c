"""The cache: after rewinding and sliding, the network reads what it would have read."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - the name that every torch reader expects
from torch import Tensor

from model.transformer import Block, Transformer, apply_rope, rope_table
from tests.export.runtime.feeding import Fresh, Stream, fed

CAPACITY = 256
TOLERANCE = 0.02  # as in test_graph.py


def test_after_rewinding_the_logits_are_the_same(fresh: Fresh, stream: Stream) -> None:
    returned, direct = fresh(), fresh()
    fed(returned, stream, [0, 60])
    fed(returned, stream, [300, 340])
    returned.cache.rewind(60)
    assert returned.cache.length == 60
    back, never = fed(returned, stream, [60, 61]), fed(direct, stream, [0, 60, 61])
    np.testing.assert_array_equal(back.events, never.events)
    np.testing.assert_array_equal(back.velocities, never.velocities)


def test_rewinding_to_0_starts_again(fresh: Fresh, stream: Stream) -> None:
    used = fresh()
    fed(used, stream, [0, 400])
    used.cache.rewind(0)
    again, first = fed(used, stream, [0, 90]), fed(fresh(), stream, [0, 90])
    np.testing.assert_array_equal(again.events, first.events)


@pytest.mark.parametrize("length", [-1, 11])
def test_it_cannot_rewind_beyond_its_tokens(fresh: Fresh, stream: Stream, length: int) -> None:
    decoder = fresh()
    fed(decoder, stream, [0, 10])
    with pytest.raises(ValueError, match=f"{length}"):
        decoder.cache.rewind(length)


def _visible(count: int) -> Tensor:
    """Return the tokens (T, T) visible to each: a full cache drops half before the next token."""
    half = CAPACITY // 2
    index = torch.arange(count)
    first = torch.where(index < CAPACITY, 0, half * ((index - CAPACITY) // half + 1))
    return (index[None] <= index[:, None]) & (index[None] >= first[:, None])


def _masked(network: Transformer, stream: Stream, conditions: tuple[Tensor, Tensor]) -> Tensor:
    """Return the event logits (T, E) of a network that attends to the tokens of `_visible`."""
    tokens, rows = stream
    config, visible = network.config, _visible(len(tokens))
    x = network.embedding(torch.tensor([tokens]), torch.from_numpy(rows)[None], *conditions)
    angles = rope_table(len(tokens), config)
    for block in network.blocks:
        assert isinstance(block, Block)
        attention, normed = block.attention, block.attention_norm(x)
        q, k, values = (
            part(normed).unflatten(-1, (-1, config.head_width)).transpose(1, 2)
            for part in (attention.query, attention.key, attention.value)
        )
        y = F.scaled_dot_product_attention(
            apply_rope(q, *angles),
            apply_rope(k, *angles),
            values,
            attn_mask=visible,
            enable_gqa=True,
        )
        x = x + attention.out(y.transpose(1, 2).flatten(2))
        x = x + block.feed(block.feed_norm(x))
    events: Tensor = network.output_logits(network.norm(x))[0][0]
    return events


def test_a_sliding_cache_equals_a_sliding_mask(
    network: Transformer, fresh: Fresh, stream: Stream, conditions: tuple[Tensor, Tensor]
) -> None:
    with torch.no_grad():
        expected = _masked(network, stream, conditions).numpy()
    decoder = fresh()
    for index in range(len(stream[0])):
        found = fed(decoder, stream, [index, index + 1])
        np.testing.assert_allclose(found.events, expected[index], rtol=0, atol=TOLERANCE)
        assert decoder.cache.length + decoder.cache.slid_tokens == index + 1
    assert decoder.cache.slid_tokens == 4 * CAPACITY // 2


def test_a_slide_at_any_time_keeps_the_last_half(fresh: Fresh, stream: Stream) -> None:
    decoder = fresh()
    fed(decoder, stream, [0, 200])
    decoder.cache.slide()
    assert (decoder.cache.length, decoder.cache.slid_tokens) == (CAPACITY // 2, 200 - CAPACITY // 2)


def test_early_entries_that_are_kept_stay_in_front_of_the_last_half(
    fresh: Fresh, stream: Stream
) -> None:
    """In the first layer, keys and values depend on the token and its position alone."""
    slid, direct = fresh(), fresh()
    fed(slid, stream, [0, 240])
    early = [0, 1, 50]
    slid.cache.slide(early)
    kept = [*early, *range(240 - CAPACITY // 2, 240)]
    direct.feed([stream[0][index] for index in kept], stream[1][kept])
    assert slid.cache.length == direct.cache.length == len(kept)
    assert slid.cache.slid_tokens == 240 - len(kept)
    found, expected = (
        {name: values[0, :, : len(kept)].copy() for name, values in decoder.cache.editable()}
        for decoder in (slid, direct)
    )
    for name in ("past_k0", "past_v0"):
        np.testing.assert_allclose(found[name], expected[name], atol=1e-4, err_msg=name)
