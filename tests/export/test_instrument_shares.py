"""Which instruments the styles have becomes a file of an artefact, and changes no other."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bridge.midi.instruments import Instrument
from bridge.midi.notes import Score
from export.instrument_shares import add_shares
from export.runtime.artefact import INSTRUMENT_SHARES, MANIFEST, Artefact, ArtefactError
from model.corpus import ManifestEntry
from model.data import EncodedPiece, write_shard
from model.tokens import tokenizer


@pytest.fixture
def shards(song: Callable[..., Score], tmp_path: Path) -> Path:
    """Return shards of two pieces by Chopin, one of them for a piano and a bass."""
    folder = tmp_path / "shards"
    folder.mkdir()
    scores = [song(Instrument.PIANO), song(Instrument.PIANO, Instrument.BASS)]
    entries = [
        ManifestEntry(f"{n}.mid", "train", ("chopin", "mazurka"), f"{n}", "score", "CC0")
        for n in range(len(scores))
    ]
    encoded = [
        EncodedPiece(
            np.array(tokenizer.encode(score), np.uint16),
            dict(Counter(note.instrument.label for note in score.notes)),
            1.0,
        )
        for score in scores
    ]
    write_shard(folder, "train-0000", entries, encoded)
    return folder


def test_an_artefact_learns_the_shares_of_its_styles(copied: Path, shards: Path) -> None:
    before = {path.name: path.read_bytes() for path in copied.iterdir() if path.is_file()}
    add_shares(copied, shards)
    made = Artefact.load(copied)
    assert set(made.instrument_shares) == {"chopin"}
    shares = made.instrument_shares["chopin"]
    assert {kind: share for kind, share in shares.items() if share} == {
        Instrument.PIANO: 1.0,
        Instrument.BASS: 0.5,
    }
    after = {path.name: path.read_bytes() for path in copied.iterdir() if path.is_file()}
    assert {name for name in after if after[name] != before.get(name)} == {
        INSTRUMENT_SHARES,
        MANIFEST,
    }


def test_changed_shares_are_refused(copied: Path, shards: Path) -> None:
    add_shares(copied, shards)
    (copied / INSTRUMENT_SHARES).write_text("{}")
    with pytest.raises(ArtefactError):
        Artefact.load(copied)
