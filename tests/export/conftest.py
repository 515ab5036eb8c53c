"""A tiny network with random weights, exported once, to compare slow and fast decoding.

A fresh network is nearly the identity, and its logits hardly depend on its input. The weights are
therefore drawn again here, large enough that every token matters. Under this seed the likeliest
event is always clear: over 512 greedy tokens it leads by at least 0.01, far more than rounding the
table of rows to float16 can change.

Beside it, songs of repeated notes and a corpus of them, from which trials are drawn.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from export import make
from export.graph import EXACT_FORMAT, GraphFormat
from export.runtime import artefact
from export.runtime.artefact import GRAPHS, Artefact
from export.runtime.decoder import Decoder
from model.data import Corpus, Piece
from model.tokens import features, tokenizer
from model.tokens import vocabulary as v
from model.transformer import SIZES, Transformer

STYLES = ("bach", "bossa nova", "chopin")
SEED = 17


Stream = tuple[list[int], NDArray[np.int64]]
"""Tokens (T,) and their rows of musical time (T, 6)."""


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def draw() -> Callable[[int], Transformer]:
    """Return a function that makes a tiny network with a number of key-value heads."""

    def draw_network(kv_heads: int) -> Transformer:
        torch.manual_seed(SEED)
        network = Transformer(replace(SIZES["tiny"], styles=len(STYLES), kv_heads=kv_heads))
        with torch.no_grad():
            for name, weight in network.named_parameters():
                if name.endswith((".out.weight", ".down.weight", "critic.weight")):
                    weight.normal_(std=weight.shape[-1] ** -0.5)
                elif name.startswith("embedding"):
                    weight.normal_(std=0.3)
        return network.eval()

    return draw_network


@pytest.fixture(scope="session")
def network(draw: Callable[[int], Transformer]) -> Transformer:
    return draw(2)


def _sealed(network: Transformer, folder: Path, formats: Mapping[str, GraphFormat]) -> Artefact:
    facts = {"config": network.config.as_dict(), "context": 2048, "step": 0}
    return make.write_artefact(folder, "tiny", network, STYLES, facts, formats)


@pytest.fixture(scope="session")
def exact(network: Transformer, tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    """Return the tiny network's artefact with float32 weights."""
    formats = dict.fromkeys(GRAPHS.values(), EXACT_FORMAT)
    return _sealed(network, tmp_path_factory.mktemp("exact"), formats)


@pytest.fixture(scope="session")
def shipped(network: Transformer, tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    """Return the same as it ships: eight bits, and a graph for each device."""
    return _sealed(network, tmp_path_factory.mktemp("shipped"), make.SHIPPED_FORMATS)


@pytest.fixture
def copied(exact: Artefact, tmp_path: Path) -> Path:
    """Return a folder with a copy of the artefact, which a test may damage."""
    for path in exact.folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert (tmp_path / artefact.MANIFEST).exists()
    return tmp_path


@pytest.fixture(scope="session")
def stream() -> Stream:
    """Return 700 random tokens at random musical times: a cache of 256 slides four times."""
    rng = np.random.default_rng(1)
    rows = np.stack([rng.integers(0, size, 700) for size in features.SIZES], axis=-1)
    return rng.integers(0, v.SIZE, 700).tolist(), rows


@pytest.fixture
def fresh(exact: Artefact) -> Callable[[], Decoder]:
    """Return a function that makes decoders in the first style with a cache of 256 tokens."""

    def make_decoder() -> Decoder:
        decoder = Decoder(exact, device="cpu", capacity=256, threads=1)
        decoder.set_style(exact.style_vectors[0])
        decoder.set_allowed(np.ones(14, np.float32))
        return decoder

    return make_decoder


@pytest.fixture(scope="session")
def conditions(exact: Artefact) -> tuple[Tensor, Tensor]:
    """Return the style and the instruments of `fresh` as inputs of the network."""
    return torch.from_numpy(exact.style_vectors[:1].copy()), torch.ones(1, 14)


@pytest.fixture
def song() -> Callable[..., Score]:
    """Return a function that makes a song of middle Cs in quarters, for some instruments."""

    def make_song(*instruments: Instrument, bars: int = 40) -> Score:
        notes = [
            Note(192 * bar + tick, kind, 48, 192 * bar + tick + 24, 80)
            for bar in range(bars)
            for tick in range(0, 192, 48)
            for kind in instruments
        ]
        return Score(tuple(sorted(notes)), (TempoChange(0, 160.0),), (MetreChange(0, 4, 4),))

    return make_song


@pytest.fixture
def corpus_of() -> Callable[..., Corpus]:
    """Return a function that makes a corpus of songs with names and tunes."""

    def make_corpus(*songs: tuple[str, str, Score]) -> Corpus:
        pieces, tokens = [], list[int]()
        for name, group, score in songs:
            begin = len(tokens)
            tokens += tokenizer.encode(score)
            kinds = {note.instrument.label: 1 for note in score.notes}
            path, end = f"{name}.mid", len(tokens)
            pieces.append(Piece(path, ("pop",), group, "band", "CC0", 1.0, kinds, 0, begin, end))
        return Corpus((np.array(tokens, np.uint16),), tuple(pieces))

    return make_corpus
