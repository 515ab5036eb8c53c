"""All events of a file in one order, and what follows from them at each note.

The tracks of a file play together. A channel is a channel of a *port*: files for more than sixteen
parts name a port in each track (FF 21), or a device (FF 09). Program changes, controllers and
pedals concern a channel in all tracks; notes are paired by track (`bridge.midi.smf.pairing`).

At one tick, onsets come last, so that a program and a release that are written at the same tick in
another track come first.

A pedal that is down when a key comes up holds the note. If it is never lifted, or only long after
the last key, where programs write the end of the project, the note ends with the last key of the
file. A note that is never released ends with its track, if that is not far away either.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from bridge.midi.channel_state import ChannelState, ChannelStates
from bridge.midi.events import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    RESET_ALL_CONTROLLERS,
    SUSTAIN,
    SWITCH_ON,
    ChannelEvent,
    ControlChange,
    NoteOff,
    NoteOn,
)
from bridge.midi.smf.pairing import KeyEvent, KeyEventKind, pair
from bridge.midi.smf.track import DEVICE_NAME, MIDI_PORT, Meta, Packet, read_track

if TYPE_CHECKING:
    from bridge.midi.events import Event
    from bridge.midi.instruments import Instrument
    from bridge.midi.smf.chunks import Chunks
    from bridge.midi.smf.track import FileEvent

LAST_MODE_MESSAGE = 127
_HANG_QUARTERS = 16
"""A pedal or a missing release holds a note for at most this long after the last key."""


class Port(NamedTuple):
    """A port of a file: its number, and the name of its device; both may be missing."""

    number: int = 0
    device: bytes = b""


class Place(NamedTuple):
    """A channel of a port."""

    port: Port
    channel: int


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
    source: FileEvent
    message: Event | None


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
    reading = _Reading(track_ends, chunks.division)
    for entry in entries:
        reading.process(entry)
    return reading.finish()


def _merge(chunks: Chunks) -> tuple[list[_Entry], list[int]]:
    """Return the events of all tracks in order of time, and the tick at which each track ends."""
    entries: list[_Entry] = []
    ends: list[int] = []
    for number, chunk in enumerate(chunks.tracks):
        port, end = Port(), 0
        for event in read_track(chunks.data, chunk):
            end = event.tick
            port = _port_after(port, event.content)
            for message in _messages(event.content):
                is_onset = isinstance(message, NoteOn)
                entries.append(
                    _Entry(event.tick, is_onset, number, len(entries), port, event, message)
                )
        ends.append(end)
    entries.sort(key=lambda entry: entry[:4])
    return entries, ends


def _port_after(port: Port, content: ChannelEvent | Meta | Packet) -> Port:
    match content:
        case Meta(kind, data) if kind == MIDI_PORT and data:
            return port._replace(number=data[0])
        case Meta(kind, data) if kind == DEVICE_NAME:
            return port._replace(device=data)
    return port


def _messages(content: ChannelEvent | Meta | Packet) -> tuple[Event | None, ...]:
    """Return the messages of an event, for a meta event one None."""
    match content:
        case Meta():
            return (None,)
        case Packet(_, _, completes):
            return completes
    return (content,)


_KeyOfTrack = tuple[int, Place, int]  # track, place and key
_Moment = tuple[int, int]  # tick and order, which is the order in time of all but onsets


class _Reading:
    """The file up to some event."""

    def __init__(self, track_ends: list[int], division: int) -> None:
        self._track_ends, self._hang = track_ends, _HANG_QUARTERS * division
        self._found = Timeline()
        self._keys: dict[_KeyOfTrack, list[KeyEvent]] = defaultdict(list)
        self._ends: dict[Place, list[KeyEvent]] = defaultdict(list)  # of all keys
        self._pedals: dict[Place, _Pedal] = defaultdict(_Pedal)
        self._onsets: dict[int, _Onset] = {}  # by order
        self._shared: dict[Place, ChannelState] = {}  # copies that are still right
        self._last_key_tick = 0

    def process(self, entry: _Entry) -> None:
        """Process the next event in time."""
        if entry.message is None:
            self._found.metas.append(entry.source)
            return
        states = self._found.states.setdefault(entry.port, ChannelStates())
        message = entry.message
        if not isinstance(message, ChannelEvent):
            states.feed(message)
            self._shared.clear()
            return
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
        onset_ticks: dict[tuple[Place, int], list[int]] = defaultdict(list)
        for (_, place, key), events in self._keys.items():
            onset_ticks[place, key] += [event.tick for event in events if event.is_on]
        for ticks in onset_ticks.values():
            ticks.sort()
        for (track, place, key), events in self._keys.items():
            both = sorted([*events, *self._ends[place]], key=attrgetter("tick", "order"))
            for on, off in pair(both):
                release = self._release_tick(track, place, on, off, onset_ticks[place, key])
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

    def _process_control(self, at: _Moment, place: Place, event: ControlChange) -> None:
        pedal = self._pedals[place]
        if event.control == SUSTAIN:
            pedal.set(at, down=event.value >= SWITCH_ON)
        elif event.control == RESET_ALL_CONTROLLERS:
            pedal.set(at, down=False)
        elif event.control == ALL_SOUND_OFF:
            pedal.lift_and_hold(at)
            self._ends[place].append(KeyEvent(*at, KeyEventKind.ALL_SOUND_OFF))
        elif ALL_NOTES_OFF <= event.control <= LAST_MODE_MESSAGE:
            self._ends[place].append(KeyEvent(*at, KeyEventKind.ALL_NOTES_OFF))

    def _release_tick(
        self, track: int, place: Place, on: KeyEvent, end: KeyEvent | None, onsets: list[int]
    ) -> int:
        """Return when a note ends whose key is released by `end`; `onsets` are those of its key."""
        latest = self._last_key_tick + self._hang
        if end is None:
            return min(self._track_ends[track], latest)
        pedal, at = self._pedals[place], (end.tick, end.order)
        is_release = end.kind in (KeyEventKind.OFF, KeyEventKind.ALL_NOTES_OFF)
        if not is_release or not pedal.is_down(at):
            return end.tick
        lifted = pedal.lift_after(at)
        if lifted is None or lifted > latest:
            lifted = self._last_key_tick
        following = max(bisect_left(onsets, end.tick), bisect_right(onsets, on.tick))
        again = onsets[following] if following < len(onsets) else lifted
        return max(end.tick, min(lifted, again))


class _Pedal:
    """The positions of the sustain pedal of a channel."""

    def __init__(self) -> None:
        self._moments: list[_Moment] = []
        self._down: list[bool] = []  # after each of them

    def set(self, at: _Moment, *, down: bool) -> None:
        """Move the pedal."""
        self._moments.append(at)
        self._down.append(down)

    def lift_and_hold(self, at: _Moment) -> None:
        """End what the pedal holds; it stays where it is."""
        if self.is_down(at):
            self.set(at, down=False)
            self.set(at, down=True)

    def is_down(self, at: _Moment) -> bool:
        """Return whether the pedal is down at a moment."""
        place = bisect_right(self._moments, at)
        return place > 0 and self._down[place - 1]

    def lift_after(self, at: _Moment) -> int | None:
        """Return the tick of the first lift after a moment, or None."""
        first = bisect_right(self._moments, at)
        lifts = (n for n in range(first, len(self._moments)) if not self._down[n])
        place = next(lifts, None)
        return None if place is None else self._moments[place][0]
