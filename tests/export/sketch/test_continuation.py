"""Continuing a score offline."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.history.prompt_part import prompt_part
from bridge.history.takes import Span, standalone_score
from bridge.messages.composer import (
    Configure,
    Generate,
    NoteEvent,
    Onset,
    PlayerEvents,
    Release,
    Reset,
)
from bridge.messages.settings import Settings
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from export.runtime.artefact import Artefact
from export.runtime.composer import Composer
from export.runtime.decoder import Decoder, Logits
from export.sketch.continuation import Continuation, continue_score
from export.sketch.prompt import Prompt, begin_after, span_of_bars, span_of_seconds
from export.sketch.proposals import proposals
from model.tokens import vocabulary as v
from model.tokens.tokenizer import encode

PIANO, BASS = Instrument.PIANO, Instrument.BASS
SCORE = Score(
    tuple(Note(24 * i, PIANO, 60 + i, 24 * i + 20, 80) for i in range(8)),
    (TempoChange(0, 90.0),),
    (MetreChange(0, 3, 4),),
)


@pytest.fixture
def decoder(exact: Artefact) -> Decoder:
    return Decoder(exact, device="cpu", threads=1)


def test_the_span_begins_at_the_bar_line_and_counts_bars_of_the_metre() -> None:
    span = span_of_bars(SCORE, 4)
    assert (span.begin, span.end) == (288, 288 + 4 * 144)
    seconds = span_of_seconds(SCORE, 2.0)
    assert (seconds.begin, seconds.end) == (288, 288 + 3 * 48)


def test_bars_and_seconds_heed_the_changes_that_lie_ahead() -> None:
    metres = (MetreChange(0, 3, 4), MetreChange(288, 4, 4), MetreChange(480, 2, 4))
    tempos = (TempoChange(0, 120.0), TempoChange(288, 60.0), TempoChange(336, 30.0))
    score = replace(SCORE, metres=metres, tempos=tempos)
    assert span_of_bars(score, 3) == Span(288, 288 + 192 + 96 + 96)
    assert span_of_seconds(score, 5.0) == Span(288, 288 + 48 + 96)


@pytest.mark.parametrize(
    "release,begin",
    [(191, 192), (192, 192), (193, 192), (203, 192), (204, 384), (384, 384)],
)
def test_a_note_that_rings_a_hair_over_the_bar_line_does_not_cost_a_bar(
    release: int, begin: int
) -> None:
    assert begin_after(Score((Note(96, PIANO, 60, release, 80),))) == begin


def test_a_hair_is_also_a_twentieth_of_the_bar() -> None:
    metres = (MetreChange(0, 12, 4),)
    for release, begin in ((576 + 28, 576), (576 + 29, 1152)):
        assert begin_after(Score((Note(96, PIANO, 60, release, 80),), metres=metres)) == begin


def test_a_short_note_in_the_last_bar_is_no_hair() -> None:
    assert begin_after(Score((Note(192, PIANO, 60, 193, 80),))) == 384
    assert begin_after(Score((Note(0, PIANO, 60, 1, 80),))) == 192


def test_unnamed_sounds_end_before_a_continuation_begins() -> None:
    note = Note(0, PIANO, 60, 48, 80)
    assert begin_after(Score((note,), unnamed=((0, 300),))) == 384
    assert begin_after(Score((note,), unnamed=((192, 193),))) == 384


def test_what_rings_over_the_bar_line_has_ended_where_the_take_begins(
    exact: Artefact, decoder: Decoder
) -> None:
    score = Score((Note(0, PIANO, 60, 196, 80),))
    prompt = Prompt(exact, decoder, score, span_of_bars(score, 1), Settings())
    while not prompt.is_read:
        prompt.step()
    assert prompt.stream().tick == 192
    assert not prompt.stream().state.grammar.sounding


def test_the_network_reads_the_changes_that_lie_ahead(exact: Artefact, decoder: Decoder) -> None:
    metres = (MetreChange(0, 3, 4), MetreChange(288, 4, 4), MetreChange(480, 2, 4))
    tempos = (TempoChange(0, 90.0), TempoChange(240, 100.0), TempoChange(400, 60.0))
    score = replace(SCORE, metres=metres, tempos=tempos)
    span = span_of_bars(score, 4)
    prompt = Prompt(exact, decoder, score, span, Settings(seed=1))
    growing = Continuation(prompt, Settings(seed=1))
    while not growing.done:
        growing.step()
    tick, changes = 0, []
    for token in growing.tokens:
        spelt = v.token_of(token)
        if spelt.kind is v.Kind.WAIT:
            tick += spelt.value
        elif spelt.kind in (v.Kind.TEMPO, v.Kind.METRE):
            changes.append((tick, token))
    wanted = [(0, v.tempo_id(v.tempo_step(90.0))), (0, v.metre_id(v.METRES.index((3, 4))))]
    wanted += [(240, v.tempo_id(v.tempo_step(100.0)))]
    wanted += [(288, v.metre_id(v.METRES.index((4, 4))))]
    wanted += [(400, v.tempo_id(v.tempo_step(60.0)))]
    wanted += [(480, v.metre_id(v.METRES.index((2, 4))))]
    assert changes == wanted


def test_a_continuation_of_one_instrument_ends_with_a_held_note(
    exact: Artefact, decoder: Decoder
) -> None:
    span = span_of_bars(SCORE, 4)
    for seed in range(4):
        notes = continue_score(exact, decoder, SCORE, span, Settings(seed=seed))
        last = max(notes)
        assert last.release_ticks == span.end
        assert (span.end - last.onset_ticks) % 48 == 0
        assert span.end - last.onset_ticks >= 48


def test_a_continuation_of_several_is_cut(exact: Artefact, decoder: Decoder) -> None:
    span, settings = span_of_bars(SCORE, 4), Settings(instruments=(PIANO, BASS))
    takes = [continue_score(exact, decoder, SCORE, span, replace(settings, seed=n)) for n in (1, 2)]
    assert any(note.onset_ticks > span.end - 144 for notes in takes for note in notes)


def test_every_note_lies_in_the_span(exact: Artefact, decoder: Decoder) -> None:
    span = span_of_bars(SCORE, 4)
    notes = continue_score(exact, decoder, SCORE, span, Settings(seed=1))
    assert notes
    assert all(span.begin <= n.onset_ticks < n.release_ticks <= span.end for n in notes)
    assert {n.instrument for n in notes} == {PIANO}


def test_the_same_seed_gives_the_same_notes(exact: Artefact, decoder: Decoder) -> None:
    span = span_of_bars(SCORE, 2)
    first = continue_score(exact, decoder, SCORE, span, Settings(seed=1))
    assert continue_score(exact, decoder, SCORE, span, Settings(seed=2)) != first
    assert continue_score(exact, decoder, SCORE, span, Settings(seed=1)) == first


def grown(prompt: Prompt, settings: Settings) -> list[Note]:
    growing = Continuation(prompt, settings)
    while not growing.done:
        growing.step()
    return growing.notes()


def test_one_prompt_serves_takes_one_after_another(exact: Artefact, decoder: Decoder) -> None:
    span = span_of_bars(SCORE, 2)
    seeds = [Settings(seed=seed) for seed in (1, 2, 1)]
    each = [continue_score(exact, decoder, SCORE, span, settings) for settings in seeds]
    prompt = Prompt(exact, decoder, SCORE, span, Settings())
    assert [grown(prompt, settings) for settings in seeds] == each


def test_the_keys_of_the_prompt_are_not_held(exact: Artefact, decoder: Decoder) -> None:
    """A take may release a pitch that the prompt has played too."""
    prompt = Prompt(exact, decoder, SCORE, span_of_bars(SCORE, 1), Settings())
    while not prompt.is_read:
        prompt.step()
    stream = prompt.stream()
    stream.append(v.on_id(PIANO, SCORE.notes[0].pitch, 3))
    assert stream.state.grammar.pending_offs == (v.off_id(PIANO, SCORE.notes[0].pitch),)


def test_several_takes_read_the_prompt_once(exact: Artefact) -> None:
    fed: list[int] = []

    class Counted(Decoder):
        def feed(self, tokens: Sequence[int], *rest: Any) -> Logits:
            fed.append(len(tokens))
            return super().feed(tokens, *rest)

    decoder = Counted(exact, device="cpu", threads=1)
    span = span_of_bars(SCORE, 1)
    settings = Settings(seed=1, temperature=1.0)
    found = list(proposals(exact, decoder, SCORE, span, settings, 4))
    assert [each.index for each in found] == [0, 1, 2, 3]
    assert len({each.notes for each in found}) == 4
    chunks = [count for count in fed if count > 1]
    assert sum(chunks) <= len(encode(SCORE)) + 2


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("instruments", [(PIANO,), (PIANO, BASS)])
def test_live_and_offline_give_the_same_notes(
    exact: Artefact, decoder: Decoder, seed: int, instruments: tuple[Instrument, ...]
) -> None:
    """The same prompt, settings and seed, once from a live player and once from a file."""
    span = span_of_bars(SCORE, 4)
    settings = Settings(seed=seed, instruments=instruments, candidates=1)
    offline = continue_score(exact, decoder, SCORE, span, settings)
    composer = Composer(exact, Decoder(exact, device="cpu", threads=1))
    composer.receive(Reset(90.0, (3, 4)))
    composer.receive(Configure(settings))
    for event in sorted(events_of(SCORE.notes), key=lambda event: event.tick):
        composer.receive(PlayerEvents((event,)))
        composer.step()
    ends = len(instruments) == 1
    request = Generate(1, span.begin, span.end, span.end, instruments, ends=ends)
    composer.receive(request)
    live: list[NoteEvent] = []
    while composer.is_busy:
        composed = composer.step()
        live += composed.events if composed is not None else ()
    assert live == sorted(live, key=lambda event: event.tick)
    assert sorted(live, key=order) == sorted(events_of(offline), key=order)


def events_of(notes: Iterable[Note]) -> list[NoteEvent]:
    """Return the onset and the release of each note."""
    return [
        event
        for note in notes
        for event in (
            Onset(note.onset_ticks, note.instrument, note.pitch, note.velocity),
            Release(note.release_ticks, note.instrument, note.pitch),
        )
    ]


def order(event: NoteEvent) -> tuple[int, bool, Instrument, int]:
    return event.tick, isinstance(event, Onset), event.instrument, event.pitch


def test_a_prompt_that_the_cache_has_dropped_is_read_again(exact: Artefact) -> None:
    small = Decoder(exact, device="cpu", threads=1, capacity=256)
    span = span_of_bars(SCORE, 120)
    once = continue_score(exact, small, SCORE, span, Settings(seed=1))
    prompt = Prompt(exact, small, SCORE, span, Settings())
    before = small.cache.slid_tokens
    assert [grown(prompt, Settings(seed=1)) for _ in range(2)] == [once, once]
    assert small.cache.slid_tokens > before


def test_it_grows_in_order_and_its_notes_stay(exact: Artefact, decoder: Decoder) -> None:
    span = span_of_bars(SCORE, 2)
    settings = Settings(seed=3, temperature=1.0)
    growing = Continuation(Prompt(exact, decoder, SCORE, span, settings), settings)
    assert (growing.notes(), growing.share) == ([], 0.0)
    sizes, shares = [0], [0.0]
    while not growing.done:
        growing.step()
        sizes.append(len(growing.notes()))
        shares.append(growing.share)
        assert all(n.release_ticks <= span.end for n in growing.notes())
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 2


def test_a_long_prompt_is_read_in_parts(exact: Artefact, decoder: Decoder) -> None:
    many = tuple(Note(12 * i, PIANO, 50 + i % 30, 12 * i + 10, 80) for i in range(300))
    growing = Continuation(
        Prompt(exact, decoder, Score(many), Span(3600, 3800), Settings()), Settings(seed=1)
    )
    lengths = []
    while not growing.share:
        growing.step()
        lengths.append(decoder.cache.length)
    longest = max(after - before for before, after in pairwise(lengths))
    assert longest <= 128


def test_only_requested_instruments_play(exact: Artefact, decoder: Decoder) -> None:
    settings = Settings(seed=1, instruments=(BASS,))
    notes = continue_score(exact, decoder, SCORE, span_of_bars(SCORE, 4), settings)
    assert {n.instrument for n in notes} == {BASS}


def test_a_prompt_longer_than_the_cache_is_continued(exact: Artefact) -> None:
    many = tuple(Note(12 * i, PIANO, 50 + i % 30, 12 * i + 10, 80) for i in range(400))
    score = Score(many, SCORE.tempos, SCORE.metres)
    small = Decoder(exact, device="cpu", threads=1, capacity=256)
    assert continue_score(exact, small, score, span_of_bars(score, 4), Settings(seed=1))


def test_a_standalone_score_begins_at_tick_0_in_the_tempo_and_metre_in_force() -> None:
    span = span_of_bars(SCORE, 1)
    score = standalone_score(SCORE, span, [Note(span.begin + 6, PIANO, 60, span.begin + 12, 80)])
    assert score.notes == (Note(6, PIANO, 60, 12, 80),)
    assert (round(score.tempos[0].bpm, 3), score.metres) == (90.0, (MetreChange(0, 3, 4),))


def test_the_instruments_of_a_score() -> None:
    assert SCORE.instruments == (PIANO,)


def test_a_score_on_the_grid_is_continued_on_it(exact: Artefact, decoder: Decoder) -> None:
    span = span_of_bars(SCORE, 2)
    places = {
        n.onset_ticks % 48 for n in continue_score(exact, decoder, SCORE, span, Settings(seed=1))
    }
    assert places
    assert places <= {0, 12, 16, 24, 32, 36}
    notes = tuple(replace(n, onset_ticks=n.onset_ticks + 5) for n in SCORE.notes)
    free = replace(SCORE, notes=notes)
    places = {
        n.onset_ticks % 48 for n in continue_score(exact, decoder, free, span, Settings(seed=1))
    }
    assert not places <= {0, 12, 16, 24, 32, 36}


def test_a_stronger_style_is_a_longer_vector(exact: Artefact) -> None:
    norms: list[float] = []

    class Noted(Decoder):
        def set_style(self, vector: NDArray[np.float32]) -> None:
            norms.append(float(np.linalg.norm(vector)))
            super().set_style(vector)

    noted = Noted(exact, device="cpu", capacity=256, threads=1)
    for strength in (1.0, 2.5):
        settings = Settings(style=(("bach", 1.0),), style_strength=strength)
        continue_score(exact, noted, SCORE, span_of_bars(SCORE, 1), settings)
    assert norms[1] == pytest.approx(2.5 * norms[0])


def test_a_note_of_ten_hours_is_continued_after_it(exact: Artefact, decoder: Decoder) -> None:
    score = Score((Note(0, PIANO, 60, 72_000 * 48, 80),))
    span = span_of_bars(score, 2)
    settings = Settings(seed=1)
    prompt = Prompt(exact, decoder, score, span, settings)
    growing = Continuation(prompt, settings)
    steps = 0
    while not growing.done:
        growing.step()
        steps += 1
    assert len(growing.tokens) < 4096
    assert all(span.begin <= note.onset_ticks < span.end for note in growing.notes())
    assert growing.notes()
    assert steps < 1000


def test_a_score_of_many_notes_is_continued_as_its_last_part(
    exact: Artefact, decoder: Decoder
) -> None:
    many = tuple(Note(12 * i, PIANO, 50 + i % 30, 12 * i + 10, 80) for i in range(100_000))
    score = Score(many, SCORE.tempos, SCORE.metres)
    span = span_of_bars(score, 2)
    part = prompt_part(score)
    assert span_of_bars(part, 2) == span
    both = [continue_score(exact, decoder, each, span, Settings(seed=1)) for each in (score, part)]
    assert both[0] == both[1]
    assert min(note.onset_ticks for note in both[0]) >= span.begin
