"""The decoder: however tokens are cut, taken back and slid, it hears what the stream says."""

import os
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - the name that every torch reader expects
from numpy.typing import NDArray
from torch import Tensor

from bridge.messages.processor import (
    CudaFailed,
    CudaLibrariesMissing,
    NoCudaProvider,
    NoNvidiaDriver,
)
from export.runtime import provider
from export.runtime.artefact import Artefact
from export.runtime.decoder import Decoder, Logits
from model.tokens import vocabulary as v
from model.transformer import Block, Transformer, apply_rope, rope_table

Fresh = Callable[[], Decoder]
Stream = tuple[list[int], NDArray[np.int64]]
CAPACITY = 256
TOLERANCE = 0.02  # as in test_graph.py


def fed(decoder: Decoder, stream: Stream, cuts: Sequence[int]) -> Logits:
    """Feed a stream in pieces, from the first cut to the last."""
    tokens, rows = stream
    return [decoder.feed(tokens[a:b], rows[a:b]) for a, b in pairwise(cuts)][-1]


def assert_same(one: Logits, other: Logits) -> None:
    """Logits are the same but for the order of summing, seen through a float16 cache."""
    np.testing.assert_allclose(one.events, other.events, rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(one.velocities, other.velocities, rtol=0, atol=TOLERANCE)
    assert one.critic == pytest.approx(other.critic, abs=TOLERANCE)


@pytest.mark.parametrize("end", [1, 2, 31, 200, 256, 257, 400])
def test_a_chunk_is_heard_as_its_tokens_one_by_one(fresh: Fresh, stream: Stream, end: int) -> None:
    whole, single = fresh(), fresh()
    assert_same(fed(whole, stream, [0, end]), fed(single, stream, range(end + 1)))
    assert (whole.length, whole.slid_tokens) == (single.length, single.slid_tokens)


def test_a_chunk_goes_on_where_the_last_one_ended(fresh: Fresh, stream: Stream) -> None:
    assert_same(fed(fresh(), stream, [0, 3, 50, 51, 97]), fed(fresh(), stream, [0, 97]))


def test_a_chunk_may_be_longer_than_the_room_left(fresh: Fresh, stream: Stream) -> None:
    uneven, single = fresh(), fresh()
    assert_same(fed(uneven, stream, [0, 250, 390]), fed(single, stream, range(391)))
    assert (uneven.length, uneven.slid_tokens) == (single.length, single.slid_tokens)


def test_rewinding_is_as_if_never_gone(fresh: Fresh, stream: Stream) -> None:
    gone, stayed = fresh(), fresh()
    fed(gone, stream, [0, 60])
    fed(gone, stream, [300, 340])
    gone.rewind(60)
    assert gone.length == 60
    back, never = fed(gone, stream, [60, 61]), fed(stayed, stream, [0, 60, 61])
    np.testing.assert_array_equal(back.events, never.events)
    np.testing.assert_array_equal(back.velocities, never.velocities)


def test_rewinding_to_nothing_begins_again(fresh: Fresh, stream: Stream) -> None:
    used = fresh()
    fed(used, stream, [0, 400])
    used.rewind(0)
    again, first = fed(used, stream, [0, 90]), fed(fresh(), stream, [0, 90])
    np.testing.assert_array_equal(again.events, first.events)


@pytest.mark.parametrize("length", [-1, 11])
def test_one_cannot_rewind_beyond_what_there_is(fresh: Fresh, stream: Stream, length: int) -> None:
    decoder = fresh()
    fed(decoder, stream, [0, 10])
    with pytest.raises(ValueError, match=f"{length}"):
        decoder.rewind(length)


def _heard(count: int) -> Tensor:
    """Return which tokens (T, T) each hears: a full cache drops half before it takes the next."""
    half = CAPACITY // 2
    index = torch.arange(count)
    first = torch.where(index < CAPACITY, 0, half * ((index - CAPACITY) // half + 1))
    return (index[None] <= index[:, None]) & (index[None] >= first[:, None])


def _masked(network: Transformer, stream: Stream, conditions: tuple[Tensor, Tensor]) -> Tensor:
    """Return the event logits (T, E) of a network whose tokens hear what `_heard` says."""
    tokens, rows = stream
    config, heard = network.config, _heard(len(tokens))
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
            apply_rope(q, *angles), apply_rope(k, *angles), values, attn_mask=heard, enable_gqa=True
        )
        x = x + attention.out(y.transpose(1, 2).flatten(2))
        x = x + block.feed(block.feed_norm(x))
    events: Tensor = network.output_logits(network.norm(x))[0][0]
    return events


def test_a_sliding_cache_hears_what_a_sliding_mask_lets_through(
    network: Transformer, fresh: Fresh, stream: Stream, conditions: tuple[Tensor, Tensor]
) -> None:
    with torch.no_grad():
        expected = _masked(network, stream, conditions).numpy()
    decoder = fresh()
    for index in range(len(stream[0])):
        found = fed(decoder, stream, [index, index + 1])
        np.testing.assert_allclose(found.events, expected[index], rtol=0, atol=TOLERANCE)
        assert decoder.length + decoder.slid_tokens == index + 1
    assert decoder.slid_tokens == 4 * CAPACITY // 2


def test_a_slide_at_any_time_keeps_the_last_half(fresh: Fresh, stream: Stream) -> None:
    decoder = fresh()
    fed(decoder, stream, [0, 200])
    decoder.slide()
    assert (decoder.length, decoder.slid_tokens) == (CAPACITY // 2, 200 - CAPACITY // 2)


def test_a_style_changes_what_comes_and_not_what_was(
    exact: Artefact, fresh: Fresh, stream: Stream
) -> None:
    decoder = fresh()
    fed(decoder, stream, [0, 40])
    plain = fed(decoder, stream, [40, 41])
    decoder.rewind(40)
    decoder.set_style(exact.blend({"chopin": 1}))
    assert decoder.length == 40, "nothing is fed again"
    changed = fed(decoder, stream, [40, 41])
    assert np.abs(changed.events - plain.events).max() > 0.1
    # All fed in the new style is something else again: the first 40 had kept their own.
    decoder.rewind(0)
    assert np.abs(fed(decoder, stream, [0, 40, 41]).events - changed.events).max() > 0.1


def test_instruments_change_what_comes(fresh: Fresh, stream: Stream) -> None:
    decoder = fresh()
    all_of_them = fed(decoder, stream, [0, 10])
    decoder.rewind(9)
    decoder.set_allowed(np.eye(14, dtype=np.float32)[0])
    assert np.abs(fed(decoder, stream, [9, 10]).events - all_of_them.events).max() > 0.1


def test_logits_are_a_copy(fresh: Fresh, stream: Stream) -> None:
    decoder = fresh()
    first = fed(decoder, stream, [0, 1])
    before = first.events.copy()
    fed(decoder, stream, [1, 2])
    np.testing.assert_array_equal(first.events, before)


@pytest.mark.parametrize("tokens,rows", [(0, 0), (2, 1), (1, 2)])
def test_tokens_come_with_their_rows(fresh: Fresh, tokens: int, rows: int) -> None:
    with pytest.raises(ValueError, match=f"{tokens} tokens"):
        fresh().feed([v.START] * tokens, np.zeros((rows, 6), np.int64))


@pytest.mark.parametrize("capacity", [0, 5000])
def test_a_cache_has_a_size_that_the_tables_cover(exact: Artefact, capacity: int) -> None:
    with pytest.raises(ValueError, match=f"{capacity}"):
        Decoder(exact, device="cpu", capacity=capacity)


def test_where_cuda_is_not_one_line_says_why(
    exact: Artefact, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(provider, "_DRIVER_PATHS", ())
    found = Decoder(exact, device="cuda", threads=1).provider
    assert (found.name, found.reason) == (
        "CPUExecutionProvider",
        NoNvidiaDriver(),
    )
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(os.path.exists("/dev/nvidiactl"), reason="CUDA may work here")  # noqa: PTH110
def test_a_driver_without_libraries_falls_back_in_silence(
    exact: Artefact, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(provider, "_DRIVER_PATHS", (str(exact.graph_path("cuda")),))
    found = Decoder(exact, device="auto", threads=1).provider
    assert found.name == "CPUExecutionProvider"
    assert isinstance(found.reason, NoCudaProvider | CudaFailed | CudaLibrariesMissing)
    assert capfd.readouterr() == ("", "")
