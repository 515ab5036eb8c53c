"""Filling gaps: what stands is not touched, and the new notes keep within the gap."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.history.takes import Span
from bridge.messages.settings import Settings
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from export.runtime.artefact import Artefact
from export.runtime.decoder import Decoder
from export.sketch.filling import Filling, GapPrompt, fill_gap
from export.sketch.gap import Gap, gap_of, notes_within, surroundings_of
from model.tokens import tokenizer
from model.tokens import vocabulary as v

BAR = 192
ROWS = 3
BAND = (Instrument.PIANO, Instrument.BASS, Instrument.DRUMS)
SongMaker = Callable[..., Score]


@pytest.fixture(scope="module")
def decoder(exact: Artefact) -> Decoder:
    return Decoder(exact, rows=ROWS, capacity=1024)


def overlaps(notes: Sequence[Note]) -> list[tuple[Note, Note]]:
    """Return the pairs of notes that sound on one key at a time, or begin there together."""
    found = []
    by_key: dict[tuple[Instrument, int], list[Note]] = {}
    for note in sorted(notes):
        by_key.setdefault((note.instrument, note.pitch), []).append(note)
    for key, struck in by_key.items():
        for first, second in pairwise(struck):
            is_drum = key[0] is Instrument.DRUMS
            end = first.onset_ticks + 1 if is_drum else first.release_ticks
            if end > second.onset_ticks:
                found.append((first, second))
    return found


@pytest.mark.parametrize("kinds", [BAND, BAND[:1], BAND[1:]])
def test_a_filling_keeps_within_its_gap(
    exact: Artefact, decoder: Decoder, song: SongMaker, kinds: tuple[Instrument, ...]
) -> None:
    score = tokenizer.normal_form(song(*BAND, bars=8))
    span = Span(2 * BAR, 4 * BAR)
    gap = gap_of(score, span, kinds)
    notes = fill_gap(exact, decoder, gap, Settings(seed=3))
    assert notes
    assert {note.instrument for note in notes} <= set(kinds)
    assert min(note.onset_ticks for note in notes) >= span.begin
    assert max(note.release_ticks for note in notes) <= span.end
    assert overlaps([*gap.score.notes, *notes]) == []


def test_the_same_seed_gives_the_same_filling_after_another(
    exact: Artefact, decoder: Decoder, song: SongMaker
) -> None:
    gap = gap_of(song(*BAND, bars=6), Span(2 * BAR, 4 * BAR), BAND)
    prompt = GapPrompt(exact, decoder, gap, Settings())
    made = []
    for seed in (5, 6, 5):
        filling = Filling(prompt, Settings(seed=seed))
        while not filling.done:
            filling.step()
        made.append(filling.notes())
    assert made[0] == made[2] != made[1]


def test_a_gap_that_does_not_fit_into_the_cache_is_filled(exact: Artefact, song: SongMaker) -> None:
    decoder = Decoder(exact, rows=ROWS, capacity=1024)
    score = song(*BAND, bars=40)
    span = Span(0, 40 * BAR)
    gap = gap_of(score, span, [Instrument.PIANO])
    notes = fill_gap(exact, decoder, gap, Settings(seed=1))
    assert decoder.cache.slid_tokens > 0
    assert max(note.onset_ticks for note in notes) > 30 * BAR
    assert overlaps([*tokenizer.normal_form(gap.score).notes, *notes]) == []


def test_the_surroundings_are_the_score_cut_at_the_gap(song: SongMaker) -> None:
    score = replace(
        tokenizer.normal_form(song(*BAND, bars=8)),
        tempos=(TempoChange(0, 120.0), TempoChange(3 * BAR, 88.0)),
        metres=(MetreChange(0, 4, 4),),
    )
    span = Span(2 * BAR, 4 * BAR)
    gap = gap_of(score, span, [Instrument.PIANO])
    around = surroundings_of(gap)
    whole = tokenizer.encode(gap.score, end=False)
    assert [*around.frame, *around.before] == whole[: len(around.frame) + len(around.before)] or (
        tokenizer.decode([*around.frame, *around.before]).end_ticks <= span.begin
    )
    assert (3 * BAR, v.tempo_id(v.tempo_step(88.0))) in around.standing
    assert all(span.begin <= tick < span.end for tick, _ in around.standing)
    assert all(tick >= span.end for tick, _ in around.after)


def test_a_part_far_into_a_long_score_is_moved_to_its_own_begin(song: SongMaker) -> None:
    score = song(Instrument.PIANO, bars=8)
    far = 3000 * BAR
    moved = replace(
        score,
        notes=(
            Note(0, Instrument.PIANO, 60, 48, 80),
            *(
                replace(n, onset_ticks=n.onset_ticks + far, release_ticks=n.release_ticks + far)
                for n in score.notes
            ),
        ),
    )
    gap = gap_of(moved, Span(far + 2 * BAR, far + 4 * BAR), [Instrument.PIANO])
    around = surroundings_of(gap)
    assert around.moved_ticks + around.span.begin == far + 2 * BAR
    assert len(around.before) < 5000


def test_what_follows_chooses_the_middle(exact: Artefact, song: SongMaker) -> None:
    """The particle that is chosen has the greatest weight of all."""
    decoder = Decoder(exact, rows=ROWS, capacity=1024)
    gap = gap_of(song(*BAND, bars=6), Span(2 * BAR, 3 * BAR), BAND)
    filling = Filling(GapPrompt(exact, decoder, gap, Settings()), Settings(seed=2))
    while not filling.done:
        filling.step()
    particles = vars(filling)["_particles"]
    weights = [particle.weight for particle in vars(particles)["_particles"]]
    assert particles.best.weight == max(weights)
    assert len(set(weights)) == ROWS


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_standing_notes_of_the_same_instrument_are_left_alone(
    exact: Artefact, decoder: Decoder, song: SongMaker, data: st.DataObject
) -> None:
    score = tokenizer.normal_form(song(Instrument.PIANO, Instrument.DRUMS, bars=5))
    span = Span(BAR, 3 * BAR)
    inside = notes_within(score, span)
    standing = data.draw(st.lists(st.sampled_from(inside), unique=True))
    gap = gap_of(score, span, score.instruments, standing)
    assert set(standing) <= set(gap.score.notes)
    notes = fill_gap(exact, decoder, gap, Settings(seed=data.draw(st.integers(0, 9))))
    assert all(span.begin <= note.onset_ticks < span.end for note in notes)
    assert overlaps([*gap.score.notes, *notes]) == []


def test_an_empty_piece_can_be_filled(exact: Artefact, decoder: Decoder) -> None:
    gap = Gap(Score(), Span(0, 2 * BAR), (Instrument.PIANO,))
    notes = fill_gap(exact, decoder, gap, Settings(seed=4))
    assert all(note.release_ticks <= 2 * BAR for note in notes)
