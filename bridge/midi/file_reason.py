"""The reasons why a MIDI file cannot be read or written, as values.

`gui.wording.files` makes the sentences.
"""

import enum
from dataclasses import dataclass
from pathlib import Path


class FileFault(enum.Enum):
    """A fault that needs no further detail."""

    MISSING = enum.auto()
    FOLDER = enum.auto()
    FORBIDDEN = enum.auto()
    EMPTY = enum.auto()
    TRUNCATED = enum.auto()
    NOT_MIDI = enum.auto()
    """The file does not begin with MThd."""
    PATTERNS = enum.auto()
    """Format 2: independent patterns."""
    SMPTE = enum.auto()
    """The file counts time in SMPTE frames."""
    NO_NOTES = enum.auto()


@dataclass(frozen=True, slots=True)
class UnusableFile:
    """A file has a fault."""

    path: Path
    fault: FileFault


@dataclass(frozen=True, slots=True)
class FileTooLarge:
    """A file is too large to be a piece of music."""

    path: Path
    size_bytes: int


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A file is not a valid MIDI file; `error` is the reader's text."""

    path: Path
    error: str


@dataclass(frozen=True, slots=True)
class AbsurdTempo:
    """A file has a tempo that cannot be played."""

    path: Path
    bpm: float


@dataclass(frozen=True, slots=True)
class AbsurdMetre:
    """A file has a metre that cannot be counted."""

    path: Path
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class FileNotWritten:
    """A file cannot be written; `error` is the system's text."""

    path: Path
    error: str


MidiFileReason = (
    UnusableFile | FileTooLarge | BrokenFile | AbsurdTempo | AbsurdMetre | FileNotWritten
)
