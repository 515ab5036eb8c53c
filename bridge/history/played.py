"""The notes of the player and of Antiphon, both played and planned.

A planned note is listed before it sounds. A retracted note is removed, or, if it has begun to
sound, ends where it was cut short. It returns if it was sent all the same
(`bridge.history.sent_notes`). The piano roll shows the last few thousand notes. Older notes
are archived, so that a session can be exported.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bridge.history.archive import NoteArchive
from bridge.history.sent_notes import SentNotes
from bridge.messages.snapshot import RollNote
from bridge.midi.instruments import Instrument

if TYPE_CHECKING:
    from bridge.history.record import Record

MAX_SHOWN_NOTES = 6000
"""The greatest number of notes that the piano roll shows."""
MAX_PEDALS = 500
MAX_ARCHIVED_NOTES = 200_000
"""Enough for some hours of dense playing on both sides."""


_Key = tuple[bool, Instrument, int]  # whether it is Antiphon's, instrument and pitch


@dataclass(frozen=True, slots=True)
class _Entry:
    """A note, and the ticks of its onset and release as the composer decided them, if any."""

    note: RollNote
    onset_tick: int | None = None
    release_tick: int | None = None


class PlayedNotes:
    """The notes of the player and of Antiphon, in the order in which they were added."""

    def __init__(self, past: Record | None = None) -> None:
        """Begin, or go on after a session that was cut off."""
        self._entries: deque[_Entry] = deque()
        self._first = 0  # the number of the first entry, counted from the first note
        self._latest: dict[_Key, int] = {}  # the number of the last entry of each key
        self._archived = NoteArchive(MAX_ARCHIVED_NOTES)  # no longer shown
        self._shown_notes: tuple[RollNote, ...] | None = None  # cached until a change
        self._pedals: deque[tuple[int, int | None]] = deque(maxlen=MAX_PEDALS)
        self._sent = SentNotes()
        self._returned: set[_Key] = set()  # notes that returned, until their ends are sent
        for note in () if past is None else past.notes:
            self.add(note)

    @property
    def notes(self) -> tuple[RollNote, ...]:
        """The latest notes; the same tuple object until a note changes."""
        if self._shown_notes is None:
            self._shown_notes = tuple(entry.note for entry in self._entries)
        return self._shown_notes

    @property
    def all_notes(self) -> tuple[RollNote, ...]:
        """All notes that are kept: the archived and the latest ones."""
        return (*self._archived, *self.notes)

    @property
    def pedals(self) -> tuple[tuple[int, int | None], ...]:
        """The spans in which the player held a sustain pedal; None: still held."""
        return tuple(self._pedals)

    def set_pedal(self, at_ns: int, *, down: bool) -> None:
        """Record that the player's pedal goes down or up."""
        if self._pedals and self._pedals[-1][1] is None:
            self._pedals[-1] = (self._pedals[-1][0], at_ns)
        if down:
            self._pedals.append((at_ns, None))

    def last(self, now_ns: int, *, answered: bool) -> RollNote | None:
        """Return the last note that has begun: Antiphon's if `answered`, else the player's."""
        # Search from the end: this runs sixty times a second over thousands of notes.
        begun = (
            entry.note
            for entry in reversed(self._entries)
            if entry.note.answered is answered and entry.note.onset_ns <= now_ns
        )
        return next(begun, None)

    def add(self, note: RollNote, unquantised_tick: int | None = None) -> None:
        """Add a note; `unquantised_tick` is its onset as the composer decided it, if it did."""
        if note.answered:
            self._sent.add_planned(note)
        self._append(_Entry(note, unquantised_tick))

    def _append(self, entry: _Entry) -> None:
        self._shown_notes = None
        self._latest[_key_of(entry.note)] = self._first + len(self._entries)
        self._entries.append(entry)
        if len(self._entries) > MAX_SHOWN_NOTES:
            self._archived.append(self._entries.popleft().note)
            self._first += 1

    def end(
        self,
        key: tuple[Instrument, int],
        at_ns: int,
        unquantised_tick: int | None = None,
        *,
        answered: bool = False,
    ) -> None:
        """End the last note of this instrument and pitch, if it still sounds."""
        index = self._latest.get((answered, *key), -1) - self._first
        if index < 0:
            return
        entry = self._entries[index]
        if entry.note.release_ns is None:
            self._shown_notes = None
            ended = replace(entry.note, release_ns=max(at_ns, entry.note.onset_ns))
            self._entries[index] = replace(entry, note=ended, release_tick=unquantised_tick)

    def confirm_onset(self, key: tuple[Instrument, int], onset_ns: int) -> None:
        """Record that a note of Antiphon's was sent; one that was removed meanwhile returns."""
        removed = self._sent.confirm(key, onset_ns)
        if removed is not None:
            self._append(_Entry(replace(removed, release_ns=None)))
            self._returned.add(_key_of(removed))

    def confirm_release(self, key: tuple[Instrument, int], release_ns: int) -> None:
        """Record that the end of a note of Antiphon's was sent; it ends a note that returned."""
        if (True, *key) in self._returned:
            self._returned.discard((True, *key))
            self._end_returned((True, *key), release_ns)

    def _end_returned(self, key: _Key, release_ns: int) -> None:
        for index in reversed(range(len(self._entries))):
            entry = self._entries[index]
            note = entry.note
            if _key_of(note) == key and note.release_ns is None and note.onset_ns <= release_ns:
                self._shown_notes = None
                self._entries[index] = replace(entry, note=replace(note, release_ns=release_ns))
                return

    def retract(self, at_ns: int) -> int:
        """Remove Antiphon's notes that begin after `at_ns` and are not sent, and end the others.

        Return how many notes were removed.
        """
        kept: list[_Entry] = []
        for entry in self._entries:
            note = entry.note
            if not note.answered or (note.release_ns is not None and note.release_ns <= at_ns):
                kept.append(entry)
            elif note.onset_ns <= at_ns or not self._sent.remove(note, at_ns):
                kept.append(_Entry(replace(note, release_ns=max(at_ns, note.onset_ns))))
        return self._replace_entries(kept)

    def replan(self, after_tick: int, now_ns: int) -> int:
        """Remove the notes that were decided after a tick, and the releases decided after it.

        Notes and releases that have sounded by `now_ns` stay, whatever their ticks: the ticks may
        belong to an earlier epoch. Notes that are sent stay with their releases. Return how many
        notes were removed.
        """
        kept: list[_Entry] = []
        for entry in self._entries:
            note = entry.note
            if _is_after(entry.onset_tick, after_tick) and note.onset_ns > now_ns:
                if not self._sent.remove(note, now_ns):
                    kept.append(entry)
            elif _is_after(entry.release_tick, after_tick) and (note.release_ns or 0) > now_ns:
                kept.append(_Entry(replace(note, release_ns=None), entry.onset_tick))
            else:
                kept.append(entry)
        return self._replace_entries(kept)

    def _replace_entries(self, kept: list[_Entry]) -> int:
        self._shown_notes = None
        removed = len(self._entries) - len(kept)
        self._entries = deque(kept)
        numbered = enumerate(kept, self._first)
        self._latest = {_key_of(entry.note): number for number, entry in numbered}
        return removed


def _key_of(note: RollNote) -> _Key:
    return note.answered, note.instrument, note.pitch


def _is_after(unquantised_tick: int | None, tick: int) -> bool:
    return unquantised_tick is not None and unquantised_tick > tick
