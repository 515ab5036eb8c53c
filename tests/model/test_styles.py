"""A style is trained on a folder; the network does not change."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from bridge.messages.learning import SkippedFile
from bridge.midi.smf.reason import FileFault, UnusableFile
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
    (skipped,) = style_corpus.skipped
    assert skipped.path == "broken.mid"
    assert isinstance(skipped, SkippedFile)
    assert skipped.reason is not None
    training_paths = {piece.path for piece in style_corpus.training.pieces}
    assert not training_paths & {piece.path for piece in style_corpus.held_out.pieces}


def test_a_folder_without_music_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("do re mi")
    with pytest.raises(CorpusError, match="no MIDI file that a style can be trained on"):
        read_style_corpus("mine", tmp_path)


def test_odd_names_and_endings_are_read_and_what_is_not_is_named(
    corpus: Path, tmp_path: Path
) -> None:
    good = (corpus / "1.mid").read_bytes()
    folder = tmp_path / "夜"
    (folder / "sub").mkdir(parents=True)
    for name in ("SONG.MID", "song.kar", "song.rmi", "sub/x.Midi", "notes.txt"):
        (folder / name).write_bytes(good)
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.mid")).write_bytes(good)
    (folder / "empty.mid").touch()
    (folder / "folder.mid").mkdir()
    read = read_style_corpus("mine", folder)
    assert read.piece_count == 5
    assert read.skipped == (
        SkippedFile("empty.mid", UnusableFile(folder / "empty.mid", FileFault.EMPTY)),
    )


def test_a_style_makes_its_music_likelier_and_no_weight_changes(
    trained: TrainedNetwork, corpus: Path
) -> None:
    before = {name: p.clone() for name, p in trained.network.named_parameters()}
    found = train_style(trained, "mine", read_style_corpus("mine", corpus), steps=25)
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
