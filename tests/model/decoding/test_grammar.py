"""The grammar of a stream: which events may come next."""

import numpy as np
import pytest

from bridge.midi.instruments import Instrument
from model.decoding.grammar import FIRST_NOTE_EVENT, MAX_EVENTS_PER_TICK, Grammar
from model.decoding.grid import detect_grid
from model.decoding.sampling import SamplingParams, sample_token
from model.tokens import tokenizer
from model.tokens import vocabulary as v

C4_ON = v.on_event(Instrument.PIANO, 60)
C4_OFF = v.off_id(Instrument.PIANO, 60)
VELOCITIES = np.zeros((len(Instrument), v.VELOCITY_LEVELS), np.float32)


def grammar_after(words: str, grammar: Grammar | None = None) -> Grammar:
    grammar = grammar or Grammar()
    for token in v.parse_tokens(words):
        grammar.push(token)
    return grammar


def test_only_sounding_notes_end_and_they_do_not_begin_again() -> None:
    silent = Grammar().mask()
    assert silent[C4_ON]
    assert not silent[C4_OFF]
    sounding = grammar_after("piano:v80:C4 wait:1").mask()
    assert sounding[C4_OFF]
    assert not sounding[C4_ON]


def test_a_drum_has_no_release_and_one_hit_a_tick() -> None:
    kick = v.on_event(Instrument.DRUMS, 36)
    assert not grammar_after("drums:v80:C2").mask()[kick]
    assert grammar_after("drums:v80:C2 wait:1").mask()[kick]


def test_events_of_a_tick_are_in_rising_order() -> None:
    mask = grammar_after("piano:v80:E4").mask()
    assert not mask[C4_ON]
    assert mask[v.on_event(Instrument.PIANO, 65)]


def test_the_frame_never_changes_by_itself() -> None:
    mask = Grammar(allow_end=True).mask()
    assert np.flatnonzero(mask[: v.FIRST_WAIT]).tolist() == [v.END]
    assert not Grammar().mask()[v.END]
    assert not grammar_after("piano:v80:C4", Grammar(allow_end=True)).mask()[v.END]


def test_a_required_onset_allows_note_ons_only() -> None:
    mask = Grammar((Instrument.BASS,)).mask(require_onset=True)
    assert mask.any()
    assert not mask[: v.FIRST_ON].any()


def test_a_copy_is_independent() -> None:
    grammar = grammar_after("piano:v80:C4 wait:1")
    other = grammar.copy()
    other.push(C4_OFF)
    assert grammar.sounding == (C4_OFF,)
    assert other.sounding == ()


@pytest.mark.parametrize("seed", range(3))
def test_any_sampled_stream_is_a_normal_form_in_the_requested_instruments(seed: int) -> None:
    rng = np.random.default_rng(seed)
    requested = (Instrument.PIANO, Instrument.DRUMS)
    grammar = Grammar(requested)
    tokens = [v.START, v.CLOCK_FREE]
    for _ in range(3000):
        logits = rng.normal(0, 2, v.EVENT_COUNT).astype(np.float32)
        token = sample_token(logits, VELOCITIES, grammar.mask(), SamplingParams(top_p=1.0), rng)
        grammar.push(token)
        tokens.append(token)
    tokens += grammar.sounding if tokens[-1] < FIRST_NOTE_EVENT else ()
    score = tokenizer.decode(tokens)
    assert len(score.notes) > 100
    assert {note.instrument for note in score.notes} == set(requested)
    assert tokenizer.normal_form(score) == score


