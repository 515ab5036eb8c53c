"""Quotations are found in any key, and other runs are not."""

import numpy as np
from numpy.typing import NDArray

from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note, Score
from model.evaluation import overlap
from model.tokens import tokenizer


def piece(pitches: list[int]) -> NDArray[np.int64]:
    notes = tuple(Note(24 * i, Instrument.PIANO, p, 24 * i + 20, 80) for i, p in enumerate(pitches))
    return np.array(tokenizer.encode(Score(notes)))


def walk(seed: int, length: int) -> list[int]:
    rng = np.random.default_rng(seed)
    return [int(pitch) for pitch in 40 + rng.integers(0, 40, length)]


def test_the_longest_run_is_found_in_another_key_to_a_step() -> None:
    source = walk(1, 200)
    quoted = [pitch + 3 for pitch in source[50:80]]  # 29 intervals
    take = [*walk(2, 40), *quoted, *walk(3, 40)]
    corpus = [piece(walk(seed, 300)) for seed in range(10, 20)] + [piece(source)]
    assert overlap.longest_runs([piece(take)], corpus) == [
        28 // overlap.RUN_STEP * overlap.RUN_STEP + 1
    ]


def test_runs_do_not_cross_from_piece_to_piece() -> None:
    one, other = walk(1, 30), walk(2, 30)
    found = overlap.longest_runs([piece([*one, *other])], [piece(one), piece(other)])
    assert found == [29]


def test_a_new_run_is_not_a_quotation() -> None:
    take = piece([60, 61, 63, 66, 70, 75, 60, 45])
    assert overlap.longest_runs([take], [piece(walk(1, 500))]) == [0]


def test_drums_are_not_quotations() -> None:
    beat = tuple(Note(24 * i, Instrument.DRUMS, 36, 24 * i + 6, 90) for i in range(50))
    drums = np.array(tokenizer.encode(Score(beat)))
    assert overlap.longest_runs([drums], [drums]) == [0]
