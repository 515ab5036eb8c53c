"""The reasons why no notes are heard in a sound file, as values.

`gui.wording.inputs` makes the sentences.
"""

import enum
from dataclasses import dataclass
from pathlib import Path

from bridge.system.input_file import InputReason


class SoundFault(enum.Enum):
    """A fault of a sound file as a whole."""

    NOT_SOUND = enum.auto()
    """No decoder knows the file."""
    NO_SAMPLES = enum.auto()
    SILENT = enum.auto()
    """No sample is loud enough to be heard."""
    NO_NOTES = enum.auto()
    """There is sound, but no note in it."""


@dataclass(frozen=True, slots=True)
class UnusableSound:
    """A sound file has a fault."""

    path: Path
    fault: SoundFault


@dataclass(frozen=True, slots=True)
class SoundTooLong:
    """A sound file lasts longer than `max_minutes`."""

    path: Path
    max_minutes: float


@dataclass(frozen=True, slots=True)
class AbsurdRate:
    """A sound file has a sample rate at which no music is recorded."""

    path: Path
    rate_hz: int


@dataclass(frozen=True, slots=True)
class SoundNotDecoded:
    """A sound file is damaged; `error` is the decoder's text."""

    path: Path
    error: str


@dataclass(frozen=True, slots=True)
class HearingNotInstalled:
    """Packages that read sound files are missing; `command` installs them."""

    path: Path
    command: str


SoundReason = (
    UnusableSound | SoundTooLong | AbsurdRate | SoundNotDecoded | HearingNotInstalled | InputReason
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in a sound file.

    `bpm` is the tempo that the notes are written in. `is_steady` says that it was heard or given;
    otherwise the notes have no steady beat, and the tempo is only a unit of time. `begin_s` is
    the time in the recording at which the first bar begins, which may lie before its start.
    """

    path: Path
    note_count: int
    is_one_voice: bool
    bpm: float
    is_steady: bool
    begin_s: float


class HearingError(Exception):
    """No notes are heard in a file."""

    def __init__(self, reason: SoundReason) -> None:
        super().__init__(reason)
        self.reason = reason
