"""The processor that runs the network, and the reason for it, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from bridge.messages.processor import (
    CpuRequested,
    CudaFailed,
    CudaLibrariesMissing,
    GpuFound,
    NoCudaProvider,
    NoNvidiaDriver,
)
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from bridge.messages.processor import Processor, ProcessorReason


def sentence_of_processor(processor: Processor) -> Sentence:
    """Return the sentence for the processor that runs the network."""
    why = why_this_processor(processor.reason)
    if processor.is_gpu:
        return Sentence("Processor", "GPU: {}").format(why)
    if processor.threads == 1:
        return Sentence("Processor", "CPU, 1 thread: {}").format(why)
    return Sentence("Processor", "CPU, {} threads: {}").format(processor.threads, why)


def why_this_processor(reason: ProcessorReason) -> Sentence:
    """Return why the network runs on this processor, as the end of a sentence."""
    match reason:
        case GpuFound():
            return Sentence("Processor", "an NVIDIA GPU is at hand")
        case CpuRequested():
            return Sentence("Processor", "asked for")
        case NoCudaProvider():
            return Sentence("Processor", "this onnxruntime has no CUDA provider")
        case NoNvidiaDriver():
            return Sentence("Processor", "no NVIDIA driver was found")
        case CudaFailed(error):
            return Sentence("Processor", "CUDA does not run it ({})").format(error)
        case CudaLibrariesMissing(command):
            told = Sentence("Processor", "the CUDA libraries could not be loaded; type: {}")
            return told.format(command)
    assert_never(reason)
