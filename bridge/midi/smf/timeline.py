"""All events of a file in one order, and what follows from them at each note.

The tracks of a file play together. A channel is a channel of a *port*: files for more than sixteen
parts name a port in each track (FF 21), or a device (FF 09). The one that a track names before its
first note holds from its start, since MuseScore names it after the program. Program changes,
controllers and pedals concern a channel in all tracks; notes are paired by track
(`bridge.midi.smf.pairing`). A system exclusive concerns the channels of its port. In a track of a
port that plays nothing, as a conductor track is that names none, it concerns all ports.

At one tick, onsets come last, so that a program and a release that are written at the same tick in
another track come first.

A pedal that is down when a key comes up holds the note. If it is never lifted, or only long after
the last key, where programs write the end of the project, the note ends with the last key of the
file. A note that is never released ends with its track, if that is not far away either; a drum that
is never released is a hit.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from bridge.midi.channel_state import ChannelState, ChannelStates
from bridge.midi.events import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    ChannelEvent,
    ControlChange,
    NoteOff,
    NoteOn,
)
from bridge.midi.instruments import Instrument, fit_to_range
from bridge.midi.smf.pairing import FOR_ALL_KEYS, KeyEvent, KeyEventKind, pair, with_ends
from bridge.midi.smf.pedals import Pedals
from bridge.midi.smf.track import DEVICE_NAME, MIDI_PORT, FileEvent, Meta, Packet, read_track

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bridge.midi.events import Event
    from bridge.midi.smf.chunks import Chunks
    from bridge.midi.smf.pedals import Moment

_HANG_QUARTERS = 16
"""A pedal or a missing release holds a note for at most this long after the last key."""
_MOST_PORTS = 16
"""More ports than a studio has are not set up by one track."""
_RELEASES = (KeyEventKind.OFF, KeyEventKind.ALL_NOTES_OFF)


class Port(NamedTuple):
    """A port of a file: its number, and the name of its device; both may be missing."""

    number: int = 0
    device: bytes = b""


class Place(NamedTuple):
    """A channel of a port."""

    port: Port
    channel: int


_KeyOfTrack = tuple[int, Place, int]
"""A track, and a key of a channel."""


@dataclass(frozen=True, slots=True)
class SoundingNote:
    """A note as a file has it, in file ticks.

    `instrument` is the family of its channel's sound, None for an effect. `state` is that of its
    channel at the onset; notes share it if nothing changes between them.
    """

    onset: int
    release: int
    place: Place
    key: int
    velocity: int
    instrument: Instrument | None
    state: ChannelState

    @property
    def fitted(self) -> tuple[Instrument, int] | None:
        """The instrument and pitch that play the note, or None if no instrument has it."""
        return None if self.instrument is None else fit_to_range(self.instrument, self.key)


@dataclass(slots=True)
class Timeline:
    """The notes and the meta events of a file, and the last state of each channel."""

    notes: list[SoundingNote] = field(default_factory=list)
    metas: list[FileEvent] = field(default_factory=list)
    """Tempo, metre and all others, in order of time."""
    states: dict[Port, ChannelStates] = field(default_factory=dict)
    """The states after the last event."""
    last_ticks: dict[Place, int] = field(default_factory=dict)
    """The tick of the last event of each channel that has any; releases do not count."""


class _Entry(NamedTuple):
    """An event in the order of the file; `order` is its number."""

    tick: int
    is_onset: bool
    track: int
    order: int
    port: Port
    content: Event | FileEvent
    """A message, or a meta event with its place in the file."""


@dataclass(frozen=True, slots=True)
class _Onset:
    """The circumstances of an onset."""

    place: Place
    key: int
    instrument: Instrument | None
    state: ChannelState


def read_timeline(chunks: Chunks) -> Timeline:
    """Return the timeline of a file.

    Raises:
        bridge.midi.smf.chunks.FormatError: the events of a track are uncertain.

    """
    entries, track_ends = _merge(chunks)
    ports = {entry.port for entry in entries if isinstance(entry.content, ChannelEvent)}
    reading = _Reading(track_ends, ports, chunks.division)
    for entry in entries:
        reading.process(entry)
    return reading.finish()


def _merge(chunks: Chunks) -> tuple[list[_Entry], list[int]]:
    """Return the events of all tracks in order of time, and the tick at which each track ends."""
    entries: list[_Entry] = []
    ends: list[int] = []
    for number, chunk in enumerate(chunks.tracks):
        events = list(read_track(chunks.data, chunk))
        port, end = _first_port(events), 0
        for event in events:
            end = event.tick
            port = _port_after(port, event.content)
            for content in _contents(event):
                is_onset = isinstance(content, NoteOn)
                entries.append(_Entry(event.tick, is_onset, number, len(entries), port, content))
        ends.append(end)
    entries.sort(key=lambda entry: entry[:4])
    return entries, ends


def _first_port(events: Iterable[FileEvent]) -> Port:
    """Return the first port and the first device that a track names before its first note."""
    number: int | None = None
    device = b""
    for event in events:
        match event.content:
            case NoteOn():
                break
            case Meta(kind, data) if kind == MIDI_PORT and data and number is None:
                number = data[0]
            case Meta(kind, data) if kind == DEVICE_NAME and not device:
                device = data
    return Port(number or 0, device)


def _port_after(port: Port, content: ChannelEvent | Meta | Packet) -> Port:
    match content:
        case Meta(kind, data) if kind == MIDI_PORT and data:
            return port._replace(number=data[0])
        case Meta(kind, data) if kind == DEVICE_NAME:
            return port._replace(device=data)
    return port


def _contents(event: FileEvent) -> tuple[Event | FileEvent, ...]:
    """Return the messages of an event, or itself if it is a meta event."""
    match event.content:
        case Meta():
            return (event,)
        case Packet(_, _, completes):
            return completes
    return (event.content,)


class _Reading:
    """The file up to some event."""

    def __init__(self, track_ends: list[int], ports: set[Port], division: int) -> None:
        self._track_ends, self._hang = track_ends, _HANG_QUARTERS * division
        self._ports = ports  # those that play
        self._found = Timeline()
        self._keys: dict[_KeyOfTrack, list[KeyEvent]] = defaultdict(list)
        self._ends: dict[Place, list[KeyEvent]] = defaultdict(list)  # of all keys
        self._pedals: dict[Place, Pedals] = defaultdict(Pedals)
        self._onsets: dict[int, _Onset] = {}  # by order
        self._shared: dict[Place, ChannelState] = {}  # copies that are still right
        self._onset_ticks: dict[tuple[Place, int], list[int]] = defaultdict(list)  # of each key
        self._last_key_tick = 0

    def process(self, entry: _Entry) -> None:
        """Process the next event in time."""
        message = entry.content
        if isinstance(message, FileEvent):
            self._found.metas.append(message)
            return
        if not isinstance(message, ChannelEvent):
            is_own = entry.port in self._ports or len(self._ports) > _MOST_PORTS
            for port in (entry.port,) if is_own else self._ports:
                self._found.states.setdefault(port, ChannelStates()).feed(message)
            self._shared.clear()
            return
        states = self._found.states.setdefault(entry.port, ChannelStates())
        place = Place(entry.port, message.channel)
        last = self._found.last_ticks.setdefault(place, entry.tick)
        if not isinstance(message, NoteOff):
            self._found.last_ticks[place] = max(last, entry.tick)
        match message:
            case NoteOn(channel, key, velocity):
                if place not in self._shared:
                    self._shared[place] = states[channel].copy()
                self._onsets[entry.order] = _Onset(
                    place, key, states.instrument(channel), self._shared[place]
                )
                event = KeyEvent(entry.tick, entry.order, KeyEventKind.ON, velocity)
                self._add_key_event(entry.track, place, key, event)
            case NoteOff(_, key):
                event = KeyEvent(entry.tick, entry.order, KeyEventKind.OFF)
                self._add_key_event(entry.track, place, key, event)
            case _:
                states.feed(message)
                self._shared.pop(place, None)
                if isinstance(message, ControlChange):
                    self._process_control((entry.tick, entry.order), place, message)

    def finish(self) -> Timeline:
        """Return the timeline of all events."""
        for (_, place, key), events in self._keys.items():
            self._onset_ticks[place, key] += [event.tick for event in events if event.is_on]
        for ticks in self._onset_ticks.values():
            ticks.sort()
        for (track, place, key), events in self._keys.items():
            pairs = list(pair(with_ends(events, self._ends[place])))
            for on, off in pairs:
                release = self._release_tick(track, on, off, partial(_was_down, pairs))
                onset = self._onsets[on.order]
                self._found.notes.append(
                    SoundingNote(
                        on.tick,
                        max(on.tick, release),
                        place,
                        key,
                        on.velocity,
                        onset.instrument,
                        onset.state,
                    )
                )
        return self._found

    def _add_key_event(self, track: int, place: Place, key: int, event: KeyEvent) -> None:
        self._keys[track, place, key].append(event)
        self._last_key_tick = max(self._last_key_tick, event.tick)

    def _process_control(self, at: Moment, place: Place, event: ControlChange) -> None:
        self._pedals[place].process(at, event)
        if event.control == ALL_SOUND_OFF:
            self._ends[place].append(KeyEvent(*at, KeyEventKind.ALL_SOUND_OFF))
        elif event.control >= ALL_NOTES_OFF:
            self._ends[place].append(KeyEvent(*at, KeyEventKind.ALL_NOTES_OFF))

    def _release_tick(
        self,
        track: int,
        on: KeyEvent,
        end: KeyEvent | None,
        was_down: Callable[[Moment], bool],
    ) -> int:
        """Return when a note ends whose key is released by `end`."""
        onset, latest = self._onsets[on.order], self._last_key_tick + self._hang
        if end is None or (end.tick > latest and end.kind in FOR_ALL_KEYS):
            is_hit = onset.instrument is Instrument.DRUMS
            return on.tick if is_hit else min(self._track_ends[track], latest)
        if end.kind not in _RELEASES:
            return end.tick
        lifted = self._pedals[onset.place].end_of((end.tick, end.order), was_down)
        if lifted is None or lifted > latest:
            lifted = self._last_key_tick
        onsets = self._onset_ticks[onset.place, onset.key]
        following = max(bisect_left(onsets, end.tick), bisect_right(onsets, on.tick))
        again = onsets[following] if following < len(onsets) else lifted
        return max(end.tick, min(lifted, again))


def _was_down(pairs: Sequence[tuple[KeyEvent, KeyEvent | None]], at: Moment) -> bool:
    """Return whether a key was down at a moment, from its onsets and releases in order."""
    place = bisect_left(pairs, at[0], key=lambda pair: pair[0].tick) - 1
    if place < 0:
        return False
    end = pairs[place][1]
    return end is None or at < (end.tick, end.order)
