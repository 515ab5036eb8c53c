"""The processor that the network runs on, and the reason for it, as values.

`gui.wording.processor` has the sentences.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GpuFound:
    """An NVIDIA GPU runs the network."""


@dataclass(frozen=True, slots=True)
class CpuRequested:
    """The user asked for the CPU."""


@dataclass(frozen=True, slots=True)
class NoCudaProvider:
    """This build of onnxruntime has no CUDA provider."""


@dataclass(frozen=True, slots=True)
class NoNvidiaDriver:
    """The machine has no NVIDIA driver."""


@dataclass(frozen=True, slots=True)
class CudaFailed:
    """CUDA does not run the network; `error` is the first line of onnxruntime's message."""

    error: str


@dataclass(frozen=True, slots=True)
class CudaLibrariesMissing:
    """The libraries of CUDA do not load; `command` installs them."""

    command: str


ProcessorReason = (
    GpuFound | CpuRequested | NoCudaProvider | NoNvidiaDriver | CudaFailed | CudaLibrariesMissing
)


@dataclass(frozen=True, slots=True)
class Processor:
    """The processor: a GPU, or `threads` threads of the CPU; and the reason for it."""

    is_gpu: bool
    threads: int
    reason: ProcessorReason
