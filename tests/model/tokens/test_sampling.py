"""Grammar, requested instruments and sampling."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.midi.instruments import Instrument
from model.tokens import sampling, tokenizer
from model.tokens import vocabulary as v
from model.tokens.sampling import (
    MAX_ENTRY_BIAS,
    EntryBias,
    Grammar,
    SamplingParams,
    sample_index,
    sample_token,
)

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


def test_a_note_that_is_too_long_is_ended() -> None:
    grammar = grammar_after("piano:v80:C4 " + "wait:192 " * 2)
    assert np.flatnonzero(grammar.mask()).tolist() == [C4_OFF]


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
    tokens += grammar.sounding if tokens[-1] < sampling.FIRST_NOTE_EVENT else ()
    score = tokenizer.decode(tokens)
    assert len(score.notes) > 100
    assert {note.instrument for note in score.notes} == set(requested)
    assert tokenizer.normal_form(score) == score


def test_greedy_is_the_likeliest() -> None:
    logits = np.array([0.1, 2.0, 1.9], np.float32)
    assert sample_index(logits, SamplingParams(temperature=0), np.random.default_rng(0)) == 1


def frequencies(
    logits: NDArray[np.float32], params: SamplingParams, count: int = 20_000
) -> NDArray[np.float64]:
    rng = np.random.default_rng(1)
    hits = np.bincount(
        [sample_index(logits, params, rng) for _ in range(count)], minlength=len(logits)
    )
    return hits / count


def test_frequencies_are_the_probabilities() -> None:
    probabilities = np.array([0.5, 0.3, 0.15, 0.05])
    logits = np.log(probabilities).astype(np.float32)
    # 20,000 draws: a deviation of 0.015 is over four standard deviations, odds under 1 in 10,000.
    assert np.abs(frequencies(logits, SamplingParams(top_p=1.0)) - probabilities).max() < 0.015
    sharp = probabilities**2 / (probabilities**2).sum()
    assert (
        np.abs(frequencies(logits, SamplingParams(temperature=0.5, top_p=1.0)) - sharp).max()
        < 0.015
    )


def test_the_tail_is_cut() -> None:
    logits = np.log(np.array([0.05, 0.5, 0.15, 0.3])).astype(np.float32)
    assert (frequencies(logits, SamplingParams(top_p=0.7), 500) > 0).tolist() == [
        False,
        True,
        False,
        True,
    ]
    cut = SamplingParams(top_p=1.0, min_p=0.29)
    assert (frequencies(logits, cut, 500) > 0).tolist() == [False, True, True, True]


def test_a_masked_event_is_never_drawn() -> None:
    logits = np.zeros(4, np.float32)
    logits[2] = -np.inf
    assert frequencies(logits, SamplingParams(top_p=1.0), 500)[2] == 0


def test_an_instrument_that_rests_while_others_play_is_favoured() -> None:
    bass, piano = v.on_event(Instrument.BASS, 36), v.on_event(Instrument.PIANO, 60)
    bias = EntryBias((Instrument.PIANO, Instrument.BASS), 0)
    assert not bias.bias(960).any()  # no instrument plays
    bias.push(v.token_id(piano, 8), 24)
    assert bias.bias(48)[bass] == 0
    assert bias.bias(120)[bass] == 1.5
    assert bias.bias(9600)[bass] == MAX_ENTRY_BIAS
    gained = bias.bias(120)
    assert gained[piano] == 0
    assert not gained[: v.FIRST_ON].any()
    bias.push(v.token_id(bass, 8), 120)
    assert bias.bias(130)[bass] == 0


def test_a_single_instrument_is_not_favoured() -> None:
    assert not EntryBias((Instrument.PIANO,), 0).bias(960).any()


def test_on_a_grid_notes_begin_there_and_end_anywhere() -> None:
    grid = sampling.detect_grid([0, 12, 24, 36, 48, 64, 80, 96])
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


def test_free_playing_has_no_grid() -> None:
    assert sampling.detect_grid([0, 13, 25, 38, 47, 61]) is None
    assert sampling.detect_grid([]) is None
    assert sampling.detect_grid([47, 11, 25, 38, 47, 18]) is None


def test_onsets_near_the_grid_are_on_it() -> None:
    grid = frozenset({0, 12, 16, 24, 32, 36})
    assert sampling.detect_grid([47, 11, 25, 38, 47, 34], tolerance_ticks=2) == grid
    assert sampling.detect_grid([44, 8, 28, 41, 5, 20], tolerance_ticks=2) is None
    thirty_seconds = frozenset({0, 6, 12, 16, 18, 24, 30, 32, 36, 42})
    assert sampling.detect_grid([0, 6, 12, 18, 24]) == thirty_seconds


def test_a_required_onset_off_the_grid_waits_for_the_next_line() -> None:
    grammar = Grammar()
    grammar.set_grid(sampling.detect_grid([0, 12, 24]))
    for token in (v.START, v.CLOCK_GRID, *v.parse_tokens("piano:v64:C4 wait:37")):
        grammar.push(token)
    (only,) = np.flatnonzero(grammar.mask(require_onset=True))
    assert only == v.wait_id(11)
    grammar.push(int(only))
    begins = np.flatnonzero(grammar.mask(require_onset=True))
    assert (v.EVENT_KIND[begins] == v.Kind.ON).all()


def test_a_tick_with_too_many_events_has_to_end() -> None:
    grammar = Grammar()
    events = [
        v.on_id(Instrument.PIANO, pitch, 8)
        for pitch in range(30, 30 + sampling.MAX_EVENTS_PER_TICK)
    ]
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
    grammar.set_grid(sampling.detect_grid([0, 12, 24]))
    grammar.rest_until(30)
    waits = v.EVENT_VALUE[np.flatnonzero(grammar.mask())]
    assert waits.min() == 32
    assert 33 not in waits


def probabilities(logits: np.ndarray) -> np.ndarray:
    mass = np.exp(logits - logits.max())
    shares: np.ndarray = mass / mass.sum()
    return shares


def expected(rest_ticks: int, held_ticks: int = 0) -> tuple[float, float, float, float]:
    """Return the probability of a wait, of the others, of our onsets and of our releases."""
    events = np.random.default_rng(0).normal(size=v.EVENT_COUNT).astype(np.float32)
    others = v.EVENT_INSTRUMENT == Instrument.PIANO
    events[others & (v.EVENT_KIND == v.Kind.ON)] += 6
    ours = sampling.event_mask([Instrument.BASS])
    beside = probabilities(sampling.redistribute_others(events, ours, rest_ticks, held_ticks))
    on, off = (kind == v.EVENT_KIND for kind in (v.Kind.ON, v.Kind.OFF))
    parts = (v.EVENT_KIND == v.Kind.WAIT, others, ours & on, ours & off)
    wait, theirs, onsets, releases = (float(beside[part].sum()) for part in parts)
    return wait, theirs, onsets, releases


def test_events_expected_of_others_become_waits() -> None:
    wait, _, onsets, _ = expected(rest_ticks=0)
    assert wait > 20 * onsets


def test_a_longer_rest_makes_an_onset_likelier() -> None:
    shares = []
    for quarters in (0, 1, 2, 4, 40):
        wait, _, onsets, _ = expected(48 * quarters)
        shares.append(onsets / (onsets + wait))
    assert shares == sorted(shares)
    assert shares[1] > 0.1
    assert shares[-2] == pytest.approx(0.6, abs=0.05)
    assert shares[-1] == pytest.approx(shares[-2])


def test_a_note_in_the_future_counts_as_no_rest() -> None:
    assert expected(rest_ticks=-400) == expected(rest_ticks=0)


def test_a_longer_held_note_makes_a_release_likelier() -> None:
    assert expected(0, held_ticks=192)[3] > 2 * expected(0, held_ticks=0)[3]


def test_the_longest_held_note_is_measured() -> None:
    grammar = Grammar()
    assert grammar.longest_held_ticks == 0
    for token in v.parse_tokens("piano:v64:C4 wait:10 piano:v64:E4 wait:5"):
        grammar.push(token)
    assert grammar.longest_held_ticks == 15
    grammar.set_held_offs([v.off_id(Instrument.PIANO, 60)])
    assert grammar.longest_held_ticks == 5
