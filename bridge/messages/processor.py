"""What the network runs on, and why, as values.

`gui.wording.processor` makes the sentences.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GpuFound:
    """An NVIDIA GPU runs the network."""


@dataclass(frozen=True, slots=True)
class CpuRequested:
    """The CPU was asked for."""


@dataclass(frozen=True, slots=True)
class NoCudaProvider:
    """This build of onnxruntime knows no CUDA."""


@dataclass(frozen=True, slots=True)
class NoNvidiaDriver:
    """The machine has no NVIDIA driver."""


@dataclass(frozen=True, slots=True)
class CudaFailed:
    """CUDA does not run the network; `error` is the first line of what onnxruntime says."""

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
    """A GPU, or this many threads of the CPU; and why."""

    is_gpu: bool
    threads: int
    reason: ProcessorReason
