"""What is wrong with a MIDI file, in sentences that begin with its path."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from bridge.midi.smf.reason import (
    AbsurdMetre,
    AbsurdTempo,
    BrokenFile,
    FileFault,
    FileNotRead,
    FileTooLarge,
    FileTooLong,
    FileTooManyHours,
    FormatFault,
    RiffWrapper,
    UnusableFile,
    WrongTrackCount,
)
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from bridge.midi.smf.reason import FileNotice, MidiFileReason

_FAULTS = {
    FileFault.MISSING: Sentence("Files", "{}: no such file."),
    FileFault.FOLDER: Sentence("Files", "{}: is a folder, not a MIDI file."),
    FileFault.SPECIAL: Sentence("Files", "{}: is a device or a pipe, not a file."),
    FileFault.FORBIDDEN: Sentence("Files", "{}: may not be read."),
    FileFault.EMPTY: Sentence("Files", "{}: the file is empty."),
    FileFault.NOT_MIDI: Sentence(
        "Files", "{}: not a Standard MIDI File (it does not begin with MThd)."
    ),
    FileFault.PATTERNS: Sentence(
        "Files", "{}: a MIDI file of format 2 (independent patterns) cannot be continued."
    ),
    FileFault.SMPTE: Sentence("Files", "{}: its time is in SMPTE frames, not in beats."),
    FileFault.NO_RESOLUTION: Sentence("Files", "{}: its quarter note has no ticks."),
    FileFault.NO_NOTES: Sentence("Files", "{}: has no notes to continue."),
    FileFault.TOO_SLOW: Sentence("Files", "{}: takes too long to read."),
    FileFault.TOO_MUCH_MEMORY: Sentence("Files", "{}: takes too much memory to read."),
    FileFault.NOT_FINISHED: Sentence(
        "Files", "{}: the process that read it has ended; try again, or try another file."
    ),
}

_FORMAT_FAULTS = {
    FormatFault.HEADER: Sentence("Files", "{}: the header at byte {} is not one that is known."),
    FormatFault.SECOND_HEADER: Sentence("Files", "{}: another MIDI file begins at byte {}."),
    FormatFault.NOT_A_CHUNK: Sentence(
        "Files", "{}: a track is missing; there is something else at byte {}."
    ),
    FormatFault.CHUNK_CUT: Sentence(
        "Files", "{}: the file ends too early, within the chunk at byte {}."
    ),
    FormatFault.TOO_MANY_TRACKS: Sentence(
        "Files", "{}: more tracks than a file can count, from byte {} on."
    ),
    FormatFault.TOO_MANY_CHUNKS: Sentence(
        "Files", "{}: more chunks than a piece of music has, from byte {} on."
    ),
    FormatFault.TOO_MANY_PORTS: Sentence(
        "Files", "{}: more MIDI ports than a studio has, from byte {} on."
    ),
    FormatFault.TOO_MANY_EVENTS: Sentence(
        "Files", "{}: more events than a piece of music has, from byte {} on."
    ),
    FormatFault.EVENT_CUT: Sentence("Files", "{}: a track ends within the event at byte {}."),
    FormatFault.NO_END: Sentence(
        "Files", "{}: the last track has no end; the bytes from byte {} on may belong to it."
    ),
    FormatFault.AFTER_END: Sentence("Files", "{}: a track goes on after its end, at byte {}."),
    FormatFault.QUANTITY: Sentence("Files", "{}: the number at byte {} has more than four bytes."),
    FormatFault.NO_STATUS: Sentence("Files", "{}: the event at byte {} has no status."),
    FormatFault.NOT_DATA: Sentence("Files", "{}: byte {} is a status where a value is needed."),
    FormatFault.NOT_IN_FILES: Sentence(
        "Files", "{}: byte {} is a message for cables, which a file cannot contain."
    ),
    FormatFault.TEMPO: Sentence("Files", "{}: the tempo at byte {} is incomplete."),
    FormatFault.METRE: Sentence("Files", "{}: the time signature at byte {} is incomplete."),
}


_LONG_EXPONENT = 16
"""A denominator from this power of two on is named as one; a file may have up to 2^255."""


def sentence_of_file(reason: MidiFileReason | FileNotice) -> Sentence:
    """Return the sentence for what is wrong with a MIDI file, or unusual about it."""
    path = str(reason.path)
    match reason:
        case UnusableFile(_, fault):
            return _FAULTS[fault].format(path)
        case BrokenFile(_, format_fault, offset):
            return _FORMAT_FAULTS[format_fault].format(path, offset)
        case RiffWrapper() | WrongTrackCount():
            return _sentence_of_notice(reason)
    return _sentence_with_figures(reason)


def _sentence_with_figures(
    reason: FileTooLarge | FileTooLong | FileTooManyHours | FileNotRead | AbsurdTempo | AbsurdMetre,
) -> Sentence:
    path = str(reason.path)
    match reason:
        case FileTooLarge(_, size_bytes):
            told = Sentence("Files", "{}: {:.0f} MB is too large for a piece of music.")
            return told.format(path, size_bytes / 1e6)
        case FileTooLong(_, quarters):
            told = Sentence("Files", "{}: {} quarter notes are too long for a piece of music.")
            return told.format(path, quarters)
        case FileTooManyHours(_, hours):
            told = Sentence("Files", "{}: {:.0f} hours are too long for a piece of music.")
            return told.format(path, hours)
        case FileNotRead(_, error):
            return Sentence("Files", "{}: cannot be read ({}).").format(path, error)
        case AbsurdTempo(_, bpm, offset):
            told = Sentence("Files", "{}: a tempo of {:g} bpm, at byte {}, cannot be played.")
            return told.format(path, bpm, offset)
        case AbsurdMetre(_, numerator, denominator, offset):
            told = Sentence("Files", "{}: a metre of {}/{}, at byte {}, cannot be counted.")
            exponent = denominator.bit_length() - 1
            shown = str(denominator) if exponent < _LONG_EXPONENT else f"2^{exponent}"
            return told.format(path, numerator, shown, offset)
    assert_never(reason)


def _sentence_of_notice(notice: FileNotice) -> Sentence:
    path = str(notice.path)
    match notice:
        case RiffWrapper():
            told = Sentence(
                "Files",
                "{}: a RIFF file; the MIDI file in it is continued, and the rest is left out.",
            )
            return told.format(path)
        case WrongTrackCount(_, promised, found):
            told = Sentence("Files", "{}: the header promises {} tracks; the file has {}.")
            return told.format(path, promised, found)
    assert_never(notice)
