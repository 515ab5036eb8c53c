"""The decoder: a network's decode step, run by onnxruntime over a cache that stays in place.

Tokens go in as chunks of a few fixed sizes; each size has its own buffers and binding, made once,
and reads and writes the cache in place (`export.runtime.kv_cache`). A token costs one run of the
network. Style and instruments are added to the input. Changing them recomputes nothing, and earlier
tokens keep those that they were fed with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bridge.messages.processor import Processor
from bridge.midi.instruments import Instrument
from export.onnx_runtime.library import ort
from export.runtime import provider
from export.runtime.artefact import MAX_POSITIONS, Artefact, ArtefactError
from export.runtime.kv_cache import KvCache
from export.runtime.reasons.artefact import GraphNotFinite, GraphUnusable
from model.tokens import features, inputs
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import DTypeLike, NDArray

CHUNK_SIZES = (128, 32, 8, 4, 2, 1)
_PROVEN_SIZES = (2, 1)
"""Sizes that are run before anything is played: they cost 2 ms, and the larger ones 50 ms."""
_RUNS_TO_CAPTURE = 3
_ONE_TOKEN_GRAPH, _NO_GRAPH = "1", "-1"
"""Names of CUDA graphs: the step of one token is captured once and replayed, other sizes run."""


@dataclass(frozen=True, slots=True)
class Logits:
    """The network's output after a token: events (E,), velocities (14, 16), critic."""

    events: NDArray[np.float32]
    velocities: NDArray[np.float32]
    critic: float

    @classmethod
    def split(cls, row: NDArray[np.float32]) -> Logits:
        """Split a row (E + 14 * 16 + 1,) of a graph's output into its parts."""
        velocities = row[v.EVENT_COUNT : -1].reshape(len(Instrument), v.VELOCITY_LEVELS)
        return cls(row[: v.EVENT_COUNT], velocities, float(row[-1]))


@dataclass(frozen=True, slots=True)
class Chunk:
    """Buffers and binding for some rows of the cache and a fixed number of tokens in each."""

    x: ort.OrtValue
    seqlens: ort.OrtValue
    total: ort.OrtValue
    logits: ort.OrtValue
    binding: ort.IOBinding
    options: ort.RunOptions | None
    """Used on CUDA only, since passing them costs 30 microseconds."""
    is_captured: bool
    """Whether it is replayed as a CUDA graph, which keeps the total length of its capture."""


