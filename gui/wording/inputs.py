"""Why a file of the user's is not read, in sentences that begin with its path."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from bridge.system.input_file import InputFault, InputNotRead, InputTooLarge, RefusedInput
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from bridge.system.input_file import InputReason

_FAULTS = {
    InputFault.MISSING: Sentence("Files", "{}: no such file."),
    InputFault.FOLDER: Sentence("Files", "{}: is a folder, not a file."),
    InputFault.SPECIAL: Sentence("Files", "{}: is a device or a pipe, not a file."),
    InputFault.FORBIDDEN: Sentence("Files", "{}: may not be read."),
}


def sentence_of_input(reason: InputReason) -> Sentence:
    """Return the sentence for a file that is not read."""
    path = str(reason.path)
    match reason:
        case RefusedInput(_, fault):
            return _FAULTS[fault].format(path)
        case InputTooLarge(_, max_bytes, _):
            return Sentence("Files", "{}: is larger than {:g} MB.").format(path, max_bytes / 1e6)
        case InputNotRead(_, error):
            return Sentence("Files", "{}: cannot be read ({}).").format(path, error)
    assert_never(reason)
