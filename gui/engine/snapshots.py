"""Snapshots through a pipe: of thousands of notes only those that are new.

A snapshot holds all the notes that a roll may show, and is sent thirty times a second. All but the
last few are the very same objects as the time before. So a parcel says how many of those that the
window has it is to drop at the front, how many of the rest it keeps, and what comes after them.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from itertools import takewhile
from operator import is_
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.history.record import Record
    from bridge.messages.snapshot import RollNote, Snapshot


@dataclass(frozen=True, slots=True)
class SnapshotDelta:
    """A snapshot without notes, and how its notes come from those of the one before."""

    snapshot: Snapshot
    dropped: int
    kept: int
    tail: tuple[RollNote, ...]


class Purpose(enum.Enum):
    """What becomes of what was captured."""

    KEEP = "keep"
    CONTINUE = "continue"


@dataclass(frozen=True, slots=True)
class Capture:
    """A request: what has been played in the last so many nanoseconds; None: all of it."""

    last_ns: int | None = None
    purpose: Purpose = Purpose.KEEP


@dataclass(frozen=True, slots=True)
class Captured:
    """What has been played, the text that goes into its file, and what it was asked for."""

    record: Record
    text: str
    purpose: Purpose = Purpose.KEEP


class Packer:
    """The end of the pipe that sends."""

    def __init__(self) -> None:
        self._notes: tuple[RollNote, ...] = ()

    def pack(self, snapshot: Snapshot) -> SnapshotDelta:
        """Return the parcel that makes this snapshot of the last one."""
        before, self._notes = self._notes, snapshot.notes
        dropped = _index_of(before, snapshot.notes[0]) if snapshot.notes else len(before)
        same = map(is_, before[dropped:], snapshot.notes)
        kept = sum(1 for _ in takewhile(bool, same))
        return SnapshotDelta(replace(snapshot, notes=()), dropped, kept, snapshot.notes[kept:])


class Unpacker:
    """The end of the pipe that receives."""

    def __init__(self) -> None:
        self._notes: tuple[RollNote, ...] = ()

    def unpack(self, delta: SnapshotDelta) -> Snapshot:
        """Return the snapshot; notes that were there before are the objects that they were."""
        if delta.dropped or delta.tail or delta.kept < len(self._notes):
            end = delta.dropped + delta.kept
            self._notes = self._notes[delta.dropped : end] + delta.tail
        return replace(delta.snapshot, notes=self._notes)


def _index_of(notes: tuple[RollNote, ...], wanted: RollNote) -> int:
    """Return where this very note is; the end if it is not there."""
    return next((at for at, note in enumerate(notes) if note is wanted), len(notes))
