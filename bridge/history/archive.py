"""Notes that are no longer shown, in a compact form: an hour of two players takes half a megabyte.

The columns are arrays of numbers. A note object with its integers takes seven times as much.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from bridge.messages.snapshot import RollNote
from bridge.midi.instruments import Instrument

if TYPE_CHECKING:
    from collections.abc import Iterator

_BYTE, _INT64 = "B", "q"
_STILL_SOUNDING = -(2**63)
"""Stands for a release that has not come."""


class NoteArchive:
    """Notes in the order in which they were added; beyond a number, the oldest are dropped."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._bytes = array(_BYTE)  # instrument, pitch, velocity and side of each note
        self._times = array(_INT64)  # onset and release of each note

    def __len__(self) -> int:
        """Return the number of notes."""
        return len(self._times) // 2

    def __iter__(self) -> Iterator[RollNote]:
        """Yield the notes, oldest first."""
        for index in range(len(self)):
            instrument, pitch, velocity, answered = self._bytes[4 * index : 4 * index + 4]
            onset_ns, release_ns = self._times[2 * index : 2 * index + 2]
            yield RollNote(
                Instrument(instrument),
                pitch,
                velocity,
                onset_ns,
                None if release_ns == _STILL_SOUNDING else release_ns,
                answered=bool(answered),
            )

    def append(self, note: RollNote) -> None:
        """Add a note."""
        self._bytes.extend((note.instrument, note.pitch, note.velocity, note.answered))
        release_ns = _STILL_SOUNDING if note.release_ns is None else note.release_ns
        self._times.extend((note.onset_ns, release_ns))
        if len(self) > self._most + self._most // 8:  # not for every note, since all others move
            excess = len(self) - self._most
            del self._bytes[: 4 * excess]
            del self._times[: 2 * excess]
