"""A stream after changes equals a fresh stream with the same tokens."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.messages.composer import NoteEvent, Onset, Release
from bridge.midi.instruments import Instrument
from export.runtime.artefact import Artefact
from export.runtime.decoder import Decoder
from export.runtime.stream import Stream
from model.tokens import vocabulary as v
from model.tokens.tokenizer import live_header_tokens

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
FRAME = live_header_tokens(120.0, (4, 4))
EVENTS = (
    Onset(0, PIANO, 60, 72),
    Release(24, PIANO, 60),
    Onset(24, PIANO, 64, 72),
    Onset(216, BASS, 36, 64),
    Release(223, PIANO, 64),
    Onset(224, DRUMS, 36, 80),
    Release(248, BASS, 36),
)


def fresh_stream(artefact: Artefact) -> Stream:
    stream = Stream(Decoder(artefact, device="cpu", capacity=256))
    stream.reset(FRAME)
    return stream


def played(artefact: Artefact, events: tuple[NoteEvent, ...], until: int) -> Stream:
    """Return a stream of these events only, flushed at a tick."""
    stream = fresh_stream(artefact)
    stream.append_events(events)
    stream.flush(until)
    return stream


def assert_same(one: Stream, other: Stream) -> None:
    assert one.tokens == other.tokens
    assert (one.tick, one.state.grammar.sounding) == (other.tick, other.state.grammar.sounding)
    np.testing.assert_array_equal(one.state.grammar.mask(), other.state.grammar.mask())
    np.testing.assert_allclose(one.logits.events, other.logits.events, atol=1e-3)


moves = st.one_of(
    st.tuples(st.just("speculate"), st.integers(0, 300)),
    st.tuples(st.just("read"), st.integers(0, 20)),
    st.tuples(st.just("drop"), st.just(0)),
)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, len(EVENTS)), moves), max_size=8))
def test_speculation_changes_nothing_that_is_certain(
    exact: Artefact, moves: list[tuple[int, tuple[str, int]]]
) -> None:
    """Tokens that are read in advance between the player's events have no effect."""
    stream = fresh_stream(exact)
    appended = 0
    for count, (move, number) in moves:
        ahead = EVENTS[appended : appended + count]
        stream.allow(())
        stream.append_events(ahead)
        appended += len(ahead)
        last = EVENTS[appended - 1].tick if appended else 0
        match move:
            case "speculate":
                stream.speculate_turn(last + number, (BASS,))
            case "read":
                stream.read(number)
            case "drop":
                stream.drop_speculation()
    stream.allow(())
    stream.append_events(EVENTS[appended:])
    stream.flush(260)
    stream.drop_speculation()
    assert_same(stream, played(exact, EVENTS, 260))


def test_a_speculated_turn_has_been_read(exact: Artefact) -> None:
    stream = fresh_stream(exact)
    stream.append_events(EVENTS)
    stream.speculate_turn(384, (BASS,))
    stream.read(stream.unread)
    stream.start_turn(384, (BASS,))
    assert stream.unread == 0
    plain = fresh_stream(exact)
    plain.append_events(EVENTS)
    plain.start_turn(384, (BASS,))
    assert_same(stream, plain)


def test_only_what_differs_is_read_again(exact: Artefact) -> None:
    stream = fresh_stream(exact)
    stream.append_events(EVENTS)
    stream.speculate_turn(384, (BASS,))
    stream.read(stream.unread)
    stream.start_turn(400, (BASS,))
    assert 1 <= stream.unread <= 2


def test_a_turn_is_read_with_its_instruments_and_the_players_notes_without(
    exact: Artefact,
) -> None:
    """The time of reading makes no difference: each token is read with its own instruments."""
    late, early = fresh_stream(exact), fresh_stream(exact)
    for stream in (late, early):
        stream.append_events(EVENTS)
        if stream is early:
            stream.flush()
            stream.read(stream.unread)
        stream.start_turn(384, (BASS,))
    assert_same(late, early)
    other = fresh_stream(exact)
    other.append_events(EVENTS)
    other.start_turn(384, (PIANO,))
    assert np.abs(other.logits.events - late.logits.events).max() > 1e-3


