"""Masses of a network that is told the truth, and of one that reads its own output."""

from collections.abc import Callable

import numpy as np
import pytest

from bridge.messages.settings import Settings
from bridge.midi.instruments import Instrument
from bridge.midi.notes import Score
from export.evaluation.forcing import FORCED, RUNNING, forced_and_running, true_tokens
from export.evaluation.trials import BAND, FREE, SOLO, Trial, draw_trials
from export.runtime.artefact import Artefact
from export.runtime.decoder import Decoder
from export.sketch.continuation import Continuation
from export.sketch.prompt import Prompt, truncate_note
from model.data import Corpus
from model.decoding.grammar import multi_hot
from model.decoding.policy import DEFAULT_RULES, NO_RULES
from model.decoding.state import StreamState
from model.evaluation.masses import ClassMasses
from model.tokens import tokenizer
from model.tokens import vocabulary as v

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS


@pytest.fixture
def trials(song: Callable[..., Score], corpus_of: Callable[..., Corpus]) -> dict[str, Trial]:
    corpus = corpus_of(
        ("one", "a", song(PIANO, BASS, DRUMS)),
        ("two", "b", song(PIANO)),
        ("three", "c", song(BASS)),
    )
    return {each.kind: each for each in draw_trials(corpus, {BAND: 1, SOLO: 1, FREE: 1})}


@pytest.mark.parametrize("kind", [BAND, SOLO, FREE])
def test_the_true_tokens_continue_those_of_the_prompt(trials: dict[str, Trial], kind: str) -> None:
    trial = trials[kind]
    prompt = tokenizer.encode(trial.prompt, end=False)
    gap = trial.span.begin - StreamState.after(prompt).tick
    score = tokenizer.decode([*prompt, *v.wait_ids(gap), *true_tokens(trial)])
    expected = [truncate_note(note, trial.span.end) for note in trial.truth]
    assert [n for n in score.notes if n.onset_ticks >= trial.span.begin] == expected


def test_forced_masses_are_those_of_one_pass_over_the_music(
    exact: Artefact, trials: dict[str, Trial]
) -> None:
    """The slow version: all tokens from the start, the network's output after each."""
    trial, decoder = trials[SOLO], Decoder(exact, device="cpu", threads=1)
    masses = forced_and_running(exact, decoder, trial, Settings(seed=1), DEFAULT_RULES)[FORCED]
    prompt = tokenizer.encode(trial.prompt, end=False)
    prompt += v.wait_ids(trial.span.begin - StreamState.after(prompt).tick)
    slow, state, expected = Decoder(exact, device="cpu", threads=1), StreamState(), ClassMasses()
    state.grammar.set_instruments(trial.instruments)
    slow.set_allowed(np.zeros(14, np.float32))
    slow.set_style(exact.blend({}, 1.0))
    logits, following = None, [*prompt, *true_tokens(trial)]
    for place, token in enumerate(following):
        if place >= len(prompt) and state.tick < trial.span.end:
            assert logits is not None
            event, pitches = v.event_of(token), state.harmony.pitches
            expected.add(logits.events, state.grammar.mask(), pitches, event)
        if place == len(prompt) - 1:  # the wait for the turn is read with its instruments
            slow.set_allowed(multi_hot(trial.instruments))
        logits = slow.feed([token], np.array([state.push(token)], np.int64))
    assert masses.tokens == expected.tokens > 50
    assert masses.shares() == pytest.approx(expected.shares(), nan_ok=True)
    assert masses.masses() == pytest.approx(expected.masses(), abs=2e-3, nan_ok=True)


def test_running_masses_are_of_the_tokens_that_are_played(
    exact: Artefact, trials: dict[str, Trial]
) -> None:
    trial, decoder, settings = trials[SOLO], Decoder(exact, device="cpu"), Settings(seed=3)
    masses = forced_and_running(exact, decoder, trial, settings, NO_RULES)[RUNNING]
    growing = Continuation(
        Prompt(exact, decoder, trial.prompt, trial.span, settings), settings, NO_RULES
    )
    while not growing.done:
        growing.step()
    onsets = masses.shares()["other onsets"] * masses.tokens
    assert len(growing.notes()) > 10
    assert onsets == pytest.approx(len(growing.notes()))


def test_instruments_that_do_not_play_have_no_mass(
    exact: Artefact, trials: dict[str, Trial]
) -> None:
    decoder = Decoder(exact, device="cpu")
    for masses in forced_and_running(
        exact, decoder, trials[FREE], Settings(seed=1), DEFAULT_RULES
    ).values():
        found = masses.masses()
        assert found["drum onsets"] == found["other onsets"] == 0
        assert found["bass onsets"] > 0
        assert sum(found[name] for name in found if name != "clashing") == pytest.approx(1)
