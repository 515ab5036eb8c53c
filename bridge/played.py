"""What has been played and what is about to be: the notes that a piano roll shows.

A planned note stands here before it sounds. If it is taken back it is gone; if it sounded and was
cut short, it ends where it was cut.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from bridge.dialogue import RollNote
from bridge.instruments import Instrument

MOST_NOTES = 2000


class Played:
    """Notes of both players, in the order in which they became known."""

    def __init__(self) -> None:
        self._notes: deque[RollNote] = deque(maxlen=MOST_NOTES)

    @property
    def notes(self) -> tuple[RollNote, ...]:
        """Return all that is remembered."""
        return tuple(self._notes)

    def last(self, now_ns: int, *, answered: bool) -> RollNote | None:
        """Return the note of one of the two that began last."""
        begun = (n for n in self._notes if n.answered is answered and n.onset_ns <= now_ns)
        return max(begun, key=lambda note: note.onset_ns, default=None)

    def begin(self, note: RollNote) -> None:
        """Add a note."""
        self._notes.append(note)

    def end(self, placed: tuple[Instrument, int], at_ns: int, *, answered: bool = False) -> None:
        """End the last note of this instrument and pitch, if it still sounds."""
        for index in range(len(self._notes) - 1, -1, -1):
            note = self._notes[index]
            if (note.answered, note.instrument, note.pitch) == (answered, *placed):
                if note.release_ns is None:
                    self._notes[index] = replace(note, release_ns=max(at_ns, note.onset_ns))
                return

    def cut(self, at_ns: int) -> int:
        """Take back what of the answer begins later, and end what sounds; return how many."""
        return self._take_back(at_ns, ended_ns=at_ns)

    def reopen(self, after_ns: int) -> int:
        """Take back what of the answer begins later; what sounds then has no end any more."""
        return self._take_back(after_ns, ended_ns=None)

    def _take_back(self, after_ns: int, ended_ns: int | None) -> int:
        kept = [note for note in self._notes if not note.answered or note.onset_ns <= after_ns]
        taken = len(self._notes) - len(kept)
        self._notes.clear()
        for note in kept:
            sounds = note.answered and (note.release_ns is None or note.release_ns > after_ns)
            self._notes.append(replace(note, release_ns=ended_ns) if sounds else note)
        return taken
