"""Int8 weights: much smaller, and nearly always of the same opinion."""

import numpy as np
import onnx
from onnx import TensorProto

from bridge.instruments import Instrument
from export import make
from export.artefact import Artefact
from export.runtime import Decoder
from model import sampling
from model import vocabulary as v
from model.sampling import Chance, Grammar


def _performed(artefact: Artefact, count: int) -> list[int]:
    """Return a stream that the network finds plausible; drawn, lest it go in circles."""
    decoder = Decoder(artefact, device="cpu", threads=1)
    decoder.set_allowed(sampling.multi_hot(tuple(Instrument)))
    grammar, rng = Grammar(), np.random.default_rng(3)
    tokens = [v.START, v.CLOCK_FREE]
    logits = decoder.feed(tokens, np.zeros((2, 6), np.int64))
    while len(tokens) < count:
        mask = grammar.mask()
        tokens.append(sampling.choose(logits.events, logits.velocities, mask, Chance(), rng))
        grammar.push(tokens[-1])
        logits = decoder.feed(tokens[-1:], np.zeros((1, 6), np.int64))
    return tokens


def test_int8_agrees_with_float32(exact: Artefact, int8: Artefact) -> None:
    found = make.agreement(exact, int8, _performed(exact, 300))
    assert found.tokens == 300
    assert found.top1 >= 0.9
    assert 0 < found.divergence < 0.05


def test_a_graph_agrees_with_itself(exact: Artefact) -> None:
    found = make.agreement(exact, exact, _performed(exact, 30))
    assert (found.top1, found.divergence) == (1.0, 0.0)


def test_no_large_float32_is_left(int8: Artefact, exact: Artefact) -> None:
    large = [
        tensor.name
        for tensor in onnx.load(int8.graph).graph.initializer
        if tensor.data_type == TensorProto.FLOAT and np.prod(tensor.dims) > 10_000
    ]
    assert large == []
    # The tiny network is mostly tables, which are float16; matrices shrink to a quarter.
    assert int8.graph.stat().st_size < 0.6 * exact.graph.stat().st_size
