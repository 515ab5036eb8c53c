"""A stream that is told otherwise is as if it had never been told anything else."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.runtime.artefact import Artefact
from export.runtime.decoder import Decoder
from export.runtime.stream import Place, Row, Stream
from model.tokens import vocabulary as v

WORDS = v.parse(
    "start clock:grid tempo:120 metre:4/4 piano:v72:C4 wait:24 piano:v0:C4 piano:v72:E4 wait:192 "
    "bass:v64:C2 wait:7 piano:v0:E4 wait:1 drums:v80:C2 wait:24"
)


def told(artefact: Artefact, tokens: list[int]) -> Stream:
    """Return a stream that has told these tokens and nothing else."""
    stream = Stream(Decoder(artefact, device="cpu", capacity=256))
    stream.tell(0, tokens)
    return stream


def assert_same(one: Stream, other: Stream) -> None:
    assert one[:] == other[:]
    assert (one.tick, one.place.grammar.sounding) == (other.tick, other.place.grammar.sounding)
    np.testing.assert_array_equal(one.place.grammar.mask(), other.place.grammar.mask())
    np.testing.assert_allclose(one.logits.events, other.logits.events, atol=1e-3)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_it_is_what_was_told_last(exact: Artefact, data: st.DataObject) -> None:
    stream = told(exact, WORDS[:4])
    words = WORDS[:4]
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(1, len(words)))
        tokens = data.draw(st.lists(st.sampled_from(WORDS[4:]), max_size=12))
        stream.tell(at, tokens)
        if words[at : at + len(tokens)] != tokens:
            words = words[:at] + tokens
        stream.read(data.draw(st.integers(0, 20)))
        if data.draw(st.booleans()):
            length = data.draw(st.integers(1, len(words)))
            stream.cut(length)
            words = words[:length]
    assert_same(stream, told(exact, words))


def test_only_what_differs_is_read_again(exact: Artefact) -> None:
    stream = told(exact, WORDS)
    assert stream.logits is not None
    changed = [*WORDS[:-2], v.wait_id(3)]
    stream.tell(0, changed)
    assert stream.unread <= 2
    assert_same(stream, told(exact, changed))


def test_what_is_the_same_stays_with_all_that_follows(exact: Artefact) -> None:
    stream = told(exact, WORDS)
    assert stream.logits is not None
    stream.tell(4, WORDS[4:8])
    assert (stream.unread, stream[:]) == (0, WORDS)


def test_after_a_cut_it_says_what_it_said(exact: Artefact) -> None:
    stream = told(exact, WORDS)
    assert stream.logits is not None
    stream.cut(9)
    assert stream.unread == 0
    assert_same(stream, told(exact, WORDS[:9]))


@pytest.mark.parametrize("tick,left", [(0, 5), (23, 5), (24, 8), (215, 8), (216, 10), (999, 16)])
def test_it_is_cut_after_a_tick(exact: Artefact, tick: int, left: int) -> None:
    stream = told(exact, WORDS)
    stream.cut_after(tick, keep=2)
    assert stream[:] == WORDS[:left]


def test_what_is_to_be_kept_is_kept_whatever_its_tick(exact: Artefact) -> None:
    stream = told(exact, WORDS)
    stream.cut_after(0, keep=9)
    assert stream[:] == WORDS[:9]


def test_a_stream_of_hours_remembers_minutes_and_can_still_go_back(exact: Artefact) -> None:
    stream = told(exact, WORDS[:2])
    for index in range(3000):
        stream.push(WORDS[4 + index % 11])
        stream.read(8)
    assert len(stream) == 3002
    assert 512 <= len(stream[:]) <= 4 * 256 + 64
    assert stream.logits is not None
    length = len(stream)
    tokens = stream[length - 40 :]
    stream.tell(length - 40, [WORDS[5]] * 3)
    assert len(stream) == length - 37
    assert tokens != stream[length - 40 :]


@pytest.mark.parametrize("length", [10, 11, 12, 13])
def test_what_was_adopted_can_be_cut(exact: Artefact, length: int) -> None:
    decoder = Decoder(exact, device="cpu", capacity=256)
    stream = Stream(decoder)
    stream.tell(0, WORDS[:10])
    assert stream.logits is not None
    other = told(exact, WORDS[:12])  # its rows are those that a fork would have fed
    decoder.feed(WORDS[10:12], np.array([row_of(other, index) for index in (10, 11)]))
    stream.adopt(WORDS[10:13])
    stream.cut(length)
    assert_same(stream, told(exact, WORDS[:length]))


def row_of(stream: Stream, index: int) -> Row:
    """Return the musical time of a token that has been told."""
    place = Place()
    row: Row = ()
    for token in stream[: index + 1]:
        row = place.push(token)
    return row


def test_a_new_beginning_is_empty(fresh: Callable[[], Decoder]) -> None:
    stream = Stream(fresh())
    stream.tell(0, WORDS)
    stream.clear()
    assert (len(stream), stream.tick, stream.unread) == (0, 0, 0)
