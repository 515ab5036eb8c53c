"""Write the ONNX graphs of a trained network, for a CPU or a GPU.

A graph is one decode step over a cache that it does not own. The caller allocates the keys and
values once and binds the same memory as past and as present. onnxruntime's GroupQueryAttention
writes the new entries in place and attends over the valid ones, so that no token copies the cache.
The number of valid entries is an input (`seqlens_k`), so rewinding only changes a number. Positions
follow from it: the operator rotates queries and keys by their index in the cache.

    x (B, T, D)  seqlens_k (B,)  total_len (1,)  past_k0, past_v0, ... (B, K, M, A)
    -> logits (B, E + 14 * 16 + 1)  present_k0, present_v0, ...

`x` is the sum of what is known of each position: the rows of `model.tokens.inputs`, the style and
the instruments. The caller computes it, because NumPy looks up eight rows in the time that a
runtime needs to start the five operators for it. Logits are those after the last of the T tokens:
events, velocities, critic.

On a CPU, a step of a small network mostly starts operators and reads weights. The graph is
therefore written node by node with as few operators as possible, and the weights have eight bits. A
*format* says how matrices are stored and in which type they are computed. All formats in a folder
share one file of weights, which begins with the table of rows in float16. CUDA's attention does not
support float32, so matrix products and cache are float16 there. The residual stream is float32
everywhere.

Source: onnxruntime, docs/ContribOperators.md, domain com.microsoft.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import onnx
from onnx import TensorProto, external_data_helper, helper, numpy_helper

from export.runtime.artefact import MAX_POSITIONS, WEIGHTS
from model.transformer import NORM_EPSILON
from model.weights import QUANTISATION_BLOCK, WEIGHT_PREFIX, flatten_network, quantise_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray

    from model.transformer import Config, Transformer

OPSET = 20
_IR_VERSION = 10
_MICROSOFT = "com.microsoft"
_ALIGNMENT = 64
_INLINE_BYTES = 1024  # shorter tensors stay in the graph itself
_INT8_ACCURACY = 4  # MatMulNBits' accuracy level: the other factor is rounded to int8 as well


@dataclass(frozen=True, slots=True)
class GraphFormat:
    """How matrices are stored, and whether products, attention and cache are float16."""

    matrices: Literal["float32", "float16", "eight bits"]
    float16: bool = False

    @property
    def dtype(self) -> type[np.floating[Any]]:
        """The type of products, attention and cache."""
        return np.float16 if self.float16 else np.float32


EXACT_FORMAT = GraphFormat("float32")
"""The reference that the other formats are compared with."""
CPU_FORMAT, CUDA_FORMAT = GraphFormat("eight bits"), GraphFormat("eight bits", float16=True)
CUDA_FLOAT16_FORMAT = GraphFormat("float16", float16=True)


def cache_names(layers: int, prefix: str) -> list[str]:
    """Return the names of the cache tensors; `prefix` is "past" or "present"."""
    return [f"{prefix}_{kind}{layer}" for layer in range(layers) for kind in "kv"]


def write_graphs(network: Transformer, folder: Path, formats: Mapping[str, GraphFormat]) -> None:
    """Write the graphs of a network, one file for each format, and the weights that they share."""
    tensors = {
        name: tensor.float().cpu().numpy() for name, tensor in flatten_network(network).items()
    }
    with (folder / WEIGHTS).open("wb") as file:
        store = WeightFile(file)
        file.write(tensors["rows"].astype(np.float16).tobytes())
        for name, graph_format in formats.items():
            onnx.save(
                GraphBuilder(tensors, network.config, graph_format, store).build(), folder / name
            )


class WeightFile:
    """The file of weights, in which each tensor is stored once for all graphs."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._offsets: dict[tuple[str, str], tuple[int, int]] = {}

    def tensor(self, name: str, array: NDArray[Any]) -> onnx.TensorProto:
        """Return a tensor of this name, which refers to the file unless it is small."""
        tensor = numpy_helper.from_array(array, name)
        if array.nbytes < _INLINE_BYTES:
            return tensor
        key = name, array.dtype.str
        if key not in self._offsets:
            self._file.write(bytes(-self._file.tell() % _ALIGNMENT))
            self._offsets[key] = self._file.tell(), array.nbytes
            self._file.write(tensor.raw_data)
        begin, length = self._offsets[key]
        external_data_helper.set_external_data(tensor, WEIGHTS, begin, length)
        tensor.ClearField("raw_data")
        return tensor


