"""Drawing trials from held-out pieces."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bridge.midi.instruments import Instrument
from bridge.midi.notes import Score
from export.evaluation.trials import BAND, FREE, SOLO, draw_trials
from model.data import Corpus
from model.evaluation.pulse import is_same, pulse_of

BAR = 192
PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
Songs = Callable[..., Score]
Corpora = Callable[..., Corpus]


def test_trials_are_bands_and_solos_of_different_tunes(song: Songs, corpus_of: Corpora) -> None:
    band = song(PIANO, BASS, DRUMS)
    corpus = corpus_of(
        ("one", "a", band),
        ("same tune", "a", band),
        ("duet", "b", song(PIANO, BASS)),
        ("short", "c", song(PIANO, BASS, DRUMS, bars=10)),
        ("alone", "d", song(PIANO)),
        ("two", "e", band),
        ("three", "f", band),
    )
    trials = draw_trials(corpus, {BAND: 2, SOLO: 2})
    assert [(trial.name, trial.kind) for trial in trials] == [
        ("one", BAND),
        ("alone", SOLO),
        ("two", BAND),
    ]


def test_a_trial_has_eight_bars_and_the_true_eight_after_them(
    song: Songs, corpus_of: Corpora
) -> None:
    (trial,) = draw_trials(corpus_of(("one", "a", song(PIANO, BASS, DRUMS))), {BAND: 1})
    assert (trial.span.begin, trial.span.end) == (8 * BAR, 16 * BAR)
    assert trial.instruments == (PIANO, BASS, DRUMS)
    assert len(trial.prompt.notes) == len(trial.truth) == 8 * 4 * 3
    assert trial.prompt.end_ticks <= trial.span.begin
    assert min(note.onset_ticks for note in trial.truth) == trial.span.begin
    assert not trial.excerpt(trial.truth).is_free


def test_trials_in_free_time_take_what_bands_and_solos_leave(
    song: Songs, corpus_of: Corpora
) -> None:
    corpus = corpus_of(*((name, name, song(PIANO)) for name in "abc"))
    with_free = draw_trials(corpus, {SOLO: 1, FREE: 5})
    assert [(trial.name, trial.kind) for trial in with_free] == [
        ("a", SOLO),
        ("b", FREE),
        ("c", FREE),
    ]
    assert draw_trials(corpus, {SOLO: 1}) == with_free[:1]


@pytest.fixture
def free_corpus(song: Songs, corpus_of: Corpora) -> Corpus:
    """Return a corpus with a performance and a piece on a grid."""
    performance = replace(song(PIANO), tempos=(), metres=(), grid=False)
    return corpus_of(("played", "a", performance), ("stretched", "b", song(PIANO)))


def test_a_trial_in_free_time_has_16_seconds_and_no_bars(free_corpus: Corpus) -> None:
    trials = draw_trials(free_corpus, {FREE: 2})
    assert draw_trials(free_corpus, {FREE: 2}) == trials
    for trial in trials:
        assert not trial.prompt.grid
        assert (trial.span.begin, trial.span.end) == (16 * 96, 32 * 96)
        assert trial.prompt.end_ticks <= trial.span.begin
        excerpt = trial.excerpt(trial.truth)
        assert excerpt.is_free
        assert trial.prompt_excerpt().is_free
        assert (excerpt.begin_tick, excerpt.end_tick) == (trial.span.begin, trial.span.end)


def test_a_performance_stays_and_a_piece_on_a_grid_is_stretched(free_corpus: Corpus) -> None:
    played, stretched = draw_trials(free_corpus, {FREE: 2})
    steps = {
        after.onset_ticks - before.onset_ticks
        for before, after in zip(played.truth, played.truth[1:], strict=False)
    }
    assert steps == {48}
    own, true = (
        pulse_of(notes, begin, begin + 1536)
        for notes, begin in ((stretched.prompt.notes, 0), (stretched.truth, 1536))
    )
    assert is_same(own.period, true.period)
    assert own.period != 48
