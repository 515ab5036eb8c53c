"""A tiny network with drawn weights, exported once: a slow oracle and fast copies to hold to it.

A fresh network is nearly the identity, and its logits hardly depend on what it hears. The weights
are drawn again here, large enough that every token matters, with a seed under which the likeliest
event is never in doubt: over 512 greedy tokens it is ahead by 0.01 at least, far more than the
rounding of the table of rows to float16 can change.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from export import make
from export.graph import EXACT_FORMAT, GraphFormat
from export.runtime import artefact
from export.runtime.artefact import GRAPHS, Artefact
from export.runtime.decoder import Decoder
from model.tokens import features
from model.tokens import vocabulary as v
from model.transformer import SIZES, Transformer

STYLES = ("bach", "bossa nova", "chopin")
SEED = 49


Stream = tuple[list[int], NDArray[np.int64]]
"""Tokens (T,) and their rows of musical time (T, 6)."""


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def draw() -> Callable[[int], Transformer]:
    """Give a tiny network with so many key-value heads."""

    def drawn(kv_heads: int) -> Transformer:
        torch.manual_seed(SEED)
        network = Transformer(replace(SIZES["tiny"], styles=len(STYLES), kv_heads=kv_heads))
        with torch.no_grad():
            for name, weight in network.named_parameters():
                if name.endswith((".out.weight", ".down.weight", "critic.weight")):
                    weight.normal_(std=weight.shape[-1] ** -0.5)
                elif name.startswith("embedding"):
                    weight.normal_(std=0.3)
        return network.eval()

    return drawn


@pytest.fixture(scope="session")
def network(draw: Callable[[int], Transformer]) -> Transformer:
    return draw(2)


def _sealed(network: Transformer, folder: Path, forms: Mapping[str, GraphFormat]) -> Artefact:
    facts = {"config": network.config.as_dict(), "context": 2048, "step": 0}
    return make.write_artefact(folder, "tiny", network, STYLES, facts, forms)


@pytest.fixture(scope="session")
def exact(network: Transformer, tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    """Give the tiny network's artefact with float32 weights."""
    forms = dict.fromkeys(GRAPHS.values(), EXACT_FORMAT)
    return _sealed(network, tmp_path_factory.mktemp("exact"), forms)


@pytest.fixture(scope="session")
def shipped(network: Transformer, tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    """Give the same as it ships: eight bits, and a graph for each device."""
    return _sealed(network, tmp_path_factory.mktemp("shipped"), make.SHIPPED_FORMATS)


@pytest.fixture
def copied(exact: Artefact, tmp_path: Path) -> Path:
    """Give a folder with a copy of the artefact, to be damaged."""
    for path in exact.folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert (tmp_path / artefact.MANIFEST).exists()
    return tmp_path


@pytest.fixture(scope="session")
def stream() -> Stream:
    """Give any 700 tokens at any musical time: a cache of 256 slides four times."""
    rng = np.random.default_rng(1)
    rows = np.stack([rng.integers(0, size, 700) for size in features.SIZES], axis=-1)
    return rng.integers(0, v.SIZE, 700).tolist(), rows


@pytest.fixture
def fresh(exact: Artefact) -> Callable[[], Decoder]:
    """Make decoders in the first style with all instruments and a cache of 256 tokens."""

    def made() -> Decoder:
        decoder = Decoder(exact, device="cpu", capacity=256, threads=1)
        decoder.set_style(exact.style_vectors[0])
        decoder.set_allowed(np.ones(14, np.float32))
        return decoder

    return made


@pytest.fixture(scope="session")
def conditions(exact: Artefact) -> tuple[Tensor, Tensor]:
    """Give the style and the instruments of `fresh` as the network takes them."""
    return torch.from_numpy(exact.style_vectors[:1].copy()), torch.ones(1, 14)