@pytest.mark.parametrize("tick", [0, 23, 24, 100, 216, 223, 230, 999])
def test_a_retraction_leaves_the_events_up_to_its_tick(exact: Artefact, tick: int) -> None:
    stream = played(exact, EVENTS, 260)
    stream.read(stream.unread)
    stream.retract(tick)
    happened = tuple(event for event in EVENTS if event.tick <= tick)
    last = max(event.tick for event in happened)
    assert_same(stream, played(exact, happened, last))


@pytest.mark.parametrize("since", [1, 24, 100, 220])
def test_inserted_events_are_at_their_ticks(exact: Artefact, since: int) -> None:
    more = Onset(since, PIANO, 72, 80), Release(since + 3, PIANO, 72)
    stream = played(exact, EVENTS, 260)
    stream.insert_events(more, 230, 240)
    kept_events = [event for event in EVENTS if event.tick <= 230]
    both = tuple(sorted([*kept_events, *more], key=lambda event: event.tick))
    assert_same(stream, played(exact, both, 240))


def test_the_frame_is_never_retracted(exact: Artefact) -> None:
    stream = fresh_stream(exact)
    stream.append_events(EVENTS[:2])
    stream.retract(-1)
    assert stream.tokens == FRAME


def test_after_decided_tokens_the_player_continues_from_the_sounding_notes(exact: Artefact) -> None:
    """The encoder has the sounding notes though it did not encode them."""
    stream = played(exact, EVENTS[:3], 48)
    stream.append(v.on_id(BASS, 40, 3))
    stream.append(v.wait_id(12))
    stream.append_events((Onset(70, PIANO, 64, 72), Release(80, BASS, 40)))  # both sound
    stream.flush(80)
    spelt = [v.token_of(token) for token in stream.tokens[-5:]]
    assert [token.kind for token in spelt] == [
        v.Kind.WAIT, v.Kind.OFF, v.Kind.ON, v.Kind.WAIT, v.Kind.OFF,
    ]  # fmt: skip


def test_a_long_stream_keeps_its_last_tokens_and_can_still_go_back(exact: Artefact) -> None:
    stream = fresh_stream(exact)
    for index in range(1200):
        stream.append_events((Onset(6 * index, PIANO, 60, 72), Release(6 * index + 4, PIANO, 60)))
        stream.read(16)
    stream.flush()
    assert 256 <= len(stream.tokens) <= 256 + 256 // 4 + 64
    before = stream.tokens
    stream.retract(6 * 1190)
    assert stream.tokens == before[: len(stream.tokens)]
    assert np.isfinite(stream.logits.events).all()
    assert stream.unread == 0


def long_stream(artefact: Artefact) -> Stream:
    """Return a stream of more notes than it keeps."""
    stream = fresh_stream(artefact)
    for place in range(600):
        pitch = 40 + place % 40
        stream.append_events(
            (Onset(24 * place, PIANO, pitch, 72), Release(24 * place + 12, PIANO, pitch))
        )
    return stream


def test_a_retraction_of_more_than_is_kept_leaves_the_oldest_tokens(exact: Artefact) -> None:
    """A loop may be longer than what is kept, and a new clock counts from 0."""
    stream = long_stream(exact)
    before = stream.tokens
    stream.retract(0)
    assert stream.tokens == before[: len(stream.tokens)]
    assert len(stream.tokens) < 4
    assert np.isfinite(stream.logits.events).all()


def test_events_older_than_what_is_kept_come_after_the_oldest_tokens(exact: Artefact) -> None:
    stream = long_stream(exact)
    before = stream.tokens
    stream.insert_events((Onset(5, BASS, 40, 80),), 24 * 600)
    [bass] = v.parse_tokens("bass:v80:E2")
    place = stream.tokens.index(bass)
    assert place < 8
    assert len(stream.tokens) - len(before) < 8
    assert stream.tick >= 24 * 599
    assert np.isfinite(stream.logits.events).all()


