"""A style is trained on a folder; the network does not change."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import torch

from model.corpus import CorpusError
from model.run import TrainedNetwork
from model.styles import read_style_corpus, train_style
from model.transformer import Transformer


@pytest.fixture
def trained(network: Transformer) -> TrainedNetwork:
    return TrainedNetwork(network, ["a", "b", "c"], 0, 64)


def test_a_folder_is_read_and_a_part_held_out(corpus: Path) -> None:
    style_corpus = read_style_corpus("mine", corpus)
    assert style_corpus.piece_count == 8
    assert style_corpus.held_out is not None
    assert len(style_corpus.held_out.pieces) == 1
    assert style_corpus.skipped == ("broken.mid",)
    training_paths = {piece.path for piece in style_corpus.training.pieces}
    assert not training_paths & {piece.path for piece in style_corpus.held_out.pieces}


def test_a_folder_without_music_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("do re mi")
    with pytest.raises(CorpusError, match="no MIDI file that a style can be trained on"):
        read_style_corpus("mine", tmp_path)


def test_a_style_makes_its_music_likelier_and_no_weight_changes(
    trained: TrainedNetwork, corpus: Path
) -> None:
    before = {name: p.clone() for name, p in trained.network.named_parameters()}
    steps: list[int] = []

    def recorded(rounds: Iterable[int]) -> Iterable[int]:
        steps.extend(rounds)
        return steps

    found = train_style(
        trained, "mine", read_style_corpus("mine", corpus), steps=25, progress=recorded
    )
    assert steps == list(range(25))
    assert found.vector.shape == (64,)
    assert np.isfinite(found.vector).all()
    assert found.nats_with is not None
    assert found.nats_without is not None
    assert found.nats_with < found.nats_without - 0.05
    for name, parameter in trained.network.named_parameters():
        assert torch.equal(parameter, before[name])


def test_one_piece_is_enough_and_none_is_held_out(trained: TrainedNetwork, corpus: Path) -> None:
    for path in corpus.glob("[1-7].mid"):
        path.unlink()
    found = train_style(trained, "mine", read_style_corpus("mine", corpus), steps=2)
    assert (found.nats_with, found.nats_without) == (None, None)
