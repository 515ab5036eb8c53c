"""A line is the highest notes of an instrument; n-grams are the same in any key and tempo."""

import numpy as np
import pytest

from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note
from export.originality.lines import NGRAM_NOTES, TRIVIAL, Line, lines_of, ngrams

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
TUNE = (60, 64, 62, 65, 67, 60, 69, 71, 64, 60, 72, 67)


def line(pitches: tuple[int, ...], durations: tuple[int, ...]) -> Line:
    ticks = np.cumsum((0, *durations))[: len(pitches)]
    return Line(PIANO, ticks, np.array(pitches))


def test_a_line_is_the_highest_note_of_each_onset() -> None:
    rows = ((0, PIANO, 60), (0, PIANO, 67), (24, PIANO, 62), (0, BASS, 40), (24, DRUMS, 36))
    notes = [Note(tick, kind, pitch, tick + 20, 80) for tick, kind, pitch in rows]
    found = {
        each.instrument: (each.ticks.tolist(), each.pitches.tolist()) for each in lines_of(notes)
    }
    assert found == {PIANO: ([0, 24], [67, 62]), BASS: ([0], [40])}


def test_key_tempo_and_note_values_do_not_matter() -> None:
    durations = (24, 24, 48, 72, 24, 16, 16, 16, 48, 96, 24)
    wanted = ngrams(line(TUNE, durations)).tolist()
    higher = tuple(pitch + 5 for pitch in TUNE)
    slower = tuple(3 * ticks for ticks in durations)
    assert ngrams(line(higher, slower)).tolist() == wanted
    assert len(set(wanted)) == len(TUNE) - NGRAM_NOTES + 1


@pytest.mark.parametrize("place", range(NGRAM_NOTES))
def test_every_note_of_an_n_gram_matters(place: int) -> None:
    durations = (24,) * NGRAM_NOTES
    pitches = TUNE[:NGRAM_NOTES]
    changed = (*pitches[:place], pitches[place] + 1, *pitches[place + 1 :])
    assert ngrams(line(changed, durations)) != ngrams(line(pitches, durations))


@pytest.mark.parametrize("place", range(NGRAM_NOTES - 1))
@pytest.mark.parametrize("longer", [32, 36, 48])
def test_every_duration_of_an_n_gram_matters(place: int, longer: int) -> None:
    durations = [24] * NGRAM_NOTES
    plain = ngrams(line(TUNE[:NGRAM_NOTES], tuple(durations)))
    durations[place] = longer
    assert ngrams(line(TUNE[:NGRAM_NOTES], tuple(durations))) != plain


@pytest.mark.parametrize("pitches", [(60,), (60, 62), (60, 60, 67)])
def test_figures_of_few_intervals_are_trivial(pitches: tuple[int, ...]) -> None:
    figure = (pitches * NGRAM_NOTES)[:20]
    found = ngrams(line(figure, (12,) * 20))
    assert (found[0] == TRIVIAL) == (len(pitches) < 3)


def test_a_short_line_has_no_n_gram() -> None:
    assert len(ngrams(line(TUNE[: NGRAM_NOTES - 1], (24,) * NGRAM_NOTES))) == 0
    assert len(ngrams(line((), ()))) == 0