def test_tokens_that_the_cache_has_dropped_are_read_again(exact: Artefact) -> None:
    """The retraction goes back beyond the half of the cache that a slide keeps."""
    stream = fresh_stream(exact)
    for index in range(200):
        stream.append_events((Onset(6 * index, PIANO, 60, 72), Release(6 * index + 4, PIANO, 60)))
        stream.read(16)
    stream.retract(6 * 150)
    assert stream.unread > 64
    assert np.isfinite(stream.logits.events).all()
    assert stream.unread == 0


def test_a_slide_keeps_the_frame_and_the_onsets_of_sounding_notes(exact: Artefact) -> None:
    """The network reads what is in the cache: a stream of just those tokens gives the same."""
    stream = fresh_stream(exact)
    stream.append_events((Onset(0, BASS, 40, 72), Onset(3, PIANO, 72, 72), Onset(3, PIANO, 75, 72)))
    for index in range(400):
        tick = 6 * index + 6
        stream.append_events((Onset(tick, PIANO, 60, 72), Release(tick + 4, PIANO, 60)))
        if index == 200:
            stream.append_events((Release(tick + 5, PIANO, 75),))
        stream.read(16)
    stream.flush()
    stream.read(stream.unread)
    early = [token for _, token in stream._early]  # noqa: SLF001 - the cache's front
    kept = [v.token_of(token) for token in early if token not in FRAME]
    assert early[: len(FRAME)] == FRAME
    assert [(token.instrument, token.pitch) for token in kept] == [(BASS, 40), (PIANO, 72)]
    assert stream.state.grammar.sounding == (v.off_id(PIANO, 72), v.off_id(BASS, 40))


def test_after_much_at_once_the_frame_is_still_in_front(exact: Artefact) -> None:
    stream = fresh_stream(exact)
    for index in range(200):
        stream.append_events((Onset(6 * index, PIANO, 60, 72), Release(6 * index + 4, PIANO, 60)))
    stream.start_turn(1300, (BASS,))
    assert stream.unread == 128
    assert [token for _, token in stream._early] == FRAME  # noqa: SLF001 - the cache's front
    plain = fresh_stream(exact)
    plain.read(plain.unread)
    assert np.isfinite(stream.logits.events).all()


def test_a_stream_returns_to_a_mark_with_the_same_logits(exact: Artefact) -> None:
    stream = played(exact, EVENTS, 260)
    logits = stream.logits.events.copy()
    mark = stream.mark()
    for token in (v.on_id(BASS, 40, 3), v.wait_id(12)) * 200:
        stream.append(token)
        stream.read(8)
    stream.return_to(mark)
    np.testing.assert_allclose(stream.logits.events, logits, atol=1e-3)


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_cached_tokens_can_be_retracted(exact: Artefact, kept: int) -> None:
    ours = (v.on_id(BASS, 40, 3), v.wait_id(12), v.off_id(BASS, 40))
    decoder = Decoder(exact, device="cpu", capacity=256)
    stream = Stream(decoder)
    stream.reset(FRAME)
    stream.append_events(EVENTS)
    stream.start_turn(384, (BASS,))
    stream.read(stream.unread)
    state = stream.state.copy()
    rows = [state.push(token) for token in ours]  # the rows that a fork would have fed
    decoder.feed(ours[:2], np.array(rows[:2]))
    stream.append_cached(ours)
    stream.confirm_all()
    stream.retract((383, 384, 395, 396)[kept])
    plain = fresh_stream(exact)
    plain.append_events(EVENTS)
    if kept:
        plain.start_turn(384, (BASS,))
        for token in ours[: (1, 1, 1, 3)[kept]]:
            plain.append(token)
    else:
        plain.flush()
    assert_same(stream, plain)


def test_after_a_reset_it_is_empty(fresh: Callable[[], Decoder]) -> None:
    stream = Stream(fresh())
    stream.append_events(EVENTS)
    stream.reset(())
    assert (stream.tokens, stream.tick, stream.unread) == ([], 0, 0)
