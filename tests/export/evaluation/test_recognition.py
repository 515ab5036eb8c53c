"""A judge learns styles from pieces, and also hears a part of a band."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note, Score
from export.evaluation.recognition import BARS, Examples, Judge, excerpts_of, label_of, thinned
from model.data import Corpus

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
STYLES = ("pop", "jazz")


@pytest.fixture
def corpus(corpus_of: Callable[..., Corpus], song: Callable[..., Score]) -> Corpus:
    """Return six pop bands, and six pieces of jazz whose notes swing."""

    def swung(score: Score) -> Score:
        notes = [
            replace(n, onset_ticks=n.onset_ticks + 32, release_ticks=n.release_ticks + 32)
            for n in score.notes
        ]
        return replace(score, notes=tuple(notes))

    band = song(PIANO, BASS, DRUMS)
    songs = [(f"{n}", f"{n}", swung(band) if n % 2 else band) for n in range(12)]
    corpus = corpus_of(*songs)
    pieces = [
        replace(piece, labels=("jazz", "1950s") if n % 2 else ("pop",))
        for n, piece in enumerate(corpus.pieces)
    ]
    return replace(corpus, pieces=tuple(pieces))


def test_a_piece_of_two_styles_has_none(corpus: Corpus) -> None:
    piece = corpus.pieces[1]
    assert label_of(piece, STYLES) == "jazz"
    assert label_of(piece, ("jazz", "1950s")) is None
    assert label_of(piece, ("rock",)) is None


def test_excerpts_are_spread_over_a_piece(song: Callable[..., Score]) -> None:
    ticks = BARS * 192
    assert [begin for _, begin in excerpts_of(song(PIANO), 2)] == [0, 2 * ticks]
    assert [begin for _, begin in excerpts_of(song(PIANO, bars=9), 3)] == [0]
    assert not list(excerpts_of(song(PIANO, bars=7), 3))
    notes, begin = list(excerpts_of(song(PIANO), 2))[1]
    assert all(begin <= note.onset_ticks < begin + ticks for note in notes)


def test_a_piece_in_free_time_has_no_excerpts(song: Callable[..., Score]) -> None:
    assert not list(excerpts_of(replace(song(PIANO), grid=False)))


def test_a_band_is_thinned_to_its_busiest_instrument() -> None:
    notes = [Note(n, kind, 40, n + 10, 80) for n, kind in enumerate((PIANO, DRUMS, BASS, PIANO))]
    kinds = [{note.instrument for note in some} for some in thinned(notes)]
    assert kinds == [{PIANO, BASS}, {PIANO}]
    assert not list(thinned(notes[:1]))
    assert not list(thinned(notes[1:2]))


def test_a_judge_recognises_what_it_has_learnt(corpus: Corpus) -> None:
    examples = Examples.of(corpus, STYLES, pieces=4)
    assert len(examples.rows) == 2 * 4 * 3 * 3
    judge = Judge(examples.where(examples.complete))
    assert set(judge.styles) == set(STYLES)
    assert judge.recalls(Examples.of(corpus, STYLES)) == {"pop": 1.0, "jazz": 1.0}
    found = judge.probabilities(examples.rows)
    np.testing.assert_allclose(found.sum(1), 1)
