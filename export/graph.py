"""From a trained network to the ONNX graphs that play it, on a CPU or a GPU.

A graph is one decode step over a cache that it does not own. Whoever runs it allocates the keys and
values once and binds the same memory as past and as present: onnxruntime's GroupQueryAttention
writes the new entries in place and attends over what is valid, so that nothing is copied for a
token. How much is valid is an input (`seqlens_k`), which makes rewinding the setting of a number.
Positions follow from it: the operator turns queries and keys by their place in the cache.

    x (B, T, D)  seqlens_k (B,)  total_len (1,)  past_k0, past_v0, ... (B, K, M, A)
    -> logits (B, E + 14 * 16 + 1)  present_k0, present_v0, ...

`x` is what is known of each position: the rows of `model.tokens.inputs`, style and instruments, summed by
whoever runs it. Looking up eight rows takes NumPy as long as it takes a runtime to start the five
operators for it. Logits are those after the last of the T tokens: events, velocities, critic.

On a CPU a step of a small network is mostly the starting of operators and the reading of weights,
so the graph is written node by node with as few of them as the operators allow, and the weights are
eight bits wide. A *form* says how it is stored and computed; all forms in a folder share one file
of weights, which begins with the table of rows in float16. CUDA's attention knows no float32, so
there matrix products and cache are float16; the residual stream is float32 everywhere.

Source: onnxruntime, docs/ContribOperators.md, domain com.microsoft.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import onnx
from onnx import TensorProto, external_data_helper, helper, numpy_helper

from export.runtime.artefact import POSITIONS, WEIGHTS
from model.transformer import NORM_EPSILON
from model.weights import BLOCK, PREFIX, eight_bits, flat

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
_SMALL = 1024  # bytes: what is shorter stays in the graph itself
_INT8_PRODUCTS = 4  # MatMulNBits' accuracy level: what is multiplied is rounded to int8 as well


@dataclass(frozen=True, slots=True)
class Form:
    """How matrices are stored, and whether products, attention and cache are float16."""

    matrices: Literal["float32", "float16", "eight bits"]
    half: bool = False

    @property
    def number(self) -> type[np.floating[Any]]:
        """The type that products, attention and cache are computed in."""
        return np.float16 if self.half else np.float32


EXACT = Form("float32")
"""What the others are compared with."""
ON_CPU, ON_CUDA = Form("eight bits"), Form("eight bits", half=True)
ON_CUDA_HALF = Form("float16", half=True)


def cache_names(layers: int, when: str) -> list[str]:
    """Return the names of the cache tensors, `when` being past or present."""
    return [f"{when}_{kind}{layer}" for layer in range(layers) for kind in "kv"]


def write_graphs(network: Transformer, folder: Path, forms: Mapping[str, Form]) -> None:
    """Write the graphs of a network, one file for each form, and the weights that they share."""
    tensors = {name: tensor.float().cpu().numpy() for name, tensor in flat(network).items()}
    with (folder / WEIGHTS).open("wb") as file:
        store = Store(file)
        file.write(tensors["rows"].astype(np.float16).tobytes())
        for name, form in forms.items():
            onnx.save(GraphWriter(tensors, network.config, form, store).model(), folder / name)


class Store:
    """The file of weights: each tensor stands in it once, whoever asks."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._places: dict[tuple[str, str], tuple[int, int]] = {}

    def tensor(self, name: str, array: NDArray[Any]) -> onnx.TensorProto:
        """Return a tensor of this name, which refers to the file unless it is small."""
        tensor = numpy_helper.from_array(array, name)
        if array.nbytes < _SMALL:
            return tensor
        key = name, array.dtype.str
        if key not in self._places:
            self._file.write(bytes(-self._file.tell() % _ALIGNMENT))
            self._places[key] = self._file.tell(), array.nbytes
            self._file.write(tensor.raw_data)
        begin, length = self._places[key]
        external_data_helper.set_external_data(tensor, WEIGHTS, begin, length)
        tensor.ClearField("raw_data")
        return tensor


