"""The device that runs the network: CUDA if possible, otherwise the CPU.

onnxruntime falls back to the CPU silently when CUDA's libraries are missing. This module therefore
checks every possible reason itself.

Spinning is off: a thread that keeps its core busy while it waits makes the MIDI process late.
`export.runtime.calibration` measures how many threads help. On a CPU, attention is faster without
the tiles of flash attention, since a token is one row.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bridge.messages.processor import (
    CpuRequested,
    CudaFailed,
    CudaLibrariesMissing,
    GpuFound,
    NoCudaProvider,
    NoNvidiaDriver,
    ProcessorReason,
)
from bridge.system.extras import install_command
from export.onnx_runtime.library import ort
from export.runtime.artefact import ArtefactError
from export.runtime.contents.interface import Nodes, difference
from export.runtime.reasons.artefact import GraphMismatch, GraphUnusable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from export.runtime.artefact import Artefact, Device

DevicePreference = Literal["auto", "cpu", "cuda"]
CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
_MAX_ERROR_LENGTH = 300
_LOG_FATAL = 4  # onnxruntime's log level; `Provider.reason` holds what matters of its log
_NO_FLASH_ATTENTION = "ORT_GQA_DISABLE_FLASH_ATTENTION"
_DRIVER_PATHS = ("/dev/nvidiactl", "/dev/dxg", "C:/Windows/System32/nvcuda.dll")


@dataclass(frozen=True, slots=True)
class Provider:
    """The execution provider that runs the network, and why it was chosen."""

    name: str
    reason: ProcessorReason

    @property
    def device(self) -> Device:
        """The device that holds its memory."""
        return "cuda" if self.name == CUDA else "cpu"


def open_session(
    artefact: Artefact, preference: DevicePreference, threads: int
) -> tuple[ort.InferenceSession, Provider]:
    """Open the graph on the preferred device, or on the CPU; return the session and its provider.

    Raises:
        ArtefactError: the graph does not open, or its inputs or outputs differ from the manifest's
            or from those of a network of that size.

    """
    chosen = session_options(threads)
    reason: ProcessorReason | None = CpuRequested() if preference == "cpu" else preload_cuda()
    if reason is None:
        found = _open_on_cuda(artefact, chosen)
        if isinstance(found, ort.InferenceSession):
            _check_interface(found, artefact, "cuda")
            return found, Provider(CUDA, GpuFound())
        reason = found
    os.environ[_NO_FLASH_ATTENTION] = "1"  # onnxruntime has no other switch
    path = artefact.graph_path("cpu")
    try:
        # Without "enable_fallback=0" a failure would be tried twice and printed.
        session = ort.InferenceSession(path, chosen, providers=[CPU], enable_fallback=0)
    except Exception as error:  # noqa: BLE001 - onnxruntime raises no specific type
        raise ArtefactError(GraphUnusable(path, first_line(error))) from None
    _check_interface(session, artefact, "cpu")
    return session, Provider(CPU, reason)


def preload_cuda() -> ProcessorReason | None:
    """Load CUDA's libraries if CUDA can be used; return the reason if it cannot, else None.

    For a moment nothing can be printed, because onnxruntime prints what it does not find. A program
    that prints from one thread and opens a graph in another calls this first.
    """
    reason = _cuda_unavailable_reason()
    if reason is None:
        _load_libraries()
    return reason


@functools.cache
def _load_libraries() -> None:
    ort.set_default_logger_severity(_LOG_FATAL)
    with contextlib.redirect_stdout(io.StringIO()):
        ort.preload_dlls()


def _open_on_cuda(
    artefact: Artefact, options: ort.SessionOptions
) -> ort.InferenceSession | ProcessorReason:
    """Return a session on CUDA, or the reason why there is none."""
    cuda = (CUDA, {"enable_cuda_graph": "1"})
    try:
        session = ort.InferenceSession(
            artefact.graph_path("cuda"), options, providers=[cuda, CPU], enable_fallback=0
        )
    except Exception as error:  # noqa: BLE001 - onnxruntime raises no specific type
        return CudaFailed(first_line(error))
    if session.get_providers()[0] != CUDA:
        return CudaLibrariesMissing(install_command("cuda"))
    return session


def graph_interface(session: ort.InferenceSession) -> dict[str, list[dict[str, Any]]]:
    """Return a graph's inputs and outputs as a manifest lists them."""
    return {
        side: [{"name": n.name, "type": n.type, "shape": list(n.shape)} for n in nodes]
        for side, nodes in (("inputs", session.get_inputs()), ("outputs", session.get_outputs()))
    }


def first_line(error: Exception) -> str:
    """Return the first line of an error of onnxruntime, or the name of its class."""
    line = next(iter(str(error).splitlines()), type(error).__name__)
    return line[:_MAX_ERROR_LENGTH].rstrip(". ")


def _check_interface(session: ort.InferenceSession, artefact: Artefact, device: Device) -> None:
    path, interface = artefact.graph_path(device), dict[str, Nodes]()
    try:
        sides = graph_interface(session)
    except UnicodeDecodeError as error:  # a name that is no text
        raise ArtefactError(GraphUnusable(path, first_line(error))) from None
    for side, nodes in sides.items():
        found: Mapping[str, Any] = {node["name"]: node for node in nodes}
        stated = {node["name"]: node for node in artefact.manifest["graphs"][device][side]}
        for name in sorted(found.keys() | stated.keys()):
            if found.get(name) != stated.get(name):
                ours, theirs = str(found.get(name)), str(stated.get(name))
                raise ArtefactError(GraphMismatch(path, side, name, ours, theirs))
        interface[side] = found
    if (other := difference(interface, artefact.manifest["config"])) is not None:
        raise ArtefactError(GraphMismatch(path, other.side, other.name, other.found, other.wanted))


def session_options(threads: int) -> ort.SessionOptions:
    """Return session options for a number of threads, without spinning and without logging."""
    chosen = ort.SessionOptions()
    chosen.intra_op_num_threads = threads
    chosen.inter_op_num_threads = 1
    chosen.add_session_config_entry("session.intra_op.allow_spinning", "0")
    chosen.log_severity_level = _LOG_FATAL
    return chosen


def _cuda_unavailable_reason() -> ProcessorReason | None:
    """Return why CUDA cannot be used, or None if it can be tried."""
    if CUDA not in ort.get_available_providers():
        return NoCudaProvider()
    if not any(Path(driver).exists() for driver in _DRIVER_PATHS):
        return NoNvidiaDriver()
    return None
