"""A row of a fork hears what a decoder of its own would have heard."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.midi.instruments import Instrument
from export.runtime.artefact import Artefact
from export.runtime.decoder import Decoder, Logits
from export.runtime.fork import Fork
from model.tokens import sampling

Stream = tuple[list[int], NDArray[np.int64]]
ROWS = 3
ALLOWED = sampling.multi_hot((Instrument.PIANO, Instrument.BASS))
TOLERANCE = 1e-3  # a batch sums in another order


@pytest.fixture
def forked(exact: Artefact, stream: Stream) -> tuple[Decoder, Fork]:
    """Give a decoder that has heard 40 tokens, and its fork."""
    decoder = Decoder(exact, device="cpu", capacity=256, rows=ROWS)
    fork = Fork(decoder, decoder.rows)
    decoder.set_style(exact.style_vectors[1])
    decoder.set_allowed(ALLOWED)
    decoder.feed(stream[0][:40], stream[1][:40])
    fork.start()
    return decoder, fork


def single(artefact: Artefact, stream: Stream, places: list[int]) -> Logits:
    """Return what a decoder says after 40 tokens and then those at the places."""
    decoder = Decoder(artefact, device="cpu", capacity=256)
    decoder.set_style(artefact.style_vectors[1])
    decoder.set_allowed(ALLOWED)
    at = [*range(40), *places]
    return decoder.feed([stream[0][i] for i in at], stream[1][at])


def fed(fork: Fork, stream: Stream, places: list[int], going: list[bool]) -> list[Logits]:
    tokens = np.array([stream[0][i] for i in places])
    return fork.feed(tokens, stream[1][places], np.array(going))


def assert_same(one: Logits, other: Logits) -> None:
    np.testing.assert_allclose(one.events, other.events, atol=TOLERANCE)
    np.testing.assert_allclose(one.velocities, other.velocities, atol=TOLERANCE)
    assert one.critic == pytest.approx(other.critic, abs=TOLERANCE)


def test_each_row_goes_its_own_way(
    exact: Artefact, stream: Stream, forked: tuple[Decoder, Fork]
) -> None:
    _, fork = forked
    fed(fork, stream, [50, 60, 70], [True] * 3)
    logits = fed(fork, stream, [51, 61, 71], [True] * 3)
    for row, places in enumerate(([50, 51], [60, 61], [70, 71])):
        assert_same(logits[row], single(exact, stream, places))


def test_a_row_that_rests_is_as_it_was(
    exact: Artefact, stream: Stream, forked: tuple[Decoder, Fork]
) -> None:
    _, fork = forked
    fed(fork, stream, [50, 60, 70], [True] * 3)
    fed(fork, stream, [80, 80, 80], [True, False, False])
    logits = fed(fork, stream, [51, 61, 71], [False, True, True])
    assert list(fork.lengths) == [42, 42, 42]
    assert_same(logits[1], single(exact, stream, [60, 61]))


@pytest.mark.parametrize("row", range(ROWS))
def test_what_is_kept_is_the_stream(
    exact: Artefact, stream: Stream, forked: tuple[Decoder, Fork], row: int
) -> None:
    decoder, fork = forked
    fed(fork, stream, [50, 60, 70], [True] * 3)
    fed(fork, stream, [51, 61, 71], [True] * 3)
    fork.keep(row)
    assert decoder.length == 42
    last = 90
    logits = decoder.feed([stream[0][last]], stream[1][[last]])
    assert_same(logits, single(exact, stream, [50 + 10 * row, 51 + 10 * row, last]))


def test_what_is_not_kept_never_happened(
    exact: Artefact, stream: Stream, forked: tuple[Decoder, Fork]
) -> None:
    decoder, fork = forked
    fed(fork, stream, [50, 60, 70], [True] * 3)
    assert_same(decoder.feed([stream[0][90]], stream[1][[90]]), single(exact, stream, [90]))


def test_a_style_counts_in_every_row(
    exact: Artefact, stream: Stream, forked: tuple[Decoder, Fork]
) -> None:
    decoder, fork = forked
    before = fed(fork, stream, [50, 50, 50], [False] * 3)
    decoder.set_style(exact.style_vectors[0])
    after = fed(fork, stream, [50, 50, 50], [False] * 3)
    for one, other in zip(before, after, strict=True):
        assert np.abs(one.events - other.events).max() > 0.1


@pytest.mark.parametrize("going", [(True, False), (False, True)])
def test_where_a_row_is_full_none_is_fed(
    exact: Artefact, stream: Stream, going: tuple[bool, bool]
) -> None:
    decoder = Decoder(exact, device="cpu", capacity=256, rows=2)
    decoder.feed(stream[0][:255], stream[1][:255])
    fork = Fork(decoder, decoder.rows)
    fork.start()
    fed(fork, stream, [0, 1], [True, False])
    assert (fork.is_full(0), fork.is_full(1)) == (True, False)
    with pytest.raises(ValueError, match="full"):
        fed(fork, stream, [0, 1], list(going))
