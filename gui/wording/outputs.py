"""Why a file of the user's is not written, in sentences that begin with its path."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from bridge.system.output_file import (
    OutputFault,
    OutputNotWritten,
    RefusedOutput,
    WrongEnding,
)
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from bridge.system.output_file import OutputReason

_FAULTS = {
    OutputFault.EXISTS: Sentence("Files", "{}: the file exists already."),
    OutputFault.INPUT: Sentence(
        "Files", "{}: is the file that is read, and it is not replaced; choose another name."
    ),
    OutputFault.FOLDER: Sentence("Files", "{}: is a folder, not a file."),
    OutputFault.SPECIAL: Sentence("Files", "{}: is a device or a pipe, not a file."),
    OutputFault.NO_FOLDER: Sentence("Files", "{}: its folder does not exist."),
    OutputFault.FORBIDDEN: Sentence("Files", "{}: may not be written."),
}


def sentence_of_output(reason: OutputReason) -> Sentence:
    """Return the sentence for a file that is not written."""
    path = str(reason.path)
    match reason:
        case RefusedOutput(_, fault):
            return _FAULTS[fault].format(path)
        case WrongEnding(_, endings):
            told = Sentence("Files", "{}: its name does not end in {}.")
            return told.format(path, ", ".join(endings))
        case OutputNotWritten(_, error):
            return Sentence("Files", "{}: cannot be written ({}).").format(path, error)
    assert_never(reason)
