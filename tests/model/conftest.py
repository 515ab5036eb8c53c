"""A tiny network, and a tiny corpus."""

from pathlib import Path

import numpy as np
import pytest
import torch

from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from bridge.midi.smf import score_bytes
from model import data
from model.transformer import SIZES, Config, Transformer


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def network() -> Transformer:
    """Return a tiny network with random weights large enough that every input matters."""
    tiny = SIZES["tiny"]
    config = Config(tiny.layers, tiny.width, tiny.heads, tiny.inner, styles=3)
    torch.manual_seed(0)
    network = Transformer(config).eval()
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if not name.endswith("norm.weight"):
                torch.nn.init.normal_(parameter, std=0.15)
    return network


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Return a folder of eight small pieces in two styles, a broken file, and their manifest."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    rng = np.random.default_rng(0)
    rows = ["path,split,labels"]
    for index in range(8):
        split = "valid" if index > 5 else "train"
        labels = "folk|smith" if index % 2 else "folk"
        pitches = 60 + np.cumsum(rng.integers(-2, 3, 60)) % 12
        notes = [
            Note(24 * i, Instrument.PIANO, int(p), 24 * i + 20, 80) for i, p in enumerate(pitches)
        ]
        notes += [Note(48 * i, Instrument.DRUMS, 36, 48 * i + 6, 96) for i in range(30)]
        score = Score(tuple(sorted(notes)), (TempoChange(0, 120.0),), (MetreChange(0, 4, 4),))
        (folder / f"{index}.mid").write_bytes(score_bytes(score, ""))
        rows.append(f"{index}.mid,{split},{labels}")
    (folder / "broken.mid").write_bytes(b"MThd")
    rows.append("broken.mid,train,folk")
    (folder / "manifest.csv").write_text("\n".join(rows), "utf-8")
    return folder


@pytest.fixture
def shards(corpus: Path, tmp_path: Path) -> Path:
    """Return the corpus as tokens."""
    data.build_shards(corpus, tmp_path / "shards")
    return tmp_path / "shards"
