"""A corpus becomes tokens on disk."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from model import data
from model.corpus import CorpusError, read_manifest
from model.data import Corpus, instrument_shares, shards_of, style_names
from model.tokens import tokenizer


def test_pieces_come_back_with_their_facts(shards: Path) -> None:
    corpus = Corpus.open(shards, "train")
    labels = sorted(piece.labels for piece in corpus.pieces)
    assert labels == [("folk",)] * 3 + [("folk", "smith")] * 3
    for piece in corpus.pieces:
        score = tokenizer.decode(corpus.tokens_of(piece).tolist())
        assert len(score.notes) == 90
        assert piece.notes == {"piano": 60, "drums": 30}
        assert piece.seconds == pytest.approx((59 * 24 + 20) / 48 / 2, abs=0.01)
    assert len(Corpus.open(shards, "valid").pieces) == 2
    assert corpus.token_count == sum(piece.end - piece.begin for piece in corpus.pieces)


def test_a_broken_file_is_listed_and_left_out(shards: Path) -> None:
    assert json.loads((shards / "train-0000.json").read_text("utf-8"))["unread"] == ["broken.mid"]
    assert "1 files could not be read.\n- broken.mid" in (shards / "report.md").read_text("utf-8")


def test_the_report_counts_pieces_notes_hours_and_tokens(shards: Path) -> None:
    corpus = Corpus.open(shards, "train")
    lines = (shards / "report.md").read_text("utf-8").splitlines()
    hours = sum(piece.seconds for piece in corpus.pieces) / 3600
    assert f"| folk | 6 | 540 | {hours:.2f} | {corpus.token_count} |" in lines
    assert "| piano | 6 | 360 |" in lines
    assert "| drums | 6 | 180 |" in lines


def test_many_shards_and_many_machines_give_the_same_pieces(
    corpus: Path, shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "FILES_PER_SHARD", 2)
    out = tmp_path / "parts"
    for part in (2, 3, 1):
        data.build_shards(corpus, out, part=(part, 3))
        assert (out / "report.md").exists() == (part == 1)  # the last part writes it
    assert len(list(out.glob("train-*.json"))) == 4
    single, parts = Corpus.open(shards, "train"), Corpus.open(out, "train")
    assert [piece.path for piece in parts.pieces] == [piece.path for piece in single.pieces]
    for mine, theirs in zip(parts.pieces, single.pieces, strict=True):
        assert (parts.tokens_of(mine) == single.tokens_of(theirs)).all()


def test_a_killed_build_continues_with_the_missing_shards(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "FILES_PER_SHARD", 3)
    data.build_shards(corpus, tmp_path / "out")
    kept = tmp_path / "out" / "train-0000.tokens"
    kept.write_bytes(before := kept.read_bytes()[:-2] + b"\0\0")
    (tmp_path / "out" / "train-0001.json").unlink()
    (tmp_path / "out" / "train-0001.tokens").write_bytes(b"half")
    data.build_shards(corpus, tmp_path / "out")
    assert kept.read_bytes() == before  # it was complete and was not written again
    again = Corpus.open(tmp_path / "out", "train")
    assert sum(len(shard) for shard in again.shards) == again.token_count
    assert len(again.pieces) == 6


def test_limiting_keeps_the_held_out_pieces(corpus: Path) -> None:
    entries = list(data.limit_per_label(read_manifest(corpus), 1))
    assert sum(entry.split == "valid" for entry in entries) == 2
    assert sum(entry.split == "train" for entry in entries) < 7


def test_every_entry_is_in_one_shard(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "FILES_PER_SHARD", 2)
    entries = read_manifest(corpus)
    shards = dict(shards_of(entries, "train"))
    assert list(shards) == ["train-0000", "train-0001", "train-0002", "train-0003"]
    assert [entry for shard in shards.values() for entry in shard] == [
        entry for entry in entries if entry.split == "train"
    ]


def test_another_vocabulary_is_refused(shards: Path) -> None:
    path = shards / "train-0000.json"
    index = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(index | {"vocabulary": "other"}), "utf-8")
    with pytest.raises(CorpusError, match="another vocabulary"):
        Corpus.open(shards, "train")


def test_a_folder_without_shards_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="holds no shards of train"):
        Corpus.open(tmp_path, "train")


def test_a_style_needs_enough_pieces(shards: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Corpus.open(shards, "train")
    monkeypatch.setattr(data, "MIN_PIECES_PER_STYLE", 4)
    assert style_names(corpus) == ["folk"]
    monkeypatch.setattr(data, "MIN_PIECES_PER_STYLE", 3)
    assert style_names(corpus) == ["folk", "smith"]


def test_instruments_are_counted_by_style(shards: Path) -> None:
    corpus = Corpus.open(shards, "train")
    first, *others = corpus.pieces
    pieces = (replace(first, notes={"piano": 3}), *others)
    shares = instrument_shares(replace(corpus, pieces=pieces), ["folk", "smith", "jazz"])
    assert shares["folk"] == {"piano": 1.0, "drums": pytest.approx(5 / 6)}
    assert set(shares) == {"folk", "smith"}
