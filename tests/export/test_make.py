"""A run becomes an artefact that loads; a graph that is not the network becomes none."""

import shutil
from pathlib import Path

import pytest
import torch

from export import make
from export.artefact import Artefact
from model.run import CHECKPOINT
from model.transformer import Transformer

STYLES = ["bach", "bossa nova", "chopin"]


@pytest.fixture
def run(network: Transformer, tmp_path: Path) -> Path:
    """Give the folder of a run that has reached step 7."""
    folder = tmp_path / "run"
    folder.mkdir()
    state = {
        "step": 7,
        "history": [],
        "plan": {"kind": "transformer", "window": 768, "without": ()},
        "config": network.config.as_dict(),
        "styles": STYLES,
        "network": network.state_dict(),
    }
    torch.save(state, folder / CHECKPOINT)
    return folder


def test_a_run_becomes_an_artefact_that_states_its_parity(run: Path, tmp_path: Path) -> None:
    make.make(run, tmp_path / "out", "tiny")
    made = Artefact.load(tmp_path / "out")
    assert made.name == "tiny"
    assert list(made.style_names) == STYLES
    assert made.manifest["step"] == 7
    assert made.manifest["parity"] == {"greedy_tokens": 512, "equal": 512}
    assert made.manifest["int8"]["top1"] > 0.9
    assert "CC BY" in made.manifest["data_licence"]


def test_a_graph_of_another_network_is_not_sealed(
    run: Path, exact: Artefact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the run's weights are others than those in the graph."""
    state = torch.load(run / CHECKPOINT, weights_only=True)
    state["network"]["blocks.0.feed.down.weight"].neg_()
    torch.save(state, run / CHECKPOINT)

    def write_other(_: Transformer, path: Path) -> None:
        shutil.copy(exact.graph, path)

    monkeypatch.setattr(make, "write_graph", write_other)
    with pytest.raises(AssertionError, match="parts from the network after"):
        make.make(run, tmp_path / "out", "tiny")
    assert not (tmp_path / "out").exists()
