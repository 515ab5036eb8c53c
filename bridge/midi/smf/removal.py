"""Take notes out of a file's tracks, and leave every other byte as it is.

A note is a note-on and the note-off that ends it. Both are left out, and so is what else its key
has in the meantime: a second onset in the same tick, and its release. The delta time of the next
event grows. If the next event has no status of its own (*running status*), it gets one.

A note that stays may have been ended by the onset of one that goes. A note-off takes its place.

Source: Standard MIDI Files 1.0 (RP-001), pages 5 to 7.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from bridge.midi.events import ChannelEvent, NoteOff, NoteOn, encode
from bridge.midi.smf.timeline import Place, contents_of, read_track_with_ports

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from bridge.midi.smf.chunks import Chunk, Chunks
    from bridge.midi.smf.timeline import SoundingNote


_MAX_DELTA = (1 << 28) - 1
"""The longest delta time; a longer one is divided by empty texts."""
_EMPTY_TEXT = bytes((0xFF, 0x01, 0x00))


class _Key(NamedTuple):
    """A key of a channel in a track."""

    track: int
    place: Place
    key: int


class _KeyEvent(NamedTuple):
    """An onset or a release in the order of the file."""

    order: int
    key: _Key
    tick: int
    is_on: bool


@dataclass(slots=True)
class _Plan:
    """What becomes of the events of a file, by their order."""

    dropped: set[int] = field(default_factory=set)
    released: set[int] = field(default_factory=set)
    """Onsets that become releases."""


def tracks_without(
    chunks: Chunks, notes: Iterable[SoundingNote], removed: Collection[SoundingNote]
) -> dict[Chunk, bytes]:
    """Return the new contents of the tracks that change when some of a file's notes go."""
    events, firsts = _key_events(chunks)
    plan = _plan(events, notes, removed)
    changed = sorted({events[order].key.track for order in plan.dropped | plan.released})
    tracks = chunks.tracks
    return {tracks[n]: _rewritten(chunks, tracks[n], plan, firsts[n]) for n in changed}


def _plan(
    key_events: Mapping[int, _KeyEvent],
    notes: Iterable[SoundingNote],
    removed: Collection[SoundingNote],
) -> _Plan:
    """Return what becomes of the key events."""
    gone = {note.on.order: note for note in removed}
    plan, used = _Plan(), set[int]()
    ends: dict[int, int] = {}  # the tick at which the note of an onset is released
    for note in notes:
        if note.end is not None and not note.end.is_on:
            ends[note.on.order] = note.end.tick
        if note.on.order in gone:
            continue
        used.add(note.on.order)
        if note.end is None:
            continue
        if note.end.order in gone and note.end.is_on:
            plan.released.add(note.end.order)
        used.add(note.end.order)
    by_key: dict[_Key, list[_KeyEvent]] = defaultdict(list)
    for event in key_events.values():
        by_key[event.key].append(event)
    for order, note in sorted(gone.items()):
        end = note.on.tick if note.end is None else note.end.tick
        events = [e for e in by_key[key_events[order].key] if e.order not in used]
        plan.dropped |= {e.order for e in events if note.on.tick <= e.tick <= end}
        if note.end is not None and note.end.is_on:
            # The note that ended it lasts to the release of both: one release less is left for it.
            last = ends.get(note.end.order, end)
            spare = (e.order for e in events if not e.is_on and end <= e.tick <= last)
            plan.dropped |= set(islice((n for n in spare if n not in plan.dropped), 1))
    plan.dropped -= plan.released
    return plan


def _key_events(chunks: Chunks) -> tuple[dict[int, _KeyEvent], list[int]]:
    """Return the onsets and releases of a file by order, and the first order of each track."""
    found: dict[int, _KeyEvent] = {}
    firsts: list[int] = []
    order = 0
    for number, chunk in enumerate(chunks.tracks):
        firsts.append(order)
        for port, event in read_track_with_ports(chunks, chunk):
            for content in contents_of(event):
                if isinstance(content, NoteOn | NoteOff):
                    key = _Key(number, Place(port, content.channel), content.pitch)
                    found[order] = _KeyEvent(order, key, event.tick, isinstance(content, NoteOn))
                order += 1
    return found, firsts


def _rewritten(chunks: Chunks, chunk: Chunk, plan: _Plan, order: int) -> bytes:
    """Return the content of a track, whose first event has this order, by a plan."""
    parts, at, end, is_status_lost = list[bytes](), 0, chunk.begin, False
    for _, event in read_track_with_ports(chunks, chunk):
        orders = range(order, order + len(contents_of(event)))
        order, end = orders.stop, event.end
        content = event.content
        if isinstance(content, ChannelEvent) and orders.start in plan.dropped:
            is_status_lost = True
            continue
        raw = chunks.data[event.offset : event.end]
        if isinstance(content, ChannelEvent):
            if orders.start in plan.released:
                assert isinstance(content, NoteOn)
                raw, is_status_lost = encode(NoteOff(content.channel, content.pitch)), True
            elif raw[0] & 0x80:
                is_status_lost = False
            elif is_status_lost:
                raw = encode(content)
        while event.tick - at > _MAX_DELTA:
            parts += [_quantity(_MAX_DELTA), _EMPTY_TEXT]
            at += _MAX_DELTA
        parts += [_quantity(event.tick - at), raw]
        at = event.tick
    return b"".join([*parts, chunks.data[end : chunk.end]])


def _quantity(value: int) -> bytes:
    """Return a variable-length quantity."""
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F | 0x80)
    return bytes(reversed(digits))
