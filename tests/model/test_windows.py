"""The windows of training: their variations, and the inputs that are hidden."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from model import windows
from model.data import Corpus
from model.tokens import features, tokenizer
from model.tokens import vocabulary as v
from model.windows import Batch, WindowSource

STYLES = ["folk", "smith"]


@pytest.fixture
def source(shards: Path) -> WindowSource:
    return WindowSource(Corpus.open(shards, "train"), STYLES, length=64, batch_tokens=256)


def batches(source: WindowSource, count: int = 40) -> list[Batch]:
    return [source.batch(1, step) for step in range(count)]


def test_a_batch_depends_on_seed_and_step_only(source: WindowSource, shards: Path) -> None:
    again = WindowSource(Corpus.open(shards, "train"), STYLES, length=64, batch_tokens=256)
    first, second = source.batch(1, 7), again.batch(1, 7)
    for name in first.__slots__:
        assert (getattr(first, name) == getattr(second, name)).all()
    assert first.inputs.shape != (x := source.batch(1, 8).inputs).shape or (first.inputs != x).any()


def test_targets_are_the_next_tokens(source: WindowSource) -> None:
    for batch in batches(source):
        for inputs, targets in zip(batch.inputs, batch.targets, strict=True):
            known = targets >= 0
            size = int(known.sum())
            assert size > 0
            assert known[:size].all()
            assert (inputs[1:size] == targets[: size - 1]).all()


def test_windows_are_on_a_grid_or_in_free_time(source: WindowSource) -> None:
    freely = [not row[:, 0].any() for batch in batches(source) for row in batch.time]
    assert 0.2 < np.mean(freely) < 0.6


def test_drums_stay_and_the_melody_is_transposed(source: WindowSource) -> None:
    kicks, steps = set(), set()
    for batch in batches(source):
        for row in batch.inputs:
            notes = tokenizer.decode([t for t in row.tolist() if t]).notes
            kicks |= {n.pitch for n in notes if n.instrument.label == "drums"}
            melody = [n.pitch for n in notes if n.instrument.label == "piano"]
            steps |= set(np.abs(np.diff(melody)).tolist())
    assert kicks == {36}
    # The corpus moves by steps of up to 2 within an octave; any transposition keeps that.
    assert steps == {0, 1, 2, 10, 11}


def test_styles_are_convex_or_hidden_and_structure_is_sometimes_hidden(
    source: WindowSource,
) -> None:
    some = batches(source)
    sums = np.concatenate([batch.style.sum(1) for batch in some])
    assert set(np.round(sums, 4).tolist()) == {0.0, 1.0}
    hidden = [not row[:, 4].any() for batch in some for row in batch.time]
    assert 0.2 < np.mean(hidden) < 0.8


def test_instruments_allowed_are_those_that_play_or_unknown(source: WindowSource) -> None:
    for batch in batches(source, 10):
        for row, allowed in zip(batch.inputs, batch.allowed, strict=True):
            used = {int(i) for i in v.EVENT_INSTRUMENT[v.TOKEN_EVENT[row]] if i >= 0}
            assert set(np.flatnonzero(allowed).tolist()) >= used or not allowed.any()


def band(bars: int) -> NDArray[np.int64]:
    """Return a piece in which piano, bass and drums play from the first beat on."""
    notes = []
    for beat in range(4 * bars):
        at = 48 * beat
        notes.append(Note(at, Instrument.PIANO, 60 + beat % 12, at + 40, 80))
        notes.append(Note(at, Instrument.BASS, 36 + beat % 12, at + 47, 80))
        notes.append(Note(at, Instrument.DRUMS, 36, at + 6, 90))
    score = Score(tuple(sorted(notes)), (TempoChange(0, 120.0),), (MetreChange(0, 4, 4),))
    return np.array(tokenizer.encode(score))


def test_one_instrument_begins_alone_and_the_others_enter() -> None:
    complete = band(16)
    for seed in range(20):
        staggered = windows.stagger_entries(complete, np.random.default_rng(seed))
        score = tokenizer.decode(staggered.tolist())
        assert tokenizer.encode(score) == staggered.tolist()
        assert features.duration_ticks(staggered) == features.duration_ticks(complete)
        first = {n.instrument: n.onset_ticks for n in reversed(score.notes)}
        alone = min(first, key=lambda kind: first[kind])
        assert [kind for kind in first if first[kind] == 0] == [alone]
        assert len(first) == 3
        assert set(score.notes) <= set(tokenizer.decode(complete.tolist()).notes)


def test_a_single_instrument_is_not_changed(shards: Path) -> None:
    corpus = Corpus.open(shards, "train")
    tokens = corpus.tokens_of(corpus.pieces[0])
    ons = v.EVENT_INSTRUMENT[v.TOKEN_EVENT[tokens]] == Instrument.DRUMS
    drums_only = tokens[ons | (v.EVENT_INSTRUMENT[v.TOKEN_EVENT[tokens]] < 0)]
    assert windows.stagger_entries(drums_only, np.random.default_rng(0)) is drums_only


def test_a_family_that_is_left_out_is_hidden(shards: Path) -> None:
    corpus = Corpus.open(shards, "train")
    for family, columns in windows.FEATURE_FAMILIES.items():
        source = WindowSource(corpus, STYLES, length=64, batch_tokens=256, without=(family,))
        complete = WindowSource(corpus, STYLES, length=64, batch_tokens=256)
        for step in range(8):
            batch, same = source.batch(1, step), complete.batch(1, step)
            assert (batch.inputs == same.inputs).all()
            assert not batch.time[..., list(columns)].any()
            others = [c for c in range(features.COUNT) if c not in columns]
            assert (batch.time[..., others] == same.time[..., others]).all()
            assert (family == "style") == (not batch.style.any() and bool(same.style.any()))
            assert batch.allowed.any() == (same.allowed.any() and family != "instruments")


def test_ranks_share_a_batch_without_loss_or_duplicates(source: WindowSource) -> None:
    for step in range(5):
        batch = source.batch(1, step)
        for ranks in (1, 2, 3, 7):
            shares = [batch.split_for_rank(rank, ranks) for rank in range(ranks)]
            assert sum(share.target_count for share in shares) == batch.target_count
            rows = [row.tobytes() for share in shares if share.target_count for row in share.inputs]
            assert sorted(rows) == sorted(row.tobytes() for row in batch.inputs)


def test_pieces_without_a_style_are_drawn_too(shards: Path) -> None:
    source = WindowSource(Corpus.open(shards, "train"), ["smith"], length=64, batch_tokens=256)
    silent = np.concatenate([batch.style.sum(axis=1) == 0 for batch in batches(source)])
    assert 0.3 < silent.mean() < 0.8