class Decoder:
    """One stream of tokens through a network."""

    def __init__(
        self,
        artefact: Artefact,
        *,
        device: provider.DevicePreference = "auto",
        capacity: int | None = None,
        threads: int = 1,
        rows: int = 1,
        capture: bool = True,
    ) -> None:
        """Prepare to decode with a cache of `capacity` tokens (256 to 4096).

        The default capacity is the longest context that the network was trained on. With more than
        one row in the cache, takes can be tried side by side. On CUDA, the step of one token is
        captured as a graph if `capture` is true.

        Raises:
            ArtefactError: the graph does not open or run, answers with numbers that are not
                finite, or differs from the manifest.

        """
        if capacity is None:
            capacity = int(artefact.manifest["context"])
        if not 2 * CHUNK_SIZES[0] <= capacity <= MAX_POSITIONS:
            raise ValueError(
                f"a cache of {capacity} is not between {2 * CHUNK_SIZES[0]} and {MAX_POSITIONS}"
            )
        self._session, self.provider = provider.open_session(artefact, device, threads)
        self._path = artefact.graph_path(self.provider.device)
        self.threads = threads
        config = artefact.manifest["config"]
        self._table, self._instrument_vectors = artefact.embedding_rows, artefact.instrument_vectors
        self._style = np.zeros(config["width"], np.float32)
        self.allowed = np.zeros(config["width"], np.float32)
        """The vector (D,) of the instruments with which the next token is read."""
        self.cache = KvCache(
            self._session, config, device=self.provider.device, rows=rows, capacity=capacity
        )
        captured = capture and self.provider.device == "cuda"
        self._chunks = {
            size: self.bind_chunk(1, size, captured=captured and size == 1) for size in CHUNK_SIZES
        }
        self._prove()

    @property
    def processor(self) -> Processor:
        """The device that runs the network, and why it was chosen."""
        return Processor(self.provider.device == "cuda", self.threads, self.provider.reason)

    def set_style(self, vector: NDArray[np.float32]) -> None:
        """Use a style vector (D,) from the next token on; zeros for no style."""
        self._style = vector.astype(np.float32)

    def set_allowed(self, multi_hot: NDArray[np.float32]) -> None:
        """Use a set of instruments (14,) from the next token on; zeros if unknown."""
        self.allowed = self.allowed_vector(multi_hot)

    def allowed_vector(self, multi_hot: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the vector (D,) of a set of instruments (14,), for `allowed`."""
        return (multi_hot @ self._instrument_vectors).astype(np.float32)

    def feed(
        self,
        tokens: Sequence[int],
        rows: NDArray[np.int64],
        allowed: NDArray[np.float32] | None = None,
    ) -> Logits:
        """Append tokens with their rows of musical time (T, 6); return the logits after the last.

        Each token is read with the instruments of a row of `allowed` (T, D), or, if None, with
        those of `set_allowed`. A full cache slides.
        """
        if len(tokens) == 0 or rows.shape != (len(tokens), features.COUNT):
            raise ValueError(f"{len(tokens)} tokens need rows ({len(tokens)}, {features.COUNT})")
        row = np.asarray(tokens, np.int64)
        cache, chunk, at = self.cache, self._chunks[1], 0
        while at < len(tokens):
            if cache.length == cache.capacity:
                cache.slide()
            # The cache fills up before it slides, however the tokens were split into chunks.
            room = min(len(tokens) - at, cache.capacity - cache.length)
            size = next(size for size in CHUNK_SIZES if size <= room)
            chunk = self._chunks[size]
            part = slice(at, at + size)
            before = np.array([cache.length], np.int32)
            among = None if allowed is None else allowed[None, part]
            self.run_step(chunk, row[None, part], rows[None, part], before, among)
            cache.length += size
            at += size
        # On the CPU, .numpy() is the output buffer itself, which the next step overwrites.
        return Logits.split(chunk.logits.numpy()[0].copy())

    def run_step(
        self,
        chunk: Chunk,
        tokens: NDArray[np.int64],
        time: NDArray[np.int64],
        lengths: NDArray[np.int32],
        allowed: NDArray[np.float32] | None = None,
    ) -> None:
        """Run the step for tokens (B, T) at times (B, T, 6); the rows hold `lengths` (B,) tokens.

        The tokens are read with the instruments of `allowed` (B, T, D), or with those that are set.

        Raises:
            ArtefactError: onnxruntime cannot run the graph.

        """
        x = inputs.embed(self._table, tokens, time)
        x += self._style
        x += self.allowed if allowed is None else allowed
        last = lengths + np.int32(tokens.shape[1] - 1)
        chunk.x.update_inplace(x)
        chunk.seqlens.update_inplace(last)
        if not chunk.is_captured:
            # In a captured graph the total is the whole cache, and `seqlens_k` alone says how much
            # of it is valid.
            chunk.total.update_inplace(np.array([last.max() + 1], np.int32))
        try:
            self._session.run_with_iobinding(chunk.binding, chunk.options)
        except Exception as error:  # noqa: BLE001 - onnxruntime raises no specific type
            raise ArtefactError(GraphUnusable(self._path, provider.first_line(error))) from None

    def bind_chunk(self, rows: int, size: int, *, captured: bool = False) -> Chunk:
        """Return buffers and binding for the first rows of the cache and `size` tokens in each.

        A captured graph runs on the buffers that it was captured with, so there is only one.
        """
        x = self._allocate((rows, size, len(self._style)), np.float32)
        seqlens = self._allocate((rows,), np.int32)
        # The attention reads the total length on the host, whatever the device.
        total = ort.OrtValue.ortvalue_from_numpy(np.array([self.cache.capacity], np.int32))
        width = next(n.shape[-1] for n in self._session.get_outputs() if n.name == "logits")
        logits = self._allocate((rows, width), np.float32)
        binding = self._session.io_binding()
        for name, value in {"x": x, "seqlens_k": seqlens, "total_len": total}.items():
            binding.bind_ortvalue_input(name, value)
        binding.bind_ortvalue_output("logits", logits)
        self.cache.bind(binding, rows)
        options = ort.RunOptions() if self.provider.device == "cuda" else None
        if options is not None:
            name = _ONE_TOKEN_GRAPH if captured else _NO_GRAPH
            options.add_run_config_entry("gpu_graph_id", name)
        return Chunk(x, seqlens, total, logits, binding, options, captured)

    def _prove(self) -> None:
        """Run a few tokens on the empty cache, and check the answers."""
        if self.provider.device == "cuda":
            self._warm_up()
        for size in _PROVEN_SIZES:
            if not np.isfinite(self._answer_to_nothing(size)).all():
                raise ArtefactError(GraphNotFinite(self._path))

    def _answer_to_nothing(self, size: int) -> NDArray[np.float32]:
        """Return the logits after some starts, which are not kept."""
        chunk = self._chunks[size]
        tokens = np.full((1, size), v.START, np.int64)
        time = np.zeros((1, size, features.COUNT), np.int64)
        self.run_step(chunk, tokens, time, np.zeros(1, np.int32))
        logits: NDArray[np.float32] = chunk.logits.numpy().copy()
        return logits

    def _warm_up(self) -> None:
        """Run every size: the first runs allocate and, for one token, capture."""
        for size in CHUNK_SIZES:
            for _ in range(_RUNS_TO_CAPTURE):
                self.feed([v.START] * size, np.zeros((size, features.COUNT), np.int64))
                self.cache.rewind(0)

    def _allocate(self, shape: tuple[int, ...], dtype: DTypeLike) -> ort.OrtValue:
        """Return zeros on the device."""
        return ort.OrtValue.ortvalue_from_numpy(np.zeros(shape, dtype), self.provider.device, 0)
