"""What the network sees in training."""

from pathlib import Path

import numpy as np
import pytest

from model import tokenizer
from model import vocabulary as v
from model.data import Shard
from model.windows import Batch, WindowSource


@pytest.fixture
def source(shards: Path) -> WindowSource:
    return WindowSource(Shard.open(shards, "train"), ["folk", "smith"], length=64, tokens=256)


def batches(source: WindowSource, count: int = 40) -> list[Batch]:
    return [source.batch(1, step) for step in range(count)]


def test_a_batch_depends_on_seed_and_step_only(source: WindowSource, shards: Path) -> None:
    again = WindowSource(Shard.open(shards, "train"), ["folk", "smith"], length=64, tokens=256)
    first, second = source.batch(1, 7), again.batch(1, 7)
    for name in first.__slots__:
        assert (getattr(first, name) == getattr(second, name)).all()
    assert first.inputs.shape != (x := source.batch(1, 8).inputs).shape or (first.inputs != x).any()


def test_targets_are_the_next_tokens(source: WindowSource) -> None:
    for batch in batches(source):
        for inputs, targets in zip(batch.inputs, batch.targets, strict=True):
            known = targets >= 0
            size = int(known.sum())
            assert known[:size].all()
            assert (inputs[1:size] == targets[: size - 1]).all()


def test_windows_are_told_on_a_grid_and_freely(source: WindowSource) -> None:
    freely = [not row[:, 0].any() for batch in batches(source) for row in batch.time]
    assert 0.2 < np.mean(freely) < 0.6


def test_drums_stay_and_the_melody_moves(source: WindowSource) -> None:
    kicks, steps = set(), set()
    for batch in batches(source):
        for row in batch.inputs:
            notes = tokenizer.decode([t for t in row.tolist() if t]).notes
            kicks |= {n.pitch for n in notes if n.instrument.label == "drums"}
            melody = [n.pitch for n in notes if n.instrument.label == "piano"]
            steps |= set(np.abs(np.diff(melody)).tolist())
    assert kicks == {36}
    # The corpus moves by steps of up to 2 within an octave; any transposition keeps that.
    assert steps <= {0, 1, 2, 10, 11, *range(3)}


def test_styles_are_convex_or_silent_and_structure_is_hidden_at_times(source: WindowSource) -> None:
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
