"""The journal of a session: what has been played so far, in a file that survives a crash.

A journal is a sequence of entries, one a line, and is only appended to. Each line is
`CHECKSUM JSON`: eight hexadecimal digits, the CRC-32 of the JSON text as zlib computes it, a space,
and the JSON array `[KIND, VALUE]`. JSON contains no line break, so a line delimits itself. What a
crash leaves is repaired by the reader: the end of the file without a line break is a torn line and
is cut off, and a line whose checksum or value is wrong is skipped. Both are reported.

An entry stands for itself. A note is written when it begins and again when it ends; the later line
replaces the earlier one. So a lost line costs one note at most.

Times are nanoseconds on the session clock, which starts anew with the machine. They are only
compared with each other, so a journal can be read at any time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any
from zlib import crc32

from cattrs import Converter
from cattrs.errors import BaseValidationError

from bridge.history.takes import RootNode, TakeNode
from bridge.messages.settings import Settings
from bridge.messages.snapshot import RollNote
from bridge.midi.instruments import Instrument, instrument_named
from bridge.midi.notes import Note
from bridge.sync.transport import Transport

FORMAT = 1
"""The number of this format. A reader refuses a journal of a later one."""
_CHECKSUM_LENGTH = 8

NoteKey = tuple[bool, Instrument, int, int]
"""Whether Antiphon plays it, instrument, pitch and onset."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first entry: the format, the program, and the local time of the start in ISO 8601."""

    format: int
    program: str
    started_at: str


@dataclass(frozen=True, slots=True)
class NoteEntry:
    """A note that has begun; without a release it still sounds."""

    note: RollNote

    @property
    def key(self) -> NoteKey:
        """What tells the note from others: a later entry of the same key replaces an earlier."""
        note = self.note
        return note.answered, note.instrument, note.pitch, note.onset_ns


@dataclass(frozen=True, slots=True)
class TransportEntry:
    """The session follows this transport since a time."""

    since_ns: int
    transport: Transport


@dataclass(frozen=True, slots=True)
class SettingsEntry:
    """The settings from now on, and the provenance text of a file that is written with them."""

    settings: Settings
    text: str


@dataclass(frozen=True, slots=True)
class TimeEntry:
    """All entries before this one describe the session up to this time."""

    now_ns: int


@dataclass(frozen=True, slots=True)
class CurrentEntry:
    """The current node of the tree of takes, and the nodes that undo has left."""

    current: int | None
    redo_stack: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CaptureEntry:
    """A capture was saved as this file."""

    path: str


Entry = (
    Beginning
    | NoteEntry
    | TransportEntry
    | SettingsEntry
    | TimeEntry
    | RootNode
    | TakeNode
    | CurrentEntry
    | CaptureEntry
)
_KINDS: dict[str, type[Entry]] = {
    "journal": Beginning,
    "note": NoteEntry,
    "transport": TransportEntry,
    "settings": SettingsEntry,
    "time": TimeEntry,
    "root": RootNode,
    "take": TakeNode,
    "current": CurrentEntry,
    "capture": CaptureEntry,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


@dataclass(frozen=True, slots=True)
class Journal:
    """The entries of a journal, and what the reader has repaired."""

    entries: tuple[Entry, ...]
    damaged_count: int = 0
    """The number of lines that were skipped."""
    is_torn: bool = False
    """Whether the last line was incomplete, and was cut off."""
    is_newer: bool = False
    """Whether a later version of the program has written it, in a format unknown here."""


def encode(entry: Entry) -> bytes:
    """Return the line of an entry."""
    value = [_NAMES[type(entry)], _converter().unstructure(entry)]
    body = json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    return b"%08x %s\n" % (crc32(body), body)


def whole_length(content: bytes) -> int:
    """Return the length in bytes without a torn last line."""
    return content.rfind(b"\n") + 1


def decode(content: bytes) -> Journal:
    """Return the entries of a journal; damaged lines are skipped, a torn one is cut off."""
    whole = whole_length(content)
    entries: list[Entry] = []
    damaged = 0
    for line in content[:whole].split(b"\n")[:-1]:
        entry = _decode_line(line)
        if isinstance(entry, Beginning) and entry.format > FORMAT:
            return Journal((), is_newer=True)
        if entry is None:
            damaged += 1
        else:
            entries.append(entry)
    return Journal(tuple(entries), damaged, is_torn=whole < len(content))


def _decode_line(line: bytes) -> Entry | None:
    """Return the entry of a line, or None if the line is damaged."""
    checksum, body = line[:_CHECKSUM_LENGTH], line[_CHECKSUM_LENGTH + 1 :]
    if checksum != b"%08x" % crc32(body) or line[_CHECKSUM_LENGTH : _CHECKSUM_LENGTH + 1] != b" ":
        return None
    try:
        name, value = json.loads(body)
        entry: Entry = _converter().structure(value, _KINDS[name])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, BaseValidationError):
        return None  # the checksum is right, so another version has written it
    return entry


@cache
def _converter() -> Converter:
    converter = Converter(unstruct_collection_overrides={tuple: list})
    converter.register_unstructure_hook(Instrument, lambda kind: kind.label)
    converter.register_structure_hook(Instrument, lambda label, _: _instrument(label))
    converter.register_unstructure_hook(RollNote, _roll_note_fields)
    converter.register_structure_hook(RollNote, lambda fields, _: _roll_note(*fields))
    converter.register_unstructure_hook(Note, _note_fields)
    converter.register_structure_hook(Note, lambda fields, _: _note(*fields))
    return converter


def _instrument(label: object) -> Instrument:
    kind = instrument_named(label) if isinstance(label, str) else None
    if kind is None:
        raise ValueError(f"there is no instrument {label!r}")
    return kind


def _roll_note_fields(note: RollNote) -> list[Any]:
    return [
        note.instrument.label,
        note.pitch,
        note.velocity,
        note.onset_ns,
        note.release_ns,
        note.answered,
    ]


def _roll_note(
    label: object,
    pitch: int,
    velocity: int,
    onset_ns: int,
    release_ns: int | None,
    answered: object,
) -> RollNote:
    _check_key(pitch, velocity)
    _check_span(onset_ns, onset_ns if release_ns is None else release_ns)
    return RollNote(
        _instrument(label), pitch, velocity, onset_ns, release_ns, answered=answered is True
    )


def _note_fields(note: Note) -> list[Any]:
    return [
        note.onset_ticks,
        note.instrument.label,
        note.pitch,
        note.release_ticks,
        note.velocity,
    ]


def _note(onset_ticks: int, label: object, pitch: int, release_ticks: int, velocity: int) -> Note:
    _check_key(pitch, velocity)
    _check_span(onset_ticks, release_ticks)
    return Note(onset_ticks, _instrument(label), pitch, release_ticks, velocity)


def _check_key(pitch: object, velocity: object) -> None:
    """Raise ValueError for what no MIDI message can carry (MIDI 1.0, data bytes)."""
    for byte in (pitch, velocity):
        if type(byte) is not int or not 0 <= byte <= 127:
            raise ValueError(f"{byte!r} is no data byte")


def _check_span(begin: object, end: object) -> None:
    if type(begin) is not int or type(end) is not int or end < begin:
        raise ValueError(f"{begin!r} to {end!r} is no span")