def test_on_a_grid_notes_begin_there_and_end_anywhere() -> None:
    grid = detect_grid([0, 12, 24, 36, 48, 64, 80, 96])
    assert grid == frozenset({0, 12, 16, 24, 32, 36})
    grammar = Grammar()
    grammar.set_grid(grid)
    rng = np.random.default_rng(0)
    begun: set[int] = set()
    ended: set[int] = set()
    tick = 0
    for token in (v.START, v.CLOCK_GRID):
        grammar.push(token)
    for _ in range(4000):
        event = int(rng.choice(np.flatnonzero(grammar.mask())))
        kind = v.EVENT_KIND[event]
        if kind == v.Kind.WAIT:
            tick += int(v.EVENT_VALUE[event])
        (begun if kind == v.Kind.ON else ended).add(tick % 48)
        grammar.push(event if event < v.FIRST_ON else v.token_id(event, 8))
    assert begun == grid
    assert len(ended) == 48


def test_a_required_onset_off_the_grid_waits_for_the_next_line() -> None:
    grammar = Grammar()
    grammar.set_grid(detect_grid([0, 12, 24]))
    for token in (v.START, v.CLOCK_GRID, *v.parse_tokens("piano:v64:C4 wait:37")):
        grammar.push(token)
    (only,) = np.flatnonzero(grammar.mask(require_onset=True))
    assert only == v.wait_id(11)
    grammar.push(int(only))
    begins = np.flatnonzero(grammar.mask(require_onset=True))
    assert (v.EVENT_KIND[begins] == v.Kind.ON).all()


def test_a_tick_with_too_many_events_has_to_end() -> None:
    grammar = Grammar()
    events = [v.on_id(Instrument.PIANO, pitch, 8) for pitch in range(30, 30 + MAX_EVENTS_PER_TICK)]
    for token in (v.START, v.CLOCK_FREE, *events[:-1]):
        grammar.push(token)
    assert grammar.mask()[v.FIRST_ON :].any()
    grammar.push(events[-1])
    for require_onset in (False, True):
        left = np.flatnonzero(grammar.mask(require_onset=require_onset))
        assert (v.EVENT_KIND[left] == v.Kind.WAIT).all()
    grammar.push(v.wait_id(1))
    assert grammar.mask()[v.FIRST_ON :].any()


def test_a_rest_until_a_tick_is_one_wait() -> None:
    """A wait is never split: an event follows it."""
    grammar = Grammar()
    for token in (v.START, v.CLOCK_GRID, *v.parse_tokens("piano:v64:C4 wait:10")):
        grammar.push(token)
    grammar.rest_until(40)
    allowed = np.flatnonzero(grammar.mask(require_onset=True))
    assert (v.EVENT_KIND[allowed] == v.Kind.WAIT).all()
    assert v.EVENT_VALUE[allowed].min() == 30
    grammar.push(v.wait_id(30))
    assert (v.EVENT_KIND[np.flatnonzero(grammar.mask())] == v.Kind.OFF).any()


def test_a_rest_longer_than_any_wait_begins_with_the_longest() -> None:
    grammar = Grammar()
    grammar.rest_until(1000)
    (only,) = np.flatnonzero(grammar.mask())
    assert only == v.wait_id(v.MAX_WAIT_TICKS)


def test_a_rest_ends_on_the_grid_if_there_is_one() -> None:
    grammar = Grammar()
    grammar.set_grid(detect_grid([0, 12, 24]))
    grammar.rest_until(30)
    waits = v.EVENT_VALUE[np.flatnonzero(grammar.mask())]
    assert waits.min() == 32
    assert 33 not in waits


def test_the_ages_of_notes_that_are_not_held_are_known() -> None:
    grammar = grammar_after("piano:v64:C4 wait:10 piano:v64:E4 wait:5")
    assert grammar.pending_ages == {C4_OFF: 15, v.off_id(Instrument.PIANO, 64): 5}
    grammar.set_held_offs([C4_OFF])
    assert grammar.pending_ages == {v.off_id(Instrument.PIANO, 64): 5}


def test_a_release_may_come_anywhere_in_its_tick_but_not_at_once() -> None:
    grammar = grammar_after("piano:v64:C4 wait:10 piano:v64:E4 drums:v64:C2")
    mask = grammar.mask()
    assert mask[C4_OFF]
    assert not mask[v.off_id(Instrument.PIANO, 64)]
