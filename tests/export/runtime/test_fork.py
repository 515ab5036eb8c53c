"""A row of a fork gives the same logits as a separate decoder."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.midi.instruments import Instrument
from export.runtime.artefact import Artefact
from export.runtime.decoder import Decoder, Logits
from export.runtime.fork import Fork
from model.decoding.grammar import multi_hot

Stream = tuple[list[int], NDArray[np.int64]]
ROWS = 3
ALLOWED = multi_hot((Instrument.PIANO, Instrument.BASS))
TOLERANCE = 1e-3  # a batch sums in another order


@pytest.fixture
def forked(exact: Artefact, stream: Stream) -> tuple[Decoder, Fork]:
    """Return a decoder that has read 40 tokens, and its fork."""
    decoder = Decoder(exact, device="cpu", capacity=256, rows=ROWS)
    fork = Fork(decoder, decoder.cache.rows)
    decoder.set_style(exact.style_vectors[1])
    decoder.set_allowed(ALLOWED)
    decoder.feed(stream[0][:40], stream[1][:40])
    fork.start()
    return decoder, fork


def single(artefact: Artefact, stream: Stream, places: list[int]) -> Logits:
    """Return a decoder's logits after 40 tokens and then those at the places."""
    decoder = Decoder(artefact, device="cpu", capacity=256)
    decoder.set_style(artefact.style_vectors[1])
    decoder.set_allowed(ALLOWED)
    at = [*range(40), *places]
    return decoder.feed([stream[0][i] for i in at], stream[1][at])


def fed(fork: Fork, stream: Stream, places: list[int], active: list[bool]) -> list[Logits]:
    tokens = np.array([stream[0][i] for i in places])
    return fork.feed(tokens, stream[1][places], np.array(active))


def assert_same(one: Logits, other: Logits) -> None:
    np.testing.assert_allclose(one.events, other.events, atol=TOLERANCE)
    np.testing.assert_allclose(one.velocities, other.velocities, atol=TOLERANCE)
    assert one.critic == pytest.approx(other.critic, abs=TOLERANCE)


def test_rows_are_independent(
    exact: Artefact, stream: Stream, forked: tuple[Decoder, Fork]
) -> None:
    _, fork = forked
    fed(fork, stream, [50, 60, 70], [True] * 3)
    logits = fed(fork, stream, [51, 61, 71], [True] * 3)
    for row, places in enumerate(([50, 51], [60, 61], [70, 71])):
        assert_same(logits[row], single(exact, stream, places))


def test_an_inactive_row_does_not_change(
    exact: Artefact, stream: Stream, forked: tuple[Decoder, Fork]
) -> None:
    _, fork = forked
    fed(fork, stream, [50, 60, 70], [True] * 3)
    fed(fork, stream, [80, 80, 80], [True, False, False])
    logits = fed(fork, stream, [51, 61, 71], [False, True, True])
    assert list(fork.lengths) == [42, 42, 42]
    assert_same(logits[1], single(exact, stream, [60, 61]))


@pytest.mark.parametrize("row", range(ROWS))
def test_the_kept_row_becomes_the_stream(
    exact: Artefact, stream: Stream, forked: tuple[Decoder, Fork], row: int
) -> None:
    decoder, fork = forked
    fed(fork, stream, [50, 60, 70], [True] * 3)
    fed(fork, stream, [51, 61, 71], [True] * 3)
    fork.keep(row)
    assert decoder.cache.length == 42
    last = 90
    logits = decoder.feed([stream[0][last]], stream[1][[last]])
    assert_same(logits, single(exact, stream, [50 + 10 * row, 51 + 10 * row, last]))


def test_a_row_that_is_not_kept_has_no_effect(
    exact: Artefact, stream: Stream, forked: tuple[Decoder, Fork]
) -> None:
    decoder, fork = forked
    fed(fork, stream, [50, 60, 70], [True] * 3)
    assert_same(decoder.feed([stream[0][90]], stream[1][[90]]), single(exact, stream, [90]))


def test_a_style_applies_to_every_row(
    exact: Artefact, stream: Stream, forked: tuple[Decoder, Fork]
) -> None:
    decoder, fork = forked
    before = fed(fork, stream, [50, 50, 50], [False] * 3)
    decoder.set_style(exact.style_vectors[0])
    after = fed(fork, stream, [50, 50, 50], [False] * 3)
    for one, other in zip(before, after, strict=True):
        assert np.abs(one.events - other.events).max() > 0.1


@pytest.mark.parametrize("active", [(True, False), (False, True)])
def test_if_a_row_is_full_no_row_is_fed(
    exact: Artefact, stream: Stream, active: tuple[bool, bool]
) -> None:
    decoder = Decoder(exact, device="cpu", capacity=256, rows=2)
    decoder.feed(stream[0][:255], stream[1][:255])
    fork = Fork(decoder, decoder.cache.rows)
    fork.start()
    fed(fork, stream, [0, 1], [True, False])
    assert (fork.is_full(0), fork.is_full(1)) == (True, False)
    with pytest.raises(ValueError, match="full"):
        fed(fork, stream, [0, 1], list(active))
