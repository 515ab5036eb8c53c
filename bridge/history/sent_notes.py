"""Which of Antiphon's planned notes have been sent.

The MIDI I/O process sends the plan on its own, and reports what it has sent. The session may remove
a note from the plan while the process sends it: the report comes some milliseconds after the
removal. Such a note has sounded, so it belongs in the history.

A report has no number of a note. It is matched by instrument, pitch and time. A planned note whose
time has moved with its transport is the first of its key in the plan.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from bridge.system.units import MS, SECOND

if TYPE_CHECKING:
    from bridge.messages.snapshot import RollNote
    from bridge.midi.instruments import Instrument

TOLERANCE_NS = 10 * MS
"""The greatest difference between a planned onset and the one that is reported for it. No key is
struck twice within this time."""
KEPT_NS = SECOND
"""A removed note that begins later than this after its removal cannot have been sent."""
_MAX_OF_A_KEY = 32
"""More than the onsets of one key that can be planned and not yet sent."""

_Key = tuple["Instrument", int]


class SentNotes:
    """The planned notes and the notes removed lately, until they are reported as sent."""

    def __init__(self) -> None:
        self._planned: dict[_Key, deque[int]] = {}  # onsets
        self._removed: dict[_Key, deque[RollNote]] = {}

    def add_planned(self, note: RollNote) -> None:
        """Add a note to the plan."""
        key = note.instrument, note.pitch
        self._planned.setdefault(key, deque(maxlen=_MAX_OF_A_KEY)).append(note.onset_ns)

    def remove(self, note: RollNote, now_ns: int) -> bool:
        """Remove a note from the plan; return False if it has been sent already."""
        key = note.instrument, note.pitch
        if note.onset_ns not in self._planned.get(key, ()):
            return False
        self._planned[key].remove(note.onset_ns)
        if note.onset_ns <= now_ns + KEPT_NS:  # its report may come
            self._removed.setdefault(key, deque(maxlen=_MAX_OF_A_KEY)).append(note)
        return True

    def confirm(self, key: _Key, onset_ns: int) -> RollNote | None:
        """Record that a note was sent; return it if it had been removed from the plan."""
        planned, removed = self._planned.get(key), self._removed.get(key)
        for onset in planned or ():
            if abs(onset - onset_ns) <= TOLERANCE_NS:
                self._planned[key].remove(onset)
                return None
        for note in removed or ():
            if abs(note.onset_ns - onset_ns) <= TOLERANCE_NS:
                self._removed[key].remove(note)
                return note
        if planned:
            planned.popleft()
        return None
