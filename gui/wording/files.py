"""What is wrong with a MIDI file, in sentences that begin with its path."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from bridge.midi.file_reason import (
    AbsurdMetre,
    AbsurdTempo,
    BrokenFile,
    FileFault,
    FileNotWritten,
    FileTooLarge,
    UnusableFile,
)
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from bridge.midi.file_reason import MidiFileReason

_FAULTS = {
    FileFault.MISSING: Sentence("Files", "{}: no such file."),
    FileFault.FOLDER: Sentence("Files", "{}: is a folder, not a MIDI file."),
    FileFault.FORBIDDEN: Sentence("Files", "{}: may not be read."),
    FileFault.EMPTY: Sentence("Files", "{}: the file is empty."),
    FileFault.TRUNCATED: Sentence("Files", "{}: a broken MIDI file (the file ends too early)."),
    FileFault.NOT_MIDI: Sentence(
        "Files", "{}: not a Standard MIDI File (it does not begin with MThd)."
    ),
    FileFault.PATTERNS: Sentence(
        "Files", "{}: a MIDI file of format 2 (independent patterns) cannot be continued."
    ),
    FileFault.SMPTE: Sentence("Files", "{}: its time is in SMPTE frames, not in beats."),
    FileFault.NO_NOTES: Sentence("Files", "{}: has no notes to continue."),
}


def sentence_of_file(reason: MidiFileReason) -> Sentence:
    """Return the sentence for what is wrong with a MIDI file."""
    path = str(reason.path)
    match reason:
        case UnusableFile(_, fault):
            return _FAULTS[fault].format(path)
        case FileTooLarge(_, size_bytes):
            told = Sentence("Files", "{}: {:.0f} MB is too large for a piece of music.")
            return told.format(path, size_bytes / 1e6)
        case BrokenFile(_, error):
            return Sentence("Files", "{}: a broken MIDI file ({}).").format(path, error)
        case AbsurdTempo(_, bpm):
            told = Sentence("Files", "{}: a tempo of {:g} bpm cannot be played.")
            return told.format(path, bpm)
        case AbsurdMetre(_, numerator, denominator):
            told = Sentence("Files", "{}: a metre of {}/{} cannot be counted.")
            return told.format(path, numerator, denominator)
        case FileNotWritten(_, error):
            return Sentence("Files", "{}: cannot be written ({}).").format(path, error)
    assert_never(reason)
