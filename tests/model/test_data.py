"""A corpus becomes tokens on disk."""

import json
from pathlib import Path

import pytest

from model import data, tokenizer
from model.data import Shard, style_names


def test_pieces_come_back_with_their_labels(shards: Path) -> None:
    shard = Shard.open(shards, "train")
    labels = sorted(piece.labels for piece in shard.pieces)
    assert labels == [("folk",)] * 3 + [("folk", "smith")] * 3
    for piece in shard.pieces:
        score = tokenizer.decode(shard.piece_tokens(piece).tolist())
        assert len(score.notes) == 90
    assert len(Shard.open(shards, "valid").pieces) == 2


def test_a_broken_file_is_counted_and_left_out(shards: Path) -> None:
    assert json.loads((shards / "train.json").read_text("utf-8"))["unread"] == 1


def test_another_vocabulary_is_refused(shards: Path) -> None:
    index = json.loads((shards / "train.json").read_text("utf-8"))
    (shards / "train.json").write_text(json.dumps(index | {"vocabulary": "other"}), "utf-8")
    with pytest.raises(ValueError, match="another vocabulary"):
        Shard.open(shards, "train")


def test_a_label_needs_pieces_enough(shards: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shard = Shard.open(shards, "train")
    monkeypatch.setattr(data, "FEWEST_PIECES", 4)
    assert style_names(shard) == ["folk"]
    monkeypatch.setattr(data, "FEWEST_PIECES", 3)
    assert style_names(shard) == ["folk", "smith"]
