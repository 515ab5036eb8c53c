"""The decoder: cutting a stream into chunks does not change its logits."""

import os

import numpy as np
import pytest

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
from tests.export.runtime.feeding import Fresh, Stream, fed

TOLERANCE = 0.02  # as in test_graph.py


def assert_same(one: Logits, other: Logits) -> None:
    """Logits are equal up to rounding, which depends on the order of sums."""
    np.testing.assert_allclose(one.events, other.events, rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(one.velocities, other.velocities, rtol=0, atol=TOLERANCE)
    assert one.critic == pytest.approx(other.critic, abs=TOLERANCE)


@pytest.mark.parametrize("end", [1, 2, 31, 200, 256, 257, 400])
def test_a_chunk_gives_the_logits_of_its_tokens_one_by_one(
    fresh: Fresh, stream: Stream, end: int
) -> None:
    whole, single = fresh(), fresh()
    assert_same(fed(whole, stream, [0, end]), fed(single, stream, range(end + 1)))
    assert (whole.cache.length, whole.cache.slid_tokens) == (
        single.cache.length,
        single.cache.slid_tokens,
    )


def test_a_chunk_continues_where_the_last_one_ended(fresh: Fresh, stream: Stream) -> None:
    assert_same(fed(fresh(), stream, [0, 3, 50, 51, 97]), fed(fresh(), stream, [0, 97]))


def test_a_chunk_may_be_longer_than_the_room_left(fresh: Fresh, stream: Stream) -> None:
    uneven, single = fresh(), fresh()
    assert_same(fed(uneven, stream, [0, 250, 390]), fed(single, stream, range(391)))
    assert (uneven.cache.length, uneven.cache.slid_tokens) == (
        single.cache.length,
        single.cache.slid_tokens,
    )


def test_a_style_applies_to_later_tokens_only(
    exact: Artefact, fresh: Fresh, stream: Stream
) -> None:
    decoder = fresh()
    fed(decoder, stream, [0, 40])
    plain = fed(decoder, stream, [40, 41])
    decoder.cache.rewind(40)
    decoder.set_style(exact.blend({"chopin": 1}))
    assert decoder.cache.length == 40, "nothing is fed again"
    changed = fed(decoder, stream, [40, 41])
    assert np.abs(changed.events - plain.events).max() > 0.1
    # Feeding all tokens in the new style differs again: the first 40 had kept their own.
    decoder.cache.rewind(0)
    assert np.abs(fed(decoder, stream, [0, 40, 41]).events - changed.events).max() > 0.1


def test_instruments_apply_to_later_tokens(fresh: Fresh, stream: Stream) -> None:
    decoder = fresh()
    all_of_them = fed(decoder, stream, [0, 10])
    decoder.cache.rewind(9)
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


def test_without_cuda_the_provider_has_a_reason(
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
