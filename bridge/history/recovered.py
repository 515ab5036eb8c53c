"""What the journals of a session contain: its record, its settings and its takes.

A journal may lack lines (`bridge.history.journal`). A take whose parent is lost is left out, since
nobody can say what it continues; the other nodes are numbered anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bridge.history.journal import (
    Beginning,
    CaptureEntry,
    CurrentEntry,
    Journal,
    NoteEntry,
    SettingsEntry,
    TimeEntry,
    TransportEntry,
)
from bridge.history.record import Record
from bridge.history.takes import RootNode, TakeNode, TakeTree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.history.journal import NoteKey
    from bridge.messages.settings import Settings
    from bridge.messages.snapshot import RollNote
    from bridge.sync.transport import Transport


@dataclass(frozen=True, slots=True)
class Recovered:
    """The music and the takes of a session, as far as its journals have them."""

    record: Record
    settings: Settings | None
    text: str
    """The provenance text of a file of the record."""
    takes: TakeTree
    captures: tuple[str, ...]
    """The paths of the captures that were saved."""
    started_at: str
    """The local time of the start in ISO 8601; empty if it is lost."""
    damaged_count: int
    """The number of lines that could not be read, a torn last line included."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to recover."""
        return not self.record.notes and not self.takes.nodes


def recover(journals: Iterable[Journal]) -> Recovered:
    """Return what the journals of one session contain together."""
    journals = tuple(journals)
    music = _MusicReader()
    nodes: list[RootNode | TakeNode] = []
    current = CurrentEntry(None)
    captures: list[str] = []
    started_at = ""
    for entry in (entry for journal in journals for entry in journal.entries):
        match entry:
            case Beginning():
                started_at = started_at or entry.started_at
            case RootNode() | TakeNode():
                nodes.append(entry)
            case CurrentEntry():
                current = entry
            case CaptureEntry(path):
                captures.append(path)
            case _:
                music.read(entry)
    return Recovered(
        music.record(),
        music.settings,
        music.text,
        _tree(nodes, current),
        tuple(captures),
        started_at,
        sum(journal.damaged_count + journal.is_torn for journal in journals),
    )


class _MusicReader:
    """Collects the entries of what was played."""

    def __init__(self) -> None:
        self.settings: Settings | None = None
        self.text = ""
        self._notes: dict[NoteKey, RollNote] = {}
        self._transports: dict[tuple[int, Transport], None] = {}
        self._end_ns: int | None = None

    def read(self, entry: NoteEntry | TransportEntry | SettingsEntry | TimeEntry) -> None:
        """Add an entry."""
        match entry:
            case NoteEntry(note):
                self._notes[entry.key] = note
                self._reach(note.release_ns or note.onset_ns)
            case TransportEntry(since_ns, transport):
                self._transports[since_ns, transport] = None
            case SettingsEntry(settings, text):
                self.settings, self.text = settings, text
            case TimeEntry(now_ns):
                self._reach(now_ns)

    def _reach(self, time_ns: int) -> None:
        self._end_ns = time_ns if self._end_ns is None else max(self._end_ns, time_ns)

    def record(self) -> Record:
        """Return the record; notes without a release end where the journal ends."""
        transports = tuple(sorted(self._transports, key=lambda each: each[0]))
        notes = tuple(
            note if note.release_ns is not None else replace(note, release_ns=self._end_ns)
            for note in self._notes.values()
        )
        return Record(notes, transports)


def _tree(nodes: Iterable[RootNode | TakeNode], current: CurrentEntry) -> TakeTree:
    """Return the tree of the nodes whose ancestors are all there."""
    kept: list[RootNode | TakeNode] = []
    numbers: dict[int, int] = {}  # the number of a node here, by that in the journal
    for node in nodes:
        if node.number in numbers or (isinstance(node, TakeNode) and node.parent not in numbers):
            continue
        numbers[node.number] = number = len(kept)
        if isinstance(node, TakeNode):
            kept.append(replace(node, number=number, parent=numbers[node.parent]))
        else:
            kept.append(replace(node, number=number))
    chosen = None if current.current is None else numbers.get(current.current)
    if chosen is None and kept:
        chosen = 0
    redo = tuple(numbers[each] for each in current.redo_stack if each in numbers)
    return TakeTree(tuple(kept), chosen, redo)
