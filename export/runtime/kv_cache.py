"""The cache of keys and values: what the network keeps of the tokens that it has read.

It is allocated once, on the device, and each step reads and writes it in place. A counter says how
many of its entries are valid, so going back only sets the counter (`rewind`). The cache can have
further rows for takes that are tried side by side (`export.runtime.fork`). The stream is the first
row, and the counter is its own.

A full cache slides by half: the later half moves to the front, or behind some early entries that
are kept. Cached keys have been rotated by the angle of their position, and only differences of
positions matter to attention, so a key that moves is rotated back by its distance. Position and
cache index then agree again, and a session can last for hours with tables of 4096 rows. An entry
moves once before it is dropped, or twice if a slide came early, so rounding errors do not add up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from export.onnx_runtime.library import ort

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from export.runtime.artefact import Device


class KvCache:
    """The keys and values of every layer: `rows` rows of `capacity` tokens."""

    def __init__(
        self,
        session: ort.InferenceSession,
        config: Mapping[str, Any],
        *,
        device: Device,
        rows: int,
        capacity: int,
    ) -> None:
        """Allocate the inputs `past_*` of a graph, whose network has this configuration."""
        past = [node for node in session.get_inputs() if node.name.startswith("past_")]
        self.rows, self.capacity = rows, capacity
        self.length = 0
        """The number of tokens in the first row."""
        self.slid_tokens = 0
        """The number of tokens that all slides together have dropped."""
        self._device = device
        self._head_width = config["width"] // config["heads"]
        self._rope_base = config["rope_base"]
        self._shape = (config["kv_heads"], capacity, self._head_width)
        self._dtype = np.float16 if past[0].type == "tensor(float16)" else np.float32
        self._values = {
            # On the CPU an `OrtValue` is the array that it was made from, so each has its own.
            node.name: ort.OrtValue.ortvalue_from_numpy(
                # Written at once: `np.zeros` would leave the pages to be mapped while notes play.
                np.full((rows, *self._shape), 0, self._dtype),
                device,
                0,
            )
            for node in past
        }

    def bind(self, binding: ort.IOBinding, rows: int) -> None:
        """Bind the first rows as both input and output of a step."""
        shape = [rows, *self._shape]
        for name, value in self._values.items():
            where = self._device, 0, self._dtype, shape, value.data_ptr()
            binding.bind_input(name, *where)
            binding.bind_output(name.replace("past", "present"), *where)

    def rewind(self, length: int) -> None:
        """Drop all but the first `length` tokens."""
        if not 0 <= length <= self.length:
            raise ValueError(f"cannot rewind from {self.length} to {length}")
        self.length = length

    def slide(self, early: Sequence[int] = ()) -> None:
        """Drop all but the last half of what the cache can hold, and the `early` entries.

        Those are indices before the last half, in rising order.
        """
        latest = range(max(0, self.length - self.capacity // 2), self.length)
        kept = np.array([*early, *latest], np.int64)
        moved = kept - np.arange(len(kept))
        for name, values in self.editable():
            entries = values[0][:, kept]
            if name.startswith("past_k"):
                entries = self._rotate_back(entries, moved)
            values[0, :, : len(kept)] = entries
        self.slid_tokens += self.length - len(kept)
        self.length = len(kept)

    def editable(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """Yield name and values (rows, K, M, A) of each input, for changes in place."""
        for name, value in self._values.items():
            values = value.numpy()  # on the CPU this is the cache itself, elsewhere a copy
            yield name, values
            if self._device != "cpu":
                value.update_inplace(values)

    def _rotate_back(self, keys: NDArray[Any], positions: NDArray[np.int64]) -> NDArray[Any]:
        """Return keys (K, M, A), each rotated back by a number of positions (M,)."""
        half = self._head_width // 2
        angle = -positions[:, None] * self._rope_base ** -(np.arange(half) / half)
        cos, sin = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
        first, second = keys[..., :half].astype(np.float32), keys[..., half:].astype(np.float32)
        turned = np.concatenate((first * cos - second * sin, second * cos + first * sin), axis=-1)
        return turned.astype(keys.dtype)
