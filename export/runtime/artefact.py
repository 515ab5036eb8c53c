"""The artefact: a trained network as a folder that describes itself and is verified.

    manifest.json    format, name, vocabulary fingerprint, config, the graphs' inputs and outputs,
                     sha256 of every file, and the measured accuracy of the graphs
    cpu.onnx         the decode step for a CPU (`export.graph`)
    cuda.onnx        the same for CUDA, whose attention needs float16
    weights.bin      the table of rows (`model.tokens.inputs`), float16, then the weights of both
    styles.json      names, vectors and map positions of the styles; a vector for each instrument
    instruments.json the share of each style's training pieces in which each instrument plays; an
                     artefact may do without (`export.instrument_shares`)
    originality.bin  what the training pieces sound like; an artefact may do without
                     (`export.fingerprints`)

Two programs that disagree about the meaning of a token or the width of a vector do not fail: they
play wrong notes. Loading therefore checks everything that can disagree, and an error names the two
things that do. Nothing in an artefact is executable: it has no pickle.

An artefact may come from anywhere. Its files are regular ones of a limited size, and the folder has
no device or pipe, since a graph may name further files. What they say is checked in
`export.runtime.contents`, and the graph when it is opened (`export.runtime.provider`).

This module only reads files, and needs neither onnxruntime nor torch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np

from bridge.messages.requests import UnknownStyle
from bridge.midi.instruments import Instrument
from bridge.names import name_key, nearest
from bridge.system.error_text import error_text
from bridge.system.input_file import (
    InputError,
    InputFault,
    InputNotRead,
    RefusedInput,
    open_input,
    read_input,
)
from export.runtime.contents.manifest import fault_in_manifest
from export.runtime.contents.tables import (
    InstrumentShares,
    embedding_rows,
    instrument_shares,
    style_tables,
)
from export.runtime.reasons.artefact import (
    ArtefactCount,
    ArtefactReason,
    ChecksumMismatch,
    ChecksumMissing,
    FormatMismatch,
    NotAnObject,
    NotJson,
    OwnStyleWidth,
    VocabularyMismatch,
)
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT = 2
MANIFEST, STYLES, WEIGHTS = "manifest.json", "styles.json", "weights.bin"
_Content = TypeVar("_Content")
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
_MAX_JSON_BYTES, _MAX_BYTES = 16 * 2**20, 2 * 2**30
"""The largest files: 180 styles take half a mebibyte, and weights of a network that keeps up less
than a hundredth of the limit."""
_SMALLEST_CONTEXT, _PART_BYTES = 256, 2**20


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
        _check_folder(folder)
        manifest = _read_manifest(folder)
        for name, stated in manifest["sha256"].items():
            found = _sha256(folder / name)
            if found != stated:
                raise ArtefactError(
                    ChecksumMismatch(folder / name, found[:12], MANIFEST, str(stated)[:12])
                )
        width = int(manifest["config"]["width"])
        styles = _read_json(folder / STYLES)
        read = _accepted(style_tables(folder / STYLES, styles, width))
        table = _accepted(embedding_rows(folder / WEIGHTS, width))
        shares: InstrumentShares = {}
        if INSTRUMENT_SHARES in manifest["sha256"]:
            path = folder / INSTRUMENT_SHARES
            shares = _accepted(instrument_shares(path, _read_json(path)))
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


def _check_folder(folder: Path) -> None:
    """Raise an error if a file in the folder is not a regular one."""
    try:
        for path in sorted(folder.iterdir()):
            if not path.is_dir() and path.exists() and not path.is_file():
                raise ArtefactError(RefusedInput(path, InputFault.SPECIAL))
    except OSError as error:
        raise ArtefactError(InputNotRead(folder, error_text(error))) from None


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    manifest = _read_json(path)
    if manifest.get("format") != FORMAT:
        raise ArtefactError(FormatMismatch(path, str(manifest.get("format"))[:12], FORMAT))
    if manifest.get("vocabulary") != v.FINGERPRINT:
        found = str(manifest.get("vocabulary"))[:12]
        raise ArtefactError(VocabularyMismatch(path, found, v.FINGERPRINT[:12]))
    contexts = range(_SMALLEST_CONTEXT, MAX_POSITIONS + 1)
    fault = fault_in_manifest(path, manifest, devices=tuple(GRAPHS), contexts=contexts)
    if fault is not None:
        raise ArtefactError(fault)
    for name in (*GRAPHS.values(), WEIGHTS, STYLES):
        if name not in manifest["sha256"]:
            raise ArtefactError(ChecksumMissing(path, name))
    return manifest


def _accepted(read: _Content | ArtefactReason) -> _Content:
    """Return what was read; raise an error if that is a reason why it cannot be used."""
    if isinstance(read, ArtefactReason):
        raise ArtefactError(read)
    return read


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(read_input(path, _MAX_JSON_BYTES))
    except InputError as problem:
        raise ArtefactError(problem.reason) from None
    except RecursionError:
        raise ArtefactError(NotJson(path, "it is nested too deeply")) from None
    except ValueError as problem:
        raise ArtefactError(NotJson(path, str(problem))) from None
    if not isinstance(content, dict):
        raise ArtefactError(NotAnObject(path, type(content).__name__))
    return content


def _sha256(path: Path) -> str:
    try:
        digest = hashlib.sha256()
        with open_input(path, _MAX_BYTES) as file:
            while part := file.read(_PART_BYTES):
                digest.update(part)
        return digest.hexdigest()
    except InputError as problem:
        raise ArtefactError(problem.reason) from None
    except OSError as problem:
        raise ArtefactError(InputNotRead(path, error_text(problem))) from None
