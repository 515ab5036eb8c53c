"""The reasons why a MIDI file cannot be read, as values.

`gui.wording.files` makes the sentences.
"""

import enum
from dataclasses import dataclass
from pathlib import Path


class FileFault(enum.Enum):
    """A fault of a file as a whole."""

    MISSING = enum.auto()
    FOLDER = enum.auto()
    SPECIAL = enum.auto()
    """A device, a FIFO or a socket."""
    FORBIDDEN = enum.auto()
    EMPTY = enum.auto()
    NOT_MIDI = enum.auto()
    """The file does not begin with MThd, and is no RIFF file with a MIDI file in it."""
    PATTERNS = enum.auto()
    """Format 2: independent patterns."""
    SMPTE = enum.auto()
    """The file counts time in SMPTE frames."""
    NO_RESOLUTION = enum.auto()
    """The file says that a quarter note has no ticks."""
    NO_NOTES = enum.auto()
    TOO_SLOW = enum.auto()
    """Reading it takes longer than any file within the limits."""
    TOO_MUCH_MEMORY = enum.auto()
    NOT_FINISHED = enum.auto()
    """The process that read it has ended."""


class FormatFault(enum.Enum):
    """A fault at one byte of a file, because of which its notes cannot be read for certain."""

    HEADER = enum.auto()
    """The header is shorter than its six bytes, or names a format that does not exist."""
    SECOND_HEADER = enum.auto()
    """Another MIDI file begins inside the file."""
    NOT_A_CHUNK = enum.auto()
    """Something else is where the header promises a track."""
    CHUNK_CUT = enum.auto()
    """A chunk is longer than what is left of the file."""
    TOO_MANY_TRACKS = enum.auto()
    TOO_MANY_CHUNKS = enum.auto()
    TOO_MANY_PORTS = enum.auto()
    TOO_MANY_EVENTS = enum.auto()
    """More events than a piece of music has, in all tracks."""
    EVENT_CUT = enum.auto()
    """A track ends within an event."""
    NO_END = enum.auto()
    """Other bytes after the last track, which has no end-of-track event: they may belong to it."""
    AFTER_END = enum.auto()
    """A track goes on after its end-of-track event."""
    QUANTITY = enum.auto()
    """A variable-length quantity has more than four bytes."""
    NO_STATUS = enum.auto()
    """A data byte where an event begins, without a running status."""
    NOT_DATA = enum.auto()
    """A status byte where a data byte is needed."""
    NOT_IN_FILES = enum.auto()
    """A status byte that exists on a cable only, such as Clock or Active Sensing."""
    TEMPO = enum.auto()
    """A tempo event without its three bytes."""
    METRE = enum.auto()
    """A time signature without numerator and denominator."""


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
class FileTooLong:
    """A file has more quarter notes than a piece of music."""

    path: Path
    quarters: int


@dataclass(frozen=True, slots=True)
class FileTooManyHours:
    """A file lasts more hours than a piece of music."""

    path: Path
    hours: float


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A file has a fault at a byte, counted from 0."""

    path: Path
    fault: FormatFault
    offset: int


@dataclass(frozen=True, slots=True)
class FileNotRead:
    """The system cannot read a file; `error` is its text."""

    path: Path
    error: str


@dataclass(frozen=True, slots=True)
class AbsurdTempo:
    """A file has a tempo that cannot be played, at a byte."""

    path: Path
    bpm: float
    offset: int


@dataclass(frozen=True, slots=True)
class AbsurdMetre:
    """A file has a metre that cannot be counted, at a byte."""

    path: Path
    numerator: int
    denominator: int
    offset: int


MidiFileReason = (
    UnusableFile
    | FileTooLarge
    | FileTooLong
    | FileTooManyHours
    | BrokenFile
    | FileNotRead
    | AbsurdTempo
    | AbsurdMetre
)


@dataclass(frozen=True, slots=True)
class RiffWrapper:
    """A file is a RIFF file with a MIDI file in it; what else the RIFF file has is not copied."""

    path: Path


@dataclass(frozen=True, slots=True)
class WrongTrackCount:
    """The header promises another number of tracks than the file has. All that exist are kept."""

    path: Path
    promised: int
    found: int


FileNotice = RiffWrapper | WrongTrackCount
"""What is unusual about a file that was read."""
