"""A run becomes an artefact that loads; a graph that differs from the network is not sealed."""

import copy
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from export import make
from export.graph import GraphFormat, write_graphs
from export.runtime.artefact import Artefact
from model.run import CHECKPOINT
from model.transformer import Transformer

STYLES = ["bach", "bossa nova", "chopin"]


@pytest.fixture
def run(network: Transformer, tmp_path: Path) -> Path:
    """Return the folder of a run that has reached step 7."""
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
    make.make_artefact(run, tmp_path / "out", "tiny")
    made = Artefact.load(tmp_path / "out")
    assert made.name == "tiny"
    assert list(made.style_names) == STYLES
    assert made.manifest["step"] == 7
    assert made.manifest["parity"] == {"greedy_tokens": 512, "equal": 512}
    for device in ("cpu", "cuda"):
        assert made.manifest["agreement"][device]["top1"] > 0.9
    assert "CC BY" in made.manifest["data_licence"]


def test_a_graph_of_another_network_is_not_sealed(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_another(
        network: Transformer, folder: Path, formats: Mapping[str, GraphFormat]
    ) -> None:
        other = copy.deepcopy(network)
        with torch.no_grad():
            other.get_parameter("blocks.0.feed.down.weight").neg_()
        write_graphs(other, folder, formats)

    monkeypatch.setattr(make, "write_graphs", write_another)
    with pytest.raises(AssertionError, match="differs from the network after"):
        make.make_artefact(run, tmp_path / "out", "tiny")
    assert not (tmp_path / "out").exists()
