"""The artefact: a trained network as a folder that describes itself and is verified.

    manifest.json    format, name, vocabulary fingerprint, config, the graphs' inputs and outputs,
                     sha256 of every file, and the measured accuracy of the graphs
    cpu.onnx         the decode step for a CPU (`export.graph`)
    cuda.onnx        the same for CUDA, whose attention needs float16
    weights.bin      the table of rows (`model.tokens.inputs`), float16, then the weights of both
    styles.json      names, vectors and map positions of the styles; a vector for each instrument
    instruments.json the share of each style's training pieces in which each instrument plays; an
                     artefact may do without (`export.instrument_shares`)

Two programs that disagree about the meaning of a token or the width of a vector do not fail: they
play wrong notes. Loading therefore checks everything that can disagree, and an error names the two
things that do. Nothing in an artefact is executable: it has no pickle.

This module only reads files, and needs neither onnxruntime nor torch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from bridge.messages.requests import UnknownStyle
from bridge.midi.instruments import Instrument
from bridge.names import name_key, nearest
from export.runtime.reasons.artefact import (
    ArtefactCount,
    ArtefactReason,
    ChecksumMismatch,
    ChecksumMissing,
    EntryMissing,
    FormatMismatch,
    ListedFileUnreadable,
    NotAnObject,
    NotJson,
    OwnStyleWidth,
    StyleIncomplete,
    UnreadableFile,
    VectorWidth,
    VocabularyMismatch,
)
from model.tokens import inputs
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT = 2
MANIFEST, STYLES, WEIGHTS = "manifest.json", "styles.json", "weights.bin"
Device = Literal["cpu", "cuda"]
GRAPHS: Mapping[Device, str] = {"cpu": "cpu.onnx", "cuda": "cuda.onnx"}
INSTRUMENT_SHARES = "instruments.json"
MODEL_CARD, EVALUATION = "MODEL_CARD.md", "evaluation.json"
"""Files about an artefact that are written after it is finished."""
MAX_POSITIONS = 4096
"""Rows of the graphs' rotary tables, and so the capacity of the largest cache."""
_RARE_SHARE = 0.02
"""An instrument is rare in a style if it plays in a smaller share of the pieces."""
_LIGHT_WEIGHT = 0.1
"""A style with at most this share of a blend does not bring its instruments along."""
InstrumentShares = Mapping[str, Mapping[Instrument, float]]
"""By style and instrument, the share of the training pieces in which the instrument plays."""


