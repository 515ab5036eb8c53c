"""Why the journal of a session is not in its usual place, as values."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class JournalMoved:
    """The usual place cannot be written; `error` is the system's text. `folder` is used instead."""

    key: ClassVar = "journal-moved"
    folder: Path
    error: str


@dataclass(frozen=True, slots=True)
class JournalLost:
    """No place can be written: what is played is in memory only. `error` is the system's text."""

    key: ClassVar = "journal-lost"
    error: str


@dataclass(frozen=True, slots=True)
class JournalFull:
    """The journal has reached its greatest size: what follows is in memory only."""

    key: ClassVar = "journal-full"
    max_bytes: int


JournalReason = JournalMoved | JournalLost | JournalFull
