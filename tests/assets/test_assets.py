"""What ships: the artefact states its proofs, and the demo phrases are music."""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assets import DEMO_PHRASES, FOLDER
from bridge.midi import smf
from export.runtime.artefact import EVALUATION, MODEL_CARD, Artefact, load_default_artefact
from export.runtime.decoder import Decoder
from gui.engine.phrases import default_style, phrase_file
from model.style_map import label_sizes
from model.tokens import vocabulary as v

ROOT = Path(__file__).parents[2]
MOST_BYTES = 45_000_000


@pytest.fixture(scope="module")
def artefact() -> Artefact:
    return load_default_artefact()


def test_its_graph_was_proven_equal_before_it_was_sealed(artefact: Artefact) -> None:
    assert artefact.manifest["parity"] == {"greedy_tokens": 512, "equal": 512}
    for device in ("cpu", "cuda"):
        assert artefact.manifest["agreement"][device]["top1"] > 0.95


def test_it_runs(artefact: Artefact) -> None:
    decoder = Decoder(artefact, device="cpu", threads=1)
    assert decoder.cache.capacity == artefact.manifest["context"]
    logits = decoder.feed([v.START], np.zeros((1, 6), np.int64))
    assert np.isfinite(logits.events).all()


def test_it_has_styles_and_a_card_that_names_every_source(artefact: Artefact) -> None:
    assert {"bach", "chopin", "jazz", "bossa nova"} <= set(artefact.style_names)
    card = (artefact.folder / MODEL_CARD).read_text("utf-8")
    for source in ("pl-wnifc", "Mutopia", "OpenScore", "piano-midi.de", "Groove", "CC-BY-4.0"):
        assert source in card


@pytest.fixture(scope="module")
def evaluation(artefact: Artefact) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((artefact.folder / EVALUATION).read_text("utf-8"))
    assert found["step"] == artefact.manifest["step"]  # it is of this model
    return found


def test_it_predicts_unheard_tunes_better_than_every_baseline(evaluation: dict[str, Any]) -> None:
    own = evaluation["nll"]["per_token"]
    for name in ("unigram", "5-gram"):
        assert own < evaluation[name]["per_token"]
    for name in ("whole", "plain", "lstm"):
        assert own < evaluation["against"][name]["per_token"]


def test_it_knows_styles_far_better_than_chance(evaluation: dict[str, Any]) -> None:
    assert evaluation["styles"]["top1"] >= 5 * evaluation["styles"]["chance"]


def test_nothing_plays_that_was_not_asked_for(evaluation: dict[str, Any]) -> None:
    assert evaluation["continuation"]["instruments"]["not_asked_but_played"] == 0


def test_every_style_has_room_on_the_map(artefact: Artefact) -> None:
    size, places = label_sizes(artefact.style_names), artefact.style_positions
    gap = np.abs(places[:, None] - places[None])
    covered = np.all((size[:, None] + size[None]) / 2 - gap > 2e-4, axis=-1)
    assert int(covered.sum()) == len(places)  # each covers itself
    assert places.min() >= 0
    assert places.max() <= 1


@pytest.mark.parametrize("name", ["nocturne", "minuet", "prelude", "blues"])
def test_a_demo_phrase_can_be_played_in_a_style_that_there_is(
    artefact: Artefact, name: str
) -> None:
    score = smf.read(phrase_file(name)).score
    assert phrase_file(name).parent == DEMO_PHRASES
    assert len(score.notes) > 20
    assert default_style(name) in artefact.style_names


def test_what_is_tracked_can_travel() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    sizes = [
        (ROOT / name).stat().st_size
        for name in listed.stdout.splitlines()
        if (ROOT / name).exists()
    ]
    assert sum(sizes) < MOST_BYTES
    assert FOLDER == ROOT / "assets"
