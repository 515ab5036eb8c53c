"""The command that accompanies held-out bands."""

from collections.abc import Callable

import numpy as np
import pytest

from bridge.midi.instruments import Instrument
from bridge.midi.notes import Score
from export import accompany
from export.evaluation import prompts
from export.evaluation.accompaniment import OURS, Piece, figures
from export.evaluation.trials import BAND, draw_trials
from export.runtime.artefact import load_default_artefact
from export.runtime.decoder import Decoder
from model.data import Corpus


def test_a_piece_is_the_prompt_and_the_true_continuation(
    song: Callable[..., Score], corpus_of: Callable[..., Corpus]
) -> None:
    kinds = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
    (trial,) = draw_trials(corpus_of(("one", "a", song(*kinds))), {BAND: 1})
    piece = accompany.piece_of(trial)
    assert piece.bars == 16
    assert len(piece.score.notes) == len(trial.prompt.notes) + len(trial.truth)
    assert {note.instrument for note in piece.player_notes} == {Instrument.PIANO}
    assert {note.instrument for note in piece.true_notes} == set(OURS)


@pytest.mark.slow
def test_a_pop_song_is_accompanied_from_the_second_bar_on() -> None:
    """Within generous bounds, with the shipped model."""
    artefact = load_default_artefact()
    decoder = Decoder(artefact, device="cpu", threads=1)
    piece = Piece("pop song", prompts.pop_song(8), 8)
    rows = [
        figures(piece, accompany.accompany(artefact, decoder, piece, seed)) for seed in (1, 2, 3)
    ]
    means = {name: float(np.nanmean([row[name] for row in rows])) for name in rows[0]}
    assert means["stuck"] == 0
    assert means["first bar"] <= 2
    assert means["bars"] >= 0.9
    assert means["drums"] >= 6
    assert means["bass"] >= 2
    assert means["clash"] <= 0.15