class GraphWriter:
    """One graph in the making, node by node."""

    def __init__(
        self, tensors: Mapping[str, NDArray[Any]], config: Config, form: Form, store: Store
    ) -> None:
        self._tensors, self.config, self._form, self._store = tensors, config, form, store
        self.nodes: list[onnx.NodeProto] = []
        self._initializers: dict[str, onnx.TensorProto] = {}

    def model(self) -> onnx.ModelProto:
        """Return the whole step."""
        x, change = "x", ""
        angles = self._angles()
        for index in range(self.config.layers):
            block = f"blocks/{index}"
            x, normed = self._normed(x, change, f"{block}/attention_norm")
            attended = self.attended(self._product(normed, f"{block}/qkv"), index, angles)
            change = self._wide(self._product(attended, f"{block}/out"))
            x, normed = self._normed(x, change, f"{block}/feed_norm")
            change = self._wide(self._product(self._gated(normed, block), f"{block}/down"))
        _, normed = self._normed(x, change, "norm")
        normed = self.op("Gather", normed, self.constant("last", np.array(-1)), axis=1)
        logits = self._wide(self._product(normed, "head"))
        self.nodes[-1].output[0] = "logits"
        assert logits
        return self._sealed()

    def _angles(self) -> tuple[str, str]:
        """Return cosine and sine (positions, A/2); onnxruntime computes them when it loads."""
        width = self.config.head_width
        half = np.arange(0, width, 2, dtype=np.float32) / width
        positions = np.arange(POSITIONS, dtype=np.float32)[:, None]
        frequencies = (self.config.rope_base**-half)[None].astype(np.float32)
        angle = self.op(
            "Mul",
            self.constant("positions", positions),
            self.constant("frequencies", frequencies),
        )
        cos, sin = self.op("Cos", angle), self.op("Sin", angle)
        return self._narrow(cos), self._narrow(sin)

    def _normed(self, x: str, change: str, weight: str) -> tuple[str, str]:
        """Add a change to the residual stream (if there is one); return it, and its norm."""
        scale = self._weight(weight, np.float32)
        if not change:
            name = "SimplifiedLayerNormalization"
            normed = self.op(name, x, scale, axis=-1, epsilon=NORM_EPSILON)
            return x, self._narrow(normed)
        # The second and third outputs are what training needs.
        normed, _, _, x = self.ops(
            "SkipSimplifiedLayerNormalization",
            (x, change, scale),
            (True, False, False, True),
            domain=_MICROSOFT,
            epsilon=NORM_EPSILON,
        )
        return x, self._narrow(normed)

    def attended(self, qkv: str, layer: int, angles: tuple[str, str]) -> str:
        """Attend over the cache, to which a layer's keys and values are added."""
        config = self.config
        past = f"past_k{layer}", f"past_v{layer}"
        node = helper.make_node(
            "GroupQueryAttention",
            [qkv, "", "", *past, "seqlens_k", "total_len", *angles],
            [self._fresh(), f"present_k{layer}", f"present_v{layer}"],
            domain=_MICROSOFT,
            num_heads=config.heads,
            kv_num_heads=config.kv_heads,
            do_rotary=1,
            scale=1.0,  # the queries are scaled; a product without a factor is a third quicker
        )
        self.nodes.append(node)
        return str(node.output[0])

    def _gated(self, normed: str, block: str) -> str:
        gate_up = self._product(normed, f"{block}/gate_up")
        sizes = self.constant("gate_and_up", np.array([self.config.inner] * 2))
        gate, up = self.ops("Split", (gate_up, sizes), (True, True), axis=-1)
        silu = self.op("QuickGelu", gate, domain=_MICROSOFT, alpha=1.0)
        return self.op("Mul", silu, up)

    def _product(self, x: str, name: str) -> str:
        """Multiply by a matrix (K, N), stored as the form says."""
        if self._form.matrices != "eight bits":
            kind = np.float32 if self._form.matrices == "float32" else np.float16
            return self.op("MatMul", x, self._weight(name, kind))
        matrix = self._tensors[name]
        values, scales = eight_bits(matrix)
        return self.op(
            "MatMulNBits",
            x,
            self._stored(f"{name}/values", values),
            self._stored(f"{name}/scales", scales.ravel().astype(self._form.number)),
            domain=_MICROSOFT,
            K=matrix.shape[0],
            N=matrix.shape[1],
            bits=8,
            block_size=BLOCK,
            accuracy_level=_INT8_PRODUCTS,
        )

    def _wide(self, x: str) -> str:
        return self._cast(x, np.float32) if self._form.half else x

    def _narrow(self, x: str) -> str:
        return self._cast(x, np.float16) if self._form.half else x

    def _cast(self, x: str, kind: type[np.floating[Any]]) -> str:
        return self.op("Cast", x, to=helper.np_dtype_to_tensor_dtype(np.dtype(kind)))

    def _weight(self, name: str, kind: type[np.floating[Any]]) -> str:
        return self._stored(name, self._tensors[name].astype(kind))

    def _stored(self, name: str, array: NDArray[Any]) -> str:
        return self.constant(f"{PREFIX}{name}", array)

    def constant(self, name: str, array: NDArray[Any]) -> str:
        """Return the name of a constant."""
        if name not in self._initializers:
            self._initializers[name] = self._store.tensor(name, array)
        return name

    def op(self, kind: str, *sources: str, **attributes: Any) -> str:
        """Add a node of one output; return its name."""
        return self.ops(kind, sources, (True,), **attributes)[0]

    def ops(
        self, kind: str, sources: Sequence[str], wanted: Sequence[bool], **attributes: Any
    ) -> list[str]:
        """Add a node; return its outputs, empty where one is not wanted."""
        outputs = [self._fresh(index) if want else "" for index, want in enumerate(wanted)]
        self.nodes.append(helper.make_node(kind, sources, outputs, **attributes))
        return outputs

    def _fresh(self, index: int = 0) -> str:
        return f"n{len(self.nodes)}" + (f"_{index}" if index else "")

    def _sealed(self) -> onnx.ModelProto:
        config = self.config
        number = helper.np_dtype_to_tensor_dtype(np.dtype(self._form.number))
        cache: tuple[int, list[str | int]] = (
            number,
            ["B", config.kv_heads, "M", config.head_width],
        )
        given: dict[str, tuple[int, list[str | int]]] = {
            "x": (TensorProto.FLOAT, ["B", "T", config.width]),
            "seqlens_k": (TensorProto.INT32, ["B"]),
            "total_len": (TensorProto.INT32, [1]),
        }
        given |= dict.fromkeys(cache_names(config.layers, "past"), cache)
        told: dict[str, tuple[int, list[str | int]]] = {
            "logits": (TensorProto.FLOAT, ["B", self._tensors["head"].shape[1]])
        }
        told |= dict.fromkeys(cache_names(config.layers, "present"), cache)
        graph = helper.make_graph(
            self.nodes,
            "step",
            [helper.make_tensor_value_info(name, *facts) for name, facts in given.items()],
            [helper.make_tensor_value_info(name, *facts) for name, facts in told.items()],
            list(self._initializers.values()),
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
