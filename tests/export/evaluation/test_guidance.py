"""Guidance moves the logits away from those without a style."""

import numpy as np
import pytest

from export.evaluation.guidance import GuidedDecoder, guide
from export.runtime.artefact import Artefact
from export.runtime.decoder import Decoder, Logits
from model.tokens import features
from model.tokens import vocabulary as v

CAPACITY = 256


@pytest.mark.parametrize("scale,expected", [(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)])
def test_the_difference_is_scaled(scale: float, expected: float) -> None:
    with_style, without = np.full(2, 3, np.float32), np.full(2, 1, np.float32)
    assert guide(with_style, without, scale).tolist() == [expected] * 2


def _read(decoder: Decoder) -> list[Logits]:
    """Read tokens in chunks and one by one, go back, and slide the cache twice."""
    rng = np.random.default_rng(1)
    rows = np.stack([rng.integers(0, size, 300) for size in features.SIZES], axis=-1)
    tokens = rng.integers(0, v.SIZE, 300).tolist()
    found = [decoder.feed(tokens[:200], rows[:200])]
    decoder.cache.rewind(150)
    for at in range(200, 300):
        if at == 240:
            decoder.cache.slide((0, 1))
        found.append(decoder.feed(tokens[at : at + 1], rows[at : at + 1]))
    return [*found, decoder.feed(tokens[:200], rows[:200])]


def test_a_guided_decoder_reads_like_two(exact: Artefact) -> None:
    guided = GuidedDecoder(exact, capacity=CAPACITY)
    guided.scale = 2.0
    styled, plain = (Decoder(exact, device="cpu", capacity=CAPACITY) for _ in range(2))
    decoders = (guided, styled, plain)
    for decoder in (guided, styled):
        decoder.set_style(exact.style_vectors[0])
    for decoder in decoders:
        decoder.set_allowed(np.ones(14, np.float32))
    found = [_read(decoder) for decoder in decoders]
    for own, one, other in zip(*found, strict=True):
        np.testing.assert_allclose(own.events, guide(one.events, other.events, 2.0), atol=1e-4)
        expected = guide(one.velocities, other.velocities, 2.0)
        np.testing.assert_allclose(own.velocities, expected, atol=1e-4)
        assert own.critic == pytest.approx(one.critic, abs=1e-5)
