"""Eight-bit weights: a quarter of the size, and on a CPU more than twice the speed.

A decode step on a CPU is limited by reading the weights once for each token. Dynamic quantisation
stores the matrices as int8, one scale for each output, and quantises what they are multiplied with
on the fly. The token table is looked up, not multiplied: it is stored as float16 and cast after the
lookup, which is exact enough that no test can tell.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

if TYPE_CHECKING:
    from pathlib import Path

_LARGE = 10_000  # values: below that a table is not worth a cast


def quantise(source: Path, target: Path) -> None:
    """Write the int8 variant of a float32 graph."""
    logging.disable(
        logging.WARNING
    )  # it advises a pre-processing that the exporter has already done
    try:
        quantize_dynamic(
            source,
            target,
            per_channel=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul"],
            extra_options={"MatMulConstBOnly": True},
        )
    finally:
        logging.disable(logging.NOTSET)
    model = onnx.load(target)
    _halve_tables(model.graph)
    onnx.save(model, target)


def _halve_tables(graph: onnx.GraphProto) -> None:
    """Store large float32 tables that are only looked up as float16, cast after the lookup."""
    tables = {t.name: t for t in graph.initializer if t.data_type == TensorProto.FLOAT}
    nodes = []
    for node in graph.node:
        nodes.append(node)
        table = tables.get(node.input[0]) if node.op_type == "Gather" else None
        if table is None or int(np.prod(table.dims)) < _LARGE:
            continue
        halved = numpy_helper.to_array(table).astype(np.float16)
        table.CopyFrom(numpy_helper.from_array(halved, table.name))
        wide, node.output[0] = node.output[0], f"{node.output[0]}_half"
        nodes.append(helper.make_node("Cast", [node.output[0]], [wide], to=TensorProto.FLOAT))
    del graph.node[:]
    graph.node.extend(nodes)
