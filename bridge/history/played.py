"""What has been played and what is about to be: the notes of both players.

A planned note stands here before it sounds. If it is taken back it is gone; if it sounded and was
cut short, it ends where it was cut. A piano roll shows the last few thousand; all of a session's
are kept for whoever wants it written down.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from bridge.messages.snapshot import RollNote
from bridge.midi.instruments import Instrument

MAX_SHOWN_NOTES = 6000
"""A roll shows no more."""
MAX_PEDALS = 500
MAX_ARCHIVED_NOTES = 200_000
"""Some hours of two busy players."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A note, and where its beginning and its end were decided to be, if they were."""

    note: RollNote
    onset_tick: int | None = None
    release_tick: int | None = None


class PlayedNotes:
    """Notes of both players, in the order in which they became known."""

    def __init__(self) -> None:
        self._entries: deque[_Entry] = deque()
        self._archived: deque[RollNote] = deque(maxlen=MAX_ARCHIVED_NOTES)  # those no longer shown
        self._shown_notes: tuple[RollNote, ...] | None = None  # as long as nothing has changed
        self._pedals: deque[tuple[int, int | None]] = deque(maxlen=MAX_PEDALS)

    @property
    def notes(self) -> tuple[RollNote, ...]:
        """The last of them; the very same, as long as nothing has changed."""
        if self._shown_notes is None:
            self._shown_notes = tuple(entry.note for entry in self._entries)
        return self._shown_notes

    @property
    def all_notes(self) -> tuple[RollNote, ...]:
        """Return all that is kept."""
        return (*self._archived, *self.notes)

    @property
    def pedals(self) -> tuple[tuple[int, int | None], ...]:
        """Return from when to when the player held a sustain pedal."""
        return tuple(self._pedals)

    def set_pedal(self, at_ns: int, *, down: bool) -> None:
        """Take note that the player's pedal goes down, or up."""
        if self._pedals and self._pedals[-1][1] is None:
            self._pedals[-1] = (self._pedals[-1][0], at_ns)
        if down:
            self._pedals.append((at_ns, None))

    def last(self, now_ns: int, *, answered: bool) -> RollNote | None:
        """Return the note of one of the two that was the last to begin, as they became known."""
        # From the end, since this is asked for sixty times a second, and there are thousands.
        begun = (
            entry.note
            for entry in reversed(self._entries)
            if entry.note.answered is answered and entry.note.onset_ns <= now_ns
        )
        return next(begun, None)

    def add(self, note: RollNote, unquantised_tick: int | None = None) -> None:
        """Add a note, which may have been decided to be at a tick."""
        self._shown_notes = None
        self._entries.append(_Entry(note, unquantised_tick))
        if len(self._entries) > MAX_SHOWN_NOTES:
            self._archived.append(self._entries.popleft().note)

    def end(
        self,
        key: tuple[Instrument, int],
        at_ns: int,
        unquantised_tick: int | None = None,
        *,
        answered: bool = False,
    ) -> None:
        """End the last note of this instrument and pitch, if it still sounds."""
        for index in range(len(self._entries) - 1, -1, -1):
            entry = self._entries[index]
            note = entry.note
            if (note.answered, note.instrument, note.pitch) == (answered, *key):
                if note.release_ns is None:
                    self._shown_notes = None
                    ended = replace(note, release_ns=max(at_ns, note.onset_ns))
                    self._entries[index] = replace(entry, note=ended, release_tick=unquantised_tick)
                return

    def retract(self, at_ns: int) -> int:
        """Take back what of the answer begins later, and end what sounds; return how many."""
        kept: list[_Entry] = []
        for entry in self._entries:
            note = entry.note
            if not note.answered or (note.release_ns is not None and note.release_ns <= at_ns):
                kept.append(entry)
            elif note.onset_ns <= at_ns:
                kept.append(_Entry(replace(note, release_ns=at_ns)))
        return self._replace_entries(kept)

    def replan(self, after_tick: int, now_ns: int) -> int:
        """Take back what was decided to begin after a tick, and the ends decided after it.

        What has sounded by now stays, whatever its ticks: they may be of a time that is over.
        Return how many notes were taken back.
        """
        kept: list[_Entry] = []
        for entry in self._entries:
            note = entry.note
            if _is_after(entry.onset_tick, after_tick) and note.onset_ns > now_ns:
                continue
            if _is_after(entry.release_tick, after_tick) and (note.release_ns or 0) > now_ns:
                kept.append(_Entry(replace(note, release_ns=None), entry.onset_tick))
            else:
                kept.append(entry)
        return self._replace_entries(kept)

    def _replace_entries(self, kept: list[_Entry]) -> int:
        self._shown_notes = None
        taken = len(self._entries) - len(kept)
        self._entries = deque(kept)
        return taken


def _is_after(unquantised_tick: int | None, tick: int) -> bool:
    return unquantised_tick is not None and unquantised_tick > tick
