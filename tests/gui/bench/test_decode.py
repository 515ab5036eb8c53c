"""The lower bound is what the graph reads; each cost is measured on a cache of the stated size."""

import numpy as np
import onnx
from onnx import numpy_helper

from export.runtime.artefact import load_default_artefact
from gui.bench import decode


def test_the_bound_is_the_size_of_the_graphs_matrices() -> None:
    artefact = load_default_artefact()
    graph = onnx.load(artefact.graph_path("cpu")).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    products = [node for node in graph.node if node.op_type == "MatMulNBits"]
    held = sum(stored[name].nbytes for node in products for name in node.input[1:3])
    assert decode.bytes_read(artefact.manifest["config"]) == held


def test_the_cache_has_the_stated_size() -> None:
    config = load_default_artefact().manifest["config"]
    narrow = config["width"] // config["heads"] * config["kv_heads"]
    cache = np.zeros((config["layers"], 2, 100, narrow), np.float32)
    assert decode.cache_bytes(config, 100) == cache.nbytes


def test_prefill_and_the_cache_are_measured() -> None:
    artefact = load_default_artefact()
    prefill = decode.measure_prefill(artefact)
    assert prefill["512 at once"] > prefill["4 after 512"] > 100
    cache = decode.measure_cache(artefact)
    assert cache["rewind"]["median_ms"] < cache["fork"]["median_ms"]
    assert cache["rewind"]["median_ms"] < cache["slide"]["median_ms"]
