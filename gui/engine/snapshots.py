"""Snapshots through a pipe: only new notes are sent.

A snapshot has thousands of notes, and is sent thirty times a second. All but the last few notes are
the same objects as before. A delta therefore says how many notes to drop at the front, how many of
the others to keep, and which notes follow them.
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
    """A snapshot without notes, and its change of the notes since the last one."""

    snapshot: Snapshot
    dropped: int
    kept: int
    tail: tuple[RollNote, ...]


class Purpose(enum.Enum):
    """What a capture is used for."""

    KEEP = "keep"
    CONTINUE = "continue"


@dataclass(frozen=True, slots=True)
class Capture:
    """A request for the last `last_ns` nanoseconds of the record, or all of it if None."""

    last_ns: int | None = None
    purpose: Purpose = Purpose.KEEP


@dataclass(frozen=True, slots=True)
class Captured:
    """A part of the record, the text for its file, and its purpose."""

    record: Record
    text: str
    purpose: Purpose = Purpose.KEEP


class Packer:
    """The sending end."""

    def __init__(self) -> None:
        self._notes: tuple[RollNote, ...] = ()

    def pack(self, snapshot: Snapshot) -> SnapshotDelta:
        """Return the delta that turns the last snapshot into this one."""
        before, self._notes = self._notes, snapshot.notes
        dropped = _index_of(before, snapshot.notes[0]) if snapshot.notes else len(before)
        same = map(is_, before[dropped:], snapshot.notes)
        kept = sum(1 for _ in takewhile(bool, same))
        return SnapshotDelta(replace(snapshot, notes=()), dropped, kept, snapshot.notes[kept:])


class Unpacker:
    """The receiving end."""

    def __init__(self) -> None:
        self._notes: tuple[RollNote, ...] = ()

    def unpack(self, delta: SnapshotDelta) -> Snapshot:
        """Return the snapshot; notes that were there before stay the same objects."""
        if delta.dropped or delta.tail or delta.kept < len(self._notes):
            end = delta.dropped + delta.kept
            self._notes = self._notes[delta.dropped : end] + delta.tail
        return replace(delta.snapshot, notes=self._notes)


def _index_of(notes: tuple[RollNote, ...], wanted: RollNote) -> int:
    """Return the index of this object, or the length if it is not there."""
    return next((at for at, note in enumerate(notes) if note is wanted), len(notes))
