"""A log after any changes equals a fresh log of the same tokens, and keeps enough of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.midi.instruments import Instrument
from export.runtime.token_log import TokenLog
from model.tokens import vocabulary as v

TOKENS = v.parse_tokens(
    "start clock:grid tempo:120 metre:4/4 metre:3/4 wait:1 wait:47 wait:192 "
    "piano:v80:C4 piano:v0:C4 piano:v64:E4 bass:v64:C2 bass:v0:C2 drums:v96:C2"
)
BAND = frozenset({Instrument.PIANO, Instrument.BASS})
END_TICK = 5000

phrases = st.builds(
    lambda tokens, times: tokens * times,
    st.lists(st.sampled_from(TOKENS), min_size=1, max_size=12),
    st.integers(1, 20),
)


def log_of(tokens: list[int], remembered: int) -> TokenLog:
    log = TokenLog(remembered)
    for token in tokens:
        log.append(token, BAND, END_TICK)
    return log


def assert_same(log: TokenLog, fresh: TokenLog, kept_from: int) -> None:
    """Compare two logs from an index on that both keep."""
    assert len(log) == len(fresh)
    assert log.entries(kept_from) == fresh.entries(kept_from)
    assert log.state.tick == fresh.state.tick
    assert log.state.grammar.sounding == fresh.state.grammar.sounding
    np.testing.assert_array_equal(log.state.grammar.mask(), fresh.state.grammar.mask())
    for token in TOKENS:  # musical time, by its effect on the next token
        assert log.state.copy().push(token) == fresh.state.copy().push(token)
    assert log.length_at(log.state.tick) == len(log)
    for entry in fresh.entries(kept_from):
        assert log.length_at(entry.tick) == fresh.length_at(entry.tick)
        assert log.since(entry.tick + 1) == fresh.since(entry.tick + 1)


@given(st.lists(st.tuples(phrases, st.floats(0, 1)), max_size=6), st.integers(1, 130))
def test_appending_and_truncating_equals_a_fresh_log(
    changes: list[tuple[list[int], float]], remembered: int
) -> None:
    log, tokens, longest = TokenLog(remembered), list[int](), 0
    for phrase, share in changes:
        for token in phrase:
            log.append(token, BAND, END_TICK)
        tokens += phrase
        longest = max(longest, len(tokens))
        least = max(1, longest - remembered + 1)
        length = least + round(share * (len(tokens) - least))
        log.truncate(length)
        del tokens[length:]
        fresh = log_of(tokens, remembered=1_000_000)
        assert_same(log, fresh, kept_from=max(0, longest - remembered))


@given(phrases, st.integers(1, 130), st.integers(1, 4))
def test_old_tokens_are_dropped_and_enough_are_kept(
    phrase: list[int], remembered: int, times: int
) -> None:
    tokens = phrase * times
    log = log_of(tokens, remembered)
    assert len(log) == len(tokens)
    kept = [entry.token for entry in log.entries()]
    assert min(remembered, len(tokens)) <= len(kept) <= 2 * (remembered + 64)
    assert kept == tokens[-len(kept) :]


def test_an_entry_has_the_tick_that_it_reaches() -> None:
    log = log_of(v.parse_tokens("wait:10 piano:v80:C4 wait:5 piano:v0:C4"), remembered=64)
    assert [entry.tick for entry in log.entries()] == [10, 10, 15, 15]
    assert log.since(11) == [(15, v.off_id(Instrument.PIANO, 60))]
    assert (log.length_at(9), log.length_at(10), log.length_at(14)) == (0, 2, 2)


def test_waits_at_the_end_can_be_left_out() -> None:
    log = log_of(v.parse_tokens("start piano:v80:C4 wait:192 wait:5"), remembered=64)
    assert log.without_waits(4, least=1) == 2
    assert log.without_waits(4, least=3) == 3
    assert log.without_waits(2, least=1) == 2


def test_a_dropped_token_cannot_be_reached_by_truncating() -> None:
    log = log_of([v.wait_id(1)] * 1000, remembered=64)
    for length in (0, 1, 800):
        with pytest.raises(AssertionError):
            log.truncate(length)
    log.truncate(1000 - 63)
    assert len(log) == 937


@pytest.mark.parametrize("tick", [0, 1, 700])
def test_a_tick_that_is_forgotten_is_at_the_oldest_token(tick: int) -> None:
    log = log_of(TOKENS[:4] + TOKENS[5:8] * 200, 100)
    assert log.oldest_tick > 700
    assert log.length_at(tick) == log.shortest == log.without_waits(log.shortest, 4)
    kept = log.since(log.oldest_tick)
    log.truncate(log.length_at(tick))
    assert len(log) == log.shortest
    assert log.since(log.oldest_tick) == []
    assert kept == []  # waits are no events
