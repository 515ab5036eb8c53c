"""The decoder: a network's decode step, run by onnxruntime over a cache that stays where it is.

The cache of keys and values is allocated once, on the device, and bound as both input and output of
the step; a counter says how much of it is valid. So going back is setting the counter (`rewind`),
and a token costs what the network costs and no more. Chunks of tokens go in at once, cut into a few
fixed sizes, each with buffers and a binding of its own that are made once. Style and instruments
are inputs: changing them recomputes nothing, and what was fed before keeps the ones it was fed
under.

A full cache slides by half: the later half moves to the front. Cached keys have been turned by the
angle of their position, and only differences of positions matter to attention, so the keys that
move are turned back by as much as they move. Position and cache index then agree again, and a
session may last for hours with tables of 4096 rows. An entry moves at most once before it is
dropped, so that rounding does not add up.

Spinning is off and never are all cores used: a thread that burns its core while it waits makes the
MIDI process late.
"""

from __future__ import annotations

import contextlib
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import onnxruntime as ort

from bridge.instruments import Instrument
from export.artefact import POSITIONS, Artefact, ArtefactError
from model import features

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import DTypeLike, NDArray

Device = Literal["auto", "cpu", "cuda"]
CHUNKS = (128, 32, 8, 4, 2, 1)
_CPU, _CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
_FATAL = 4  # of onnxruntime's log levels: what it has to say is said by `Provider.reason`
_MOST_THREADS = 4
_DRIVERS = ("/dev/nvidiactl", "/dev/dxg", "C:/Windows/System32/nvcuda.dll")


@dataclass(frozen=True, slots=True)
class Logits:
    """What the network says after a token: events (E,), velocities (14, 16), critic."""

    events: NDArray[np.float32]
    velocities: NDArray[np.float32]
    critic: float


@dataclass(frozen=True, slots=True)
class Provider:
    """What runs the network, and why it is this one."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Buffers and binding for so many tokens at a time."""

    tokens: ort.OrtValue
    time: ort.OrtValue
    positions: ort.OrtValue
    binding: ort.IOBinding