class ArtefactError(Exception):
    """The artefact is missing, damaged, or made for another program."""

    def __init__(self, reason: ArtefactReason) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownStyleError(Exception):
    """There is no style of that name."""

    def __init__(self, reason: UnknownStyle) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Artefact:
    """A verified artefact.

    `style_vectors` (S, D) and `style_positions` (S, 2), in [0, 1], have a row for each name. From
    `first_own_style` on, the styles are the user's own. `instrument_vectors` (14, D) has a row for
    each instrument, which is added where the instrument may play. `embedding_rows` (R, D) is the
    table in which tokens are looked up.
    """

    folder: Path
    manifest: Mapping[str, Any]
    style_names: tuple[str, ...]
    style_vectors: NDArray[np.float32]
    style_positions: NDArray[np.float32]
    instrument_vectors: NDArray[np.float32]
    first_own_style: int
    embedding_rows: NDArray[np.float32]
    instrument_shares: InstrumentShares = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Artefact:
        """Read and verify an artefact.

        Raises:
            ArtefactError: a part is missing or damaged, or was made for another vocabulary or
            format.

        """
        manifest = _read_manifest(folder)
        for name, stated in manifest["sha256"].items():
            found = _sha256(folder / name)
            if found != stated:
                raise ArtefactError(
                    ChecksumMismatch(folder / name, found[:12], MANIFEST, str(stated)[:12])
                )
        width = int(manifest["config"]["width"])
        read = _read_styles(folder / STYLES, width)
        table = inputs.read_table(folder / WEIGHTS, width)
        has_shares = INSTRUMENT_SHARES in manifest["sha256"]
        shares = _read_shares(folder / INSTRUMENT_SHARES) if has_shares else {}
        return cls(folder, manifest, *read, len(read[0]), table, shares)

    @property
    def name(self) -> str:
        """The name in the manifest."""
        return str(self.manifest["name"])

    def graph_path(self, device: Device) -> Path:
        """Return the path of a device's graph."""
        return self.folder / GRAPHS[device]

    def blend(self, weights: Mapping[str, float], strength: float = 1.0) -> NDArray[np.float32]:
        """Return the style vector (D,) of weighted styles, their weighted mean.

        Without styles it is zeros, which is no style. A strength above 1 moves further away from
        zero.

        Raises:
            UnknownStyleError: a name is not among the styles.
            ValueError: a weight is not above 0.

        """
        rows = [self._style_index(name) for name in weights]
        if not rows:
            return np.zeros(self.style_vectors.shape[1], np.float32)
        shares = np.array(list(weights.values()), np.float64)
        if shares.min() <= 0:
            raise ValueError(f"a style's weight must be above 0, not {shares.min()}")
        shares /= shares.max()  # so that the sum of very large or small weights is exact enough
        shares = (shares / shares.sum()).astype(np.float32)
        blended: NDArray[np.float32] = np.float32(strength) * shares @ self.style_vectors[rows]
        return blended

    def rare_instruments(self, weights: Mapping[str, float]) -> frozenset[Instrument]:
        """Return the instruments that almost no training piece of the weighted styles has.

        Styles of a light weight do not count. Without styles there are none, nor if a style counts
        of which no shares are known, such as one of the user's own.
        """
        light = _LIGHT_WEIGHT * sum(weights.values())
        heavy = [name for name, weight in weights.items() if weight > light] or list(weights)
        if not heavy or any(name not in self.instrument_shares for name in heavy):
            return frozenset()
        styles = [self.instrument_shares[name] for name in heavy]
        return frozenset(
            kind
            for kind in Instrument
            if all(shares.get(kind, 0.0) < _RARE_SHARE for shares in styles)
        )

    def with_styles(self, styles: Mapping[str, NDArray[np.floating]]) -> Artefact:
        """Return an artefact that also has these styles; it keeps its own of the same name.

        Raises:
            ArtefactError: a vector has another width than the network.

        """
        fresh = {name: row for name, row in styles.items() if name not in self.style_names}
        width = self.style_vectors.shape[1]
        for name, row in fresh.items():
            if row.shape != (width,):
                raise ArtefactError(OwnStyleWidth(name, row.size, self.name, width))
        rows = [row[None].astype(np.float32) for row in fresh.values()]
        near = [self._estimate_position(row)[None] for row in fresh.values()]
        vectors = np.concatenate((self.style_vectors, *rows))
        places = np.concatenate((self.style_positions, *near))
        vectors.flags.writeable = places.flags.writeable = False
        names = (*self.style_names, *fresh)
        return replace(self, style_names=names, style_vectors=vectors, style_positions=places)

    def _estimate_position(self, vector: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return a map position for another vector: the mean of the three most similar styles."""
        lengths = np.linalg.norm(self.style_vectors, axis=1) * np.linalg.norm(vector)
        likeness = self.style_vectors @ vector / np.maximum(lengths, 1e-9)
        near = np.argsort(-likeness)[:3]
        place: NDArray[np.float32] = self.style_positions[near].mean(axis=0).astype(np.float32)
        return place

    def _style_index(self, name: str) -> int:
        if name in self.style_names:
            return self.style_names.index(name)
        key = name_key(name)
        for index, known in enumerate(self.style_names):
            if name_key(known) == key:
                return index
        raise UnknownStyleError(UnknownStyle(name, nearest(name, self.style_names)))


def load_default_artefact() -> Artefact:
    """Load the artefact that is installed with the program.

    Raises:
        ArtefactError: there is none, or it cannot be used.

    """
    assets = Path(str(resources.files("assets")))
    manifests = sorted(assets.glob(f"*/{MANIFEST}"))
    if len(manifests) != 1:
        raise ArtefactError(ArtefactCount(assets, len(manifests)))
    return Artefact.load(manifests[0].parent)


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write the manifest of a folder whose other files are complete, with their checksums."""
    written_later = (MANIFEST, MODEL_CARD, EVALUATION)
    files = sorted(path.name for path in folder.iterdir() if path.name not in written_later)
    manifest = {
        "format": FORMAT,
        "vocabulary": v.FINGERPRINT,
        **facts,
        "sha256": {name: _sha256(folder / name) for name in files},
    }
    text = json.dumps(manifest, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(f"{text}\n", "utf-8")


def seal_file(folder: Path, name: str) -> None:
    """State the checksum of one more file, or of a changed one, in the manifest of a folder."""
    path = folder / MANIFEST
    manifest = _read_json(path)
    manifest["sha256"][name] = _sha256(folder / name)
    path.write_text(f"{json.dumps(manifest, indent=1, sort_keys=True)}\n", "utf-8")


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    manifest = _read_json(path)
    if manifest.get("format") != FORMAT:
        raise ArtefactError(FormatMismatch(path, str(manifest.get("format")), FORMAT))
    if manifest.get("vocabulary") != v.FINGERPRINT:
        found = str(manifest.get("vocabulary"))[:12]
        raise ArtefactError(VocabularyMismatch(path, found, v.FINGERPRINT[:12]))
    for name in ("name", "config", "context", "graphs", "sha256"):
        if name not in manifest:
            raise ArtefactError(EntryMissing(path, FORMAT, name))
    for name in (*GRAPHS.values(), WEIGHTS, STYLES):
        if name not in manifest["sha256"]:
            raise ArtefactError(ChecksumMissing(path, name))
    return manifest


def _read_styles(
    path: Path, width: int
) -> tuple[tuple[str, ...], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return names, vectors and positions of the styles, and the vectors of the instruments."""
    content = _read_json(path)
    styles = content.get("styles", [])
    for style in styles:
        if not style.keys() >= {"name", "vector", "place"}:
            raise ArtefactError(StyleIncomplete(path))
        if len(style["vector"]) != width:
            found = len(style["vector"])
            raise ArtefactError(VectorWidth(path, str(style["name"]), found, width))
    rows = content.get("instruments", {})
    for kind in Instrument:
        found = len(rows.get(kind.label, ()))
        if found != width:
            raise ArtefactError(VectorWidth(path, kind.label, found, width))
    vectors = np.array([style["vector"] for style in styles], np.float32).reshape(-1, width)
    places = np.array([style["place"] for style in styles], np.float32).reshape(-1, 2)
    instruments = np.array([rows[kind.label] for kind in Instrument], np.float32)
    for array in (vectors, places, instruments):
        array.flags.writeable = False
    return tuple(str(style["name"]) for style in styles), vectors, places, instruments


def _read_shares(path: Path) -> InstrumentShares:
    return {
        style: {kind: float(shares.get(kind.label, 0.0)) for kind in Instrument}
        for style, shares in _read_json(path).items()
    }


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError as problem:
        raise ArtefactError(UnreadableFile(path, _text(problem))) from None
    except ValueError as problem:
        raise ArtefactError(NotJson(path, str(problem))) from None
    if not isinstance(content, dict):
        raise ArtefactError(NotAnObject(path, type(content).__name__))
    return content


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise ArtefactError(ListedFileUnreadable(MANIFEST, path, _text(problem))) from None


def _text(error: OSError) -> str:
    """Return the system's text of an error."""
    return error.strerror or str(error)
