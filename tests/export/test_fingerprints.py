"""The training pieces become a file of an artefact, and no piece for validation does."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bridge.midi.instruments import Instrument
from bridge.midi.notes import Note, Score
from export.fingerprints import add_index, lines_of_tokens, longest_runs, read_titles
from export.originality.index import ORIGINALITY, index_of
from export.originality.lines import lines_of
from export.originality.sampling import MOST_TUNES
from export.runtime.artefact import MANIFEST, Artefact
from model.corpus import ManifestEntry
from model.data import Corpus, EncodedPiece, write_shard
from model.tokens import tokenizer

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
Shards = Callable[..., tuple[Path, Path]]


def melody(seed: int, kind: Instrument = PIANO) -> Score:
    rng = np.random.default_rng(seed)
    ticks = np.cumsum(rng.choice([12, 24, 48], 120)).tolist()
    pitches = rng.integers(40, 52, 120).tolist()
    rows = zip(ticks, pitches, strict=True)
    return Score(tuple(Note(tick, kind, pitch, tick + 10, 80) for tick, pitch in rows))


@pytest.fixture
def shards(tmp_path_factory: pytest.TempPathFactory) -> Shards:
    """Return a function that writes pieces (name, split, tune, kind, score) as shards."""

    def write(*pieces: tuple[str, str, str, str, Score]) -> tuple[Path, Path]:
        folder = tmp_path_factory.mktemp("shards")
        for split in ("train", "valid"):
            mine = [piece for piece in pieces if piece[1] == split]
            entries = [
                ManifestEntry(f"{name}.mid", split, ("folk",), tune, kind, "CC0")
                for name, _, tune, kind, _ in mine
            ]
            encoded = [
                EncodedPiece(np.array(tokenizer.encode(score), np.uint16), {"piano": 120}, 1.0)
                for *_, score in mine
            ]
            write_shard(folder, f"{split}-0000", entries, encoded)
        manifest = folder / "manifest.csv"
        rows = [f"{name}.mid,Tune {name}.,Anna" for name, *_ in pieces]
        manifest.write_text("\n".join(["path,title,attribution", *rows]), "utf-8")
        return folder, manifest

    return write


def test_scores_for_training_go_in_and_nothing_else(copied: Path, shards: Shards) -> None:
    before = {path.name: path.read_bytes() for path in copied.iterdir() if path.is_file()}
    folder, manifest = shards(
        ("a", "train", "1", "score", melody(1)),
        ("b", "train", "2", "band", melody(2)),
        ("c", "valid", "3", "score", melody(3)),
        ("d", "valid", "4", "score", melody(1)),
    )
    add_index(copied, folder, manifest)
    index = index_of(Artefact.load(copied))
    assert index is not None
    run = index.longest_run(melody(1).notes)
    assert run is not None
    assert run.title == "Tune a (Anna)"
    assert index.longest_run(melody(2).notes) is None
    assert index.longest_run(melody(3).notes) is None
    runs = longest_runs(index, Corpus.open(folder, "valid"))
    assert {path: run is not None for path, run in runs.items()} == {"c.mid": False, "d.mid": True}
    after = {path.name: path.read_bytes() for path in copied.iterdir() if path.is_file()}
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {ORIGINALITY, MANIFEST}


@pytest.mark.parametrize("tunes,is_found", [(MOST_TUNES, True), (MOST_TUNES + 1, False)])
def test_what_many_tunes_have_is_common_property(
    copied: Path, shards: Shards, tunes: int, *, is_found: bool
) -> None:
    pieces = [(f"{n}", "train", f"tune {n}", "score", melody(1)) for n in range(tunes)]
    index = add_index(copied, *shards(*pieces))
    assert (index.longest_run(melody(1).notes) is not None) == is_found


def test_versions_of_one_tune_are_not_many(copied: Path, shards: Shards) -> None:
    pieces = [(f"{n}", "train", "one", "score", melody(1)) for n in range(9)]
    assert add_index(copied, *shards(*pieces)).longest_run(melody(1).notes) is not None


def test_lines_of_tokens_are_those_of_the_notes() -> None:
    notes = (*melody(1).notes, *melody(2).notes, *melody(3, BASS).notes, *melody(4, DRUMS).notes)
    tokens = tokenizer.encode(Score(tuple(sorted(notes))))
    fast = list(lines_of_tokens(np.array(tokens)))
    slow = list(lines_of(tokenizer.decode(tokens).notes))
    assert [line.instrument for line in fast] == [PIANO, BASS]
    for one, other in zip(fast, slow, strict=True):
        assert one.instrument == other.instrument
        assert one.ticks.tolist() == other.ticks.tolist()
        assert one.pitches.tolist() == other.pitches.tolist()


def test_titles_name_the_composer_if_there_is_one(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.csv"
    manifest.write_text(
        "path,title,attribution\n"
        "a.mid,The Wren.,Traditional\n"
        'b.mid,Mazurka,"Chopin, Frédéric"\n'
        "c/d-1.mid,,\n",
        "utf-8",
    )
    assert read_titles(manifest) == {
        "a.mid": "The Wren",
        "b.mid": "Mazurka (Chopin, Frédéric)",
        "c/d-1.mid": "d-1",
    }