class Decoder:
    """One stream of tokens through a network, batch 1."""

    def __init__(
        self,
        artefact: Artefact,
        *,
        device: Device = "auto",
        capacity: int | None = None,
        threads: int | None = None,
    ) -> None:
        """Prepare to decode with a cache of `capacity` tokens (256 to 4096).

        Unless it is given, that is the longest context that the network was trained on.

        Raises:
            ArtefactError: the graph's inputs or outputs and the manifest's disagree.

        """
        if capacity is None:
            capacity = int(artefact.manifest["context"])
        if not 2 * CHUNKS[0] <= capacity <= POSITIONS:
            raise ValueError(
                f"a cache of {capacity} is not between {2 * CHUNKS[0]} and {POSITIONS}"
            )
        self._session, self.provider = _open(artefact, device, threads)
        _check(self._session, artefact)
        self._device = "cuda" if self.provider.name == _CUDA else "cpu"
        config = artefact.manifest["config"]
        self.capacity, self.length = capacity, 0
        self.slid = 0  # tokens that slides have dropped, in all
        self._head_width = config["width"] // config["heads"]
        self._rope_base = config["rope_base"]
        shape = (1, config["kv_heads"], capacity, self._head_width)
        names = [node.name for node in self._session.get_inputs()]
        self._cache = {n: self._buffer(shape, np.float16) for n in names if n.startswith("past_")}
        self._style = self._buffer((1, config["width"]), np.float32)
        self._allowed = self._buffer((1, len(Instrument)), np.float32)
        self._seqlens = self._buffer((1,), np.int32)
        # The attention reads the total length on the host, whatever the device.
        self._total = ort.OrtValue.ortvalue_from_numpy(np.zeros(1, np.int32))
        widths = {node.name: node.shape[-1] for node in self._session.get_outputs()}
        self._outputs = {
            name: self._buffer((1, widths[name]), np.float32)
            for name in ("event_logits", "velocity_logits", "critic")
        }
        self._chunks = {size: self._bind(size) for size in CHUNKS}

    def set_style(self, vector: NDArray[np.float32]) -> None:
        """Use a style vector (D,) from the next token on; zeros for none."""
        self._style.update_inplace(np.ascontiguousarray(vector[None], np.float32))

    def set_allowed(self, multi_hot: NDArray[np.float32]) -> None:
        """Use a set of instruments (14,) from the next token on; zeros for unknown."""
        self._allowed.update_inplace(np.ascontiguousarray(multi_hot[None], np.float32))

    def feed(self, tokens: Sequence[int], rows: NDArray[np.int64]) -> Logits:
        """Append tokens with their rows of musical time (T, 6).

        Return the logits after the last. A full cache slides.
        """
        if len(tokens) == 0 or rows.shape != (len(tokens), features.COUNT):
            raise ValueError(f"{len(tokens)} tokens need rows ({len(tokens)}, {features.COUNT})")
        row, at = np.asarray(tokens, np.int64)[None], 0
        while at < len(tokens):
            if self.length == self.capacity:
                self.slide()
            # The cache is filled to the last row before it slides, however the tokens were cut into
            # chunks.
            room = min(len(tokens) - at, self.capacity - self.length)
            size = next(chunk for chunk in CHUNKS if chunk <= room)
            self._run(size, row[:, at : at + size], rows[None, at : at + size])
            at += size
        return self._logits()

    def rewind(self, length: int) -> None:
        """Forget all but the first `length` tokens of the cache."""
        if not 0 <= length <= self.length:
            raise ValueError(f"cannot rewind from {self.length} to {length}")
        self.length = length

    def slide(self) -> None:
        """Drop all but the last half of what the cache can hold."""
        dropped = max(0, self.length - self.capacity // 2)
        for name, value in self._cache.items():
            cache = value.numpy()  # on the CPU this is the cache itself, elsewhere a copy
            kept = cache[:, :, dropped : self.length].copy()
            if name.startswith("past_k"):
                kept = self._turned_back(kept, dropped)
            cache[:, :, : self.length - dropped] = kept
            if self._device != "cpu":
                value.update_inplace(cache)
        self.length -= dropped
        self.slid += dropped

    def _turned_back(self, keys: NDArray[np.float16], positions: int) -> NDArray[np.float16]:
        half = self._head_width // 2
        angle = -positions * self._rope_base ** -(np.arange(half) / half)
        cos, sin = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
        first, second = keys[..., :half].astype(np.float32), keys[..., half:].astype(np.float32)
        turned = np.concatenate((first * cos - second * sin, second * cos + first * sin), axis=-1)
        return turned.astype(np.float16)

    def _run(self, size: int, tokens: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
        chunk = self._chunks[size]
        chunk.tokens.update_inplace(np.ascontiguousarray(tokens))
        chunk.time.update_inplace(np.ascontiguousarray(rows))
        positions = np.arange(self.length, self.length + size, dtype=np.int64)[None]
        chunk.positions.update_inplace(positions)
        self._seqlens.update_inplace(np.array([self.length + size - 1], np.int32))
        self._total.update_inplace(np.array([self.length + size], np.int32))
        self._session.run_with_iobinding(chunk.binding)
        self.length += size

    def _logits(self) -> Logits:
        # On the CPU .numpy() is the output buffer itself, which the next step overwrites.
        events, velocities, critic = (value.numpy()[0].copy() for value in self._outputs.values())
        return Logits(events, velocities.reshape(len(Instrument), -1), float(critic[0]))

    def _bind(self, size: int) -> _Chunk:
        tokens = self._buffer((1, size), np.int64)
        time = self._buffer((1, size, features.COUNT), np.int64)
        positions = self._buffer((1, size), np.int64)
        binding = self._session.io_binding()
        inputs = {"tokens": tokens, "time": time, "position_ids": positions}
        inputs |= {"style": self._style, "allowed": self._allowed}
        inputs |= {"seqlens_k": self._seqlens, "total_len": self._total}
        for name, value in (inputs | self._cache).items():
            binding.bind_ortvalue_input(name, value)
        for name, value in self._outputs.items():
            binding.bind_ortvalue_output(name, value)
        for name, value in self._cache.items():
            binding.bind_ortvalue_output(name.replace("past", "present"), value)
        return _Chunk(tokens, time, positions, binding)

    def _buffer(self, shape: tuple[int, ...], kind: DTypeLike) -> ort.OrtValue:
        return ort.OrtValue.ortvalue_from_numpy(np.zeros(shape, kind), self._device, 0)


def interface(session: ort.InferenceSession) -> dict[str, list[dict[str, Any]]]:
    """Return a graph's inputs and outputs as a manifest lists them."""
    return {
        side: [{"name": n.name, "type": n.type, "shape": list(n.shape)} for n in nodes]
        for side, nodes in (("inputs", session.get_inputs()), ("outputs", session.get_outputs()))
    }


def _check(session: ort.InferenceSession, artefact: Artefact) -> None:
    for side, nodes in interface(session).items():
        found: Mapping[str, Any] = {node["name"]: node for node in nodes}
        stated = {node["name"]: node for node in artefact.manifest[side]}
        for name in sorted(found.keys() | stated.keys()):
            if found.get(name) != stated.get(name):
                raise ArtefactError(
                    f"{artefact.graph} has {side} {name} as {found.get(name)} "
                    f"and the manifest as {stated.get(name)}."
                )


def _open(
    artefact: Artefact, device: Device, threads: int | None
) -> tuple[ort.InferenceSession, Provider]:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads or _fitting_threads()
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = _FATAL
    graph = artefact.graph
    reason = "asked for" if device == "cpu" else _why_no_cuda(artefact)
    if not reason:
        ort.set_default_logger_severity(_FATAL)
        with contextlib.redirect_stdout(io.StringIO()):  # it prints what it does not find
            ort.preload_dlls()
        session = ort.InferenceSession(graph, options, providers=[_CUDA, _CPU])
        if session.get_providers()[0] == _CUDA:
            return session, Provider(_CUDA, "an NVIDIA GPU is at hand")
        reason = "the CUDA libraries could not be loaded (pip install 'antiphon[cuda]')"
    return ort.InferenceSession(graph, options, providers=[_CPU]), Provider(_CPU, reason)


def _fitting_threads() -> int:
    return max(1, min(_MOST_THREADS, (os.cpu_count() or 1) - 1))


def _why_no_cuda(artefact: Artefact) -> str:
    """Return why CUDA cannot be used, or nothing if it may be tried."""
    if _CUDA not in artefact.manifest["providers"]:
        return f"{artefact.name} is quantised for the CPU"
    if _CUDA not in ort.get_available_providers():
        return "this onnxruntime has no CUDA provider"
    if not any(Path(driver).exists() for driver in _DRIVERS):
        return "no NVIDIA driver was found"
    return ""