class GraphBuilder:
    """A graph under construction, node by node."""

    def __init__(
        self,
        tensors: Mapping[str, NDArray[Any]],
        config: Config,
        graph_format: GraphFormat,
        weight_file: WeightFile,
    ) -> None:
        self._tensors, self.config, self._format, self._weight_file = (
            tensors,
            config,
            graph_format,
            weight_file,
        )
        self.nodes: list[onnx.NodeProto] = []
        self._initializers: dict[str, onnx.TensorProto] = {}

    def build(self) -> onnx.ModelProto:
        """Return the complete step."""
        x, change = "x", ""
        angles = self._rope_angles()
        for index in range(self.config.layers):
            block = f"blocks/{index}"
            x, normed = self._add_norm(x, change, f"{block}/attention_norm")
            attended = self.attention(self._matmul(normed, f"{block}/qkv"), index, angles)
            change = self._to_float32(self._matmul(attended, f"{block}/out"))
            x, normed = self._add_norm(x, change, f"{block}/feed_norm")
            change = self._to_float32(
                self._matmul(self._gated_feed_forward(normed, block), f"{block}/down")
            )
        _, normed = self._add_norm(x, change, "norm")
        normed = self.op("Gather", normed, self.constant("last", np.array(-1)), axis=1)
        logits = self._to_float32(self._matmul(normed, "head"))
        self.nodes[-1].output[0] = "logits"
        assert logits
        return self._make_model()

    def _rope_angles(self) -> tuple[str, str]:
        """Return cosine and sine (positions, A/2); onnxruntime computes them at load time."""
        width = self.config.head_width
        half = np.arange(0, width, 2, dtype=np.float32) / width
        positions = np.arange(MAX_POSITIONS, dtype=np.float32)[:, None]
        frequencies = (self.config.rope_base**-half)[None].astype(np.float32)
        angle = self.op(
            "Mul",
            self.constant("positions", positions),
            self.constant("frequencies", frequencies),
        )
        cos, sin = self.op("Cos", angle), self.op("Sin", angle)
        return self._to_float16(cos), self._to_float16(sin)

    def _add_norm(self, x: str, residual: str, weight: str) -> tuple[str, str]:
        """Add a change, if there is one, to the residual stream; return stream and norm."""
        scale = self._weight_constant(weight, np.float32)
        if not residual:
            name = "SimplifiedLayerNormalization"
            normed = self.op(name, x, scale, axis=-1, epsilon=NORM_EPSILON)
            return x, self._to_float16(normed)
        # Only training needs the second and third outputs.
        normed, _, _, x = self.ops(
            "SkipSimplifiedLayerNormalization",
            (x, residual, scale),
            (True, False, False, True),
            domain=_MICROSOFT,
            epsilon=NORM_EPSILON,
        )
        return x, self._to_float16(normed)

    def attention(self, qkv: str, layer: int, angles: tuple[str, str]) -> str:
        """Add a layer's keys and values to the cache, and attend over it."""
        config = self.config
        past = f"past_k{layer}", f"past_v{layer}"
        node = helper.make_node(
            "GroupQueryAttention",
            [qkv, "", "", *past, "seqlens_k", "total_len", *angles],
            [self._unique_name(), f"present_k{layer}", f"present_v{layer}"],
            domain=_MICROSOFT,
            num_heads=config.heads,
            kv_num_heads=config.kv_heads,
            do_rotary=1,
            scale=1.0,  # the queries are already scaled; no factor here makes it a third faster
        )
        self.nodes.append(node)
        return str(node.output[0])

    def _gated_feed_forward(self, normed: str, block: str) -> str:
        gate_up = self._matmul(normed, f"{block}/gate_up")
        sizes = self.constant("gate_and_up", np.array([self.config.inner] * 2))
        gate, up = self.ops("Split", (gate_up, sizes), (True, True), axis=-1)
        silu = self.op("QuickGelu", gate, domain=_MICROSOFT, alpha=1.0)
        return self.op("Mul", silu, up)

    def _matmul(self, x: str, name: str) -> str:
        """Multiply by a matrix (K, N), stored as the format says."""
        if self._format.matrices != "eight bits":
            kind = np.float32 if self._format.matrices == "float32" else np.float16
            return self.op("MatMul", x, self._weight_constant(name, kind))
        matrix = self._tensors[name]
        values, scales = quantise_weights(matrix)
        return self.op(
            "MatMulNBits",
            x,
            self._prefixed_constant(f"{name}/values", values),
            self._prefixed_constant(f"{name}/scales", scales.ravel().astype(self._format.dtype)),
            domain=_MICROSOFT,
            K=matrix.shape[0],
            N=matrix.shape[1],
            bits=8,
            block_size=QUANTISATION_BLOCK,
            accuracy_level=_INT8_ACCURACY,
        )

    def _to_float32(self, x: str) -> str:
        return self._cast(x, np.float32) if self._format.float16 else x

    def _to_float16(self, x: str) -> str:
        return self._cast(x, np.float16) if self._format.float16 else x

    def _cast(self, x: str, dtype: type[np.floating[Any]]) -> str:
        return self.op("Cast", x, to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def _weight_constant(self, name: str, dtype: type[np.floating[Any]]) -> str:
        return self._prefixed_constant(name, self._tensors[name].astype(dtype))

    def _prefixed_constant(self, name: str, array: NDArray[Any]) -> str:
        return self.constant(f"{WEIGHT_PREFIX}{name}", array)

    def constant(self, name: str, array: NDArray[Any]) -> str:
        """Return the name of a constant."""
        if name not in self._initializers:
            self._initializers[name] = self._weight_file.tensor(name, array)
        return name

    def op(self, op_type: str, *sources: str, **attributes: Any) -> str:
        """Add a node with one output, and return the name of the output."""
        return self.ops(op_type, sources, (True,), **attributes)[0]

    def ops(
        self, op_type: str, sources: Sequence[str], wanted: Sequence[bool], **attributes: Any
    ) -> list[str]:
        """Add a node and return the names of its outputs, empty for those that are not wanted."""
        outputs = [self._unique_name(index) if want else "" for index, want in enumerate(wanted)]
        self.nodes.append(helper.make_node(op_type, sources, outputs, **attributes))
        return outputs

    def _unique_name(self, index: int = 0) -> str:
        return f"n{len(self.nodes)}" + (f"_{index}" if index else "")

    def _make_model(self) -> onnx.ModelProto:
        config = self.config
        number = helper.np_dtype_to_tensor_dtype(np.dtype(self._format.dtype))
        cache: tuple[int, list[str | int]] = (
            number,
            ["B", config.kv_heads, "M", config.head_width],
        )
        graph_inputs: dict[str, tuple[int, list[str | int]]] = {
            "x": (TensorProto.FLOAT, ["B", "T", config.width]),
            "seqlens_k": (TensorProto.INT32, ["B"]),
            "total_len": (TensorProto.INT32, [1]),
        }
        graph_inputs |= dict.fromkeys(cache_names(config.layers, "past"), cache)
        outputs: dict[str, tuple[int, list[str | int]]] = {
            "logits": (TensorProto.FLOAT, ["B", self._tensors["head"].shape[1]])
        }
        outputs |= dict.fromkeys(cache_names(config.layers, "present"), cache)
        graph = helper.make_graph(
            self.nodes,
            "step",
            [helper.make_tensor_value_info(name, *facts) for name, facts in graph_inputs.items()],
            [helper.make_tensor_value_info(name, *facts) for name, facts in outputs.items()],
            list(self._initializers.values()),
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
