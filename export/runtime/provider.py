"""What runs the network: CUDA where it can, else the CPU with as many threads as help.

onnxruntime falls back to the CPU without a word when CUDA's libraries are missing, so every reason
that it may have is looked for here and said in one line.

Spinning is off: a thread that burns its core while it waits makes the MIDI process late. How many
threads help is measured by `export.runtime.calibration`. On a CPU, attention is quicker without the tiles
of flash attention, since a token is one row.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import onnxruntime as ort

from bridge.system.extras import install_command
from export.runtime.artefact import ArtefactError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from export.runtime.artefact import Artefact, Device

Wish = Literal["auto", "cpu", "cuda"]
CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
_FATAL = 4  # of onnxruntime's log levels: what it has to say is said by `Provider.reason`
_NO_TILES = "ORT_GQA_DISABLE_FLASH_ATTENTION"
_DRIVERS = ("/dev/nvidiactl", "/dev/dxg", "C:/Windows/System32/nvcuda.dll")


@dataclass(frozen=True, slots=True)
class Provider:
    """What runs the network, and why it is this one."""

    name: str
    reason: str

    @property
    def device(self) -> Device:
        """Where its memory is."""
        return "cuda" if self.name == CUDA else "cpu"


def opened(artefact: Artefact, wish: Wish, threads: int) -> tuple[ort.InferenceSession, Provider]:
    """Open the graph for the device wished for, or for the CPU; say which it is and why.

    Raises:
        ArtefactError: the graph's inputs or outputs and the manifest's disagree.

    """
    chosen = options(threads)
    reason = "asked for" if wish == "cpu" else preload()
    if not reason:
        session, reason = _on_cuda(artefact, chosen)
        if session is not None:
            _check(session, artefact, "cuda")
            return session, Provider(CUDA, "an NVIDIA GPU is at hand")
    os.environ[_NO_TILES] = "1"  # onnxruntime knows no other way to ask
    session = ort.InferenceSession(artefact.graph("cpu"), chosen, providers=[CPU])
    _check(session, artefact, "cpu")
    return session, Provider(CPU, reason)


def preload() -> str:
    """Load CUDA's libraries if they may be of use; return why not, or nothing.

    For a moment, nothing can be printed: onnxruntime prints what it does not find. So a program
    that prints from one thread and opens a graph in another calls this beforehand.
    """
    reason = _why_no_cuda()
    if not reason:
        _load_libraries()
    return reason


@functools.cache
def _load_libraries() -> None:
    ort.set_default_logger_severity(_FATAL)
    with contextlib.redirect_stdout(io.StringIO()):
        ort.preload_dlls()


def _on_cuda(
    artefact: Artefact, chosen: ort.SessionOptions
) -> tuple[ort.InferenceSession | None, str]:
    """Return a session on CUDA, or none and why."""
    cuda = (CUDA, {"enable_cuda_graph": "1"})
    try:
        session = ort.InferenceSession(
            artefact.graph("cuda"), chosen, providers=[cuda, CPU], enable_fallback=0
        )
    except Exception as error:  # noqa: BLE001 - onnxruntime has no type of its own for it
        return None, f"CUDA does not run it ({str(error).splitlines()[0]})"
    if session.get_providers()[0] != CUDA:
        return None, f"the CUDA libraries could not be loaded; type: {install_command('cuda')}"
    return session, ""


def interface(session: ort.InferenceSession) -> dict[str, list[dict[str, Any]]]:
    """Return a graph's inputs and outputs as a manifest lists them."""
    return {
        side: [{"name": n.name, "type": n.type, "shape": list(n.shape)} for n in nodes]
        for side, nodes in (("inputs", session.get_inputs()), ("outputs", session.get_outputs()))
    }


def _check(session: ort.InferenceSession, artefact: Artefact, device: Device) -> None:
    for side, nodes in interface(session).items():
        found: Mapping[str, Any] = {node["name"]: node for node in nodes}
        stated = {node["name"]: node for node in artefact.manifest["graphs"][device][side]}
        for name in sorted(found.keys() | stated.keys()):
            if found.get(name) != stated.get(name):
                raise ArtefactError(
                    f"{artefact.graph(device)} has {side} {name} as {found.get(name)} "
                    f"and the manifest as {stated.get(name)}."
                )


def options(threads: int) -> ort.SessionOptions:
    """Return how sessions run: so many threads, none of which spins, and no word on the way."""
    chosen = ort.SessionOptions()
    chosen.intra_op_num_threads = threads
    chosen.inter_op_num_threads = 1
    chosen.add_session_config_entry("session.intra_op.allow_spinning", "0")
    chosen.log_severity_level = _FATAL
    return chosen


def _why_no_cuda() -> str:
    """Return why CUDA cannot be used, or nothing if it may be tried."""
    if CUDA not in ort.get_available_providers():
        return "this onnxruntime has no CUDA provider"
    if not any(Path(driver).exists() for driver in _DRIVERS):
        return "no NVIDIA driver was found"
    return ""
