"""What is new in a session since the last look at it, as entries of its journal.

The session is looked at as a whole: its notes, its transports, its settings. What has been written
already is left out. So no look needs to come in time, and none may be missed: the next one finds
everything that has happened since.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from bridge.history.journal import (
    CaptureEntry,
    CurrentEntry,
    Entry,
    NoteEntry,
    SettingsEntry,
    TimeEntry,
    TransportEntry,
)
from bridge.history.record import Record

if TYPE_CHECKING:
    from bridge.history.journal import NoteKey
    from bridge.history.takes import TakeTree
    from bridge.messages.settings import Settings
    from bridge.messages.snapshot import RollNote
    from bridge.sync.transport import Transport


@dataclass(frozen=True, slots=True)
class PlayedSoFar:
    """A session at `now_ns`: its notes, planned ones included, its transports and settings."""

    now_ns: int
    notes: tuple[RollNote, ...]
    transports: tuple[tuple[int, Transport], ...]
    settings: Settings
    text: str
    """The provenance text of a file that is written now."""


class PlayedChanges:
    """The entries for what has been played since the last look."""

    def __init__(self, past: Record | None = None) -> None:
        """Start with an empty journal, or with one that has this record already."""
        past = past or Record()
        self._transport = past.transports[-1] if past.transports else None  # written last
        self._notes = past.notes  # keeps the objects below in existence
        self._done = {id(note) for note in past.notes}  # that are written with their ends
        self._open: set[NoteKey] = set()  # written without their ends
        self._settings: tuple[Settings, str] | None = None

    def take(self, state: PlayedSoFar) -> list[Entry]:
        """Return the entries that the journal lacks."""
        entries: list[Entry] = []
        if (state.settings, state.text) != self._settings:
            self._settings = state.settings, state.text
            entries.append(SettingsEntry(state.settings, state.text))
        # A session keeps a number of transports, so the new ones are counted from the last.
        new = [*takewhile(lambda each: each != self._transport, reversed(state.transports))]
        entries += [TransportEntry(*each) for each in reversed(new)]
        self._transport = new[0] if new else self._transport
        entries += self._take_notes(state)
        if entries or self._open:  # a note that sounds has lasted until now
            entries.append(TimeEntry(state.now_ns))
        return entries

    def _take_notes(self, state: PlayedSoFar) -> list[Entry]:
        """Return the notes that have begun or ended by now; planned ones may still change."""
        entries: list[Entry] = []
        undone = [note for note in state.notes if id(note) not in self._done]
        self._done &= {id(note) for note in state.notes}
        self._notes = state.notes
        for note in undone:
            if note.onset_ns >= state.now_ns:  # as in `Record.until`
                continue
            entry = NoteEntry(note)
            if note.release_ns is not None and note.release_ns <= state.now_ns:
                self._open.discard(entry.key)
                self._done.add(id(note))
                entries.append(entry)
            elif entry.key not in self._open:
                self._open.add(entry.key)
                entries.append(NoteEntry(replace(note, release_ns=None)))
        return entries


@dataclass(frozen=True, slots=True)
class TakesSoFar:
    """The tree of takes, and the paths of the captures that were saved."""

    takes: TakeTree
    captures: tuple[str, ...] = ()


class TakesChanges:
    """The entries for the takes and captures since the last look."""

    def __init__(self) -> None:
        self._node_count, self._capture_count = 0, 0
        self._current = CurrentEntry(None)

    def take(self, state: TakesSoFar) -> list[Entry]:
        """Return the entries that the journal lacks."""
        takes = state.takes
        entries: list[Entry] = [*takes.nodes[self._node_count :]]
        self._node_count = len(takes.nodes)
        current = CurrentEntry(takes.current, takes.redo_stack)
        if current != self._current:
            self._current = current
            entries.append(current)
        entries += [CaptureEntry(path) for path in state.captures[self._capture_count :]]
        self._capture_count = len(state.captures)
        return entries
