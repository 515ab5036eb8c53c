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

from bridge.midi.channel_state import ChannelStates, Sound
from bridge.midi.events import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    ChannelEvent,
    ControlChange,
    NoteOff,
    NoteOn,
    Reset,
    SysEx,
)
from bridge.midi.instruments import Instrument, fit_to_range
from bridge.midi.smf.chunks import FormatError
from bridge.midi.smf.limits import MAX_EVENTS, MAX_PORTS
from bridge.midi.smf.pairing import FOR_ALL_KEYS, KeyEvent, KeyEventKind, pair, with_ends
from bridge.midi.smf.pedals import Pedals
from bridge.midi.smf.reason import FormatFault
from bridge.midi.smf.track import DEVICE_NAME, MIDI_PORT, FileEvent, Meta, Packet, read_track

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bridge.midi.events import Event
    from bridge.midi.smf.chunks import Chunks
    from bridge.midi.smf.pedals import Moment

HANG_QUARTERS = 16
"""A pedal or a missing release holds a note for at most this long after the last key."""
MOST_PORTS = 16
"""More ports than a studio has are not set up by one track."""
_DRUMS = Instrument.DRUMS
_RELEASES = (KeyEventKind.OFF, KeyEventKind.ALL_NOTES_OFF)


class Port(NamedTuple):
    """A port of a file: its number, and the name of its device; both may be missing."""

    number: int = 0
    device: bytes = b""


class Place(NamedTuple):
    """A channel of a port."""

    port: Port
    channel: int


class SoundingNote(NamedTuple):
    """A note as a file has it, in file ticks.

    `instrument` is the family of its channel's sound, None for an effect. `sound` is that of its
    channel at the onset. `track` is the number of its track, from 0.
    """

    onset: int
    release: int
    place: Place
    key: int
    velocity: int
    instrument: Instrument | None
    sound: Sound
    track: int = 0

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


class Entry(NamedTuple):
    """An event of all tracks; `order` is its number in the file, and `track` that of its track."""

    tick: int
    is_onset: bool
    order: int
    track: int
    port: Port
    content: Event | FileEvent
    """A message, or a meta event with its place in the file."""


def read_timeline(chunks: Chunks) -> Timeline:
    """Return the timeline of a file.

    Raises:
        bridge.midi.smf.chunks.FormatError: the events of a track are uncertain, or too many.

    """
    entries, track_ends = merge(chunks)
    ports = {entry.port for entry in entries if isinstance(entry.content, ChannelEvent)}
    reading = _Reading(track_ends, ports, chunks.division)
    entries.reverse()
    while entries:  # each is dropped when it has been read, since there may be many
        reading.process(entries.pop())
    return reading.finish()


def merge(chunks: Chunks) -> tuple[list[Entry], list[int]]:
    """Return the events of all tracks in order of time, and the tick at which each track ends."""
    entries: list[Entry] = []
    ends: list[int] = []
    ports: set[Port] = set()
    events = 0
    for number, chunk in enumerate(chunks.tracks):
        end = 0
        for port, event in _with_ports(read_track(chunks.data, chunk)):
            end = event.tick
            contents = _contents(event)
            events += max(1, len(contents))
            if events > MAX_EVENTS:
                raise FormatError(FormatFault.TOO_MANY_EVENTS, event.offset)
            if port not in ports:
                ports.add(port)
                if len(ports) > MAX_PORTS:
                    raise FormatError(FormatFault.TOO_MANY_PORTS, event.offset)
            for content in contents:
                is_onset = isinstance(content, NoteOn)
                entries.append(Entry(end, is_onset, len(entries), number, port, content))
        ends.append(end)
    entries.sort()
    return entries, ends


def _with_ports(events: Iterable[FileEvent]) -> Iterator[tuple[Port, FileEvent]]:
    """Yield the events of a track, each with its port.

    The first port and the first device that it names before its first note hold from its start.
    """
    before: list[FileEvent] = []
    events = iter(events)
    for event in events:
        before.append(event)
        if isinstance(event.content, NoteOn):
            break
    port = _first_port(before)
    for events_after in (before, events):
        for event in events_after:
            if isinstance(event.content, Meta):
                port = _port_after(port, event.content)
            yield port, event


def _first_port(events: Iterable[FileEvent]) -> Port:
    """Return the first port and the first device that these events name."""
    number: int | None = None
    device = b""
    for event in events:
        match event.content:
            case Meta(kind, data) if kind == MIDI_PORT and data and number is None:
                number = data[0]
            case Meta(kind, data) if kind == DEVICE_NAME and not device:
                device = data
    return Port(number or 0, device)


def _port_after(port: Port, meta: Meta) -> Port:
    match meta:
        case Meta(kind, data) if kind == MIDI_PORT and data:
            return port._replace(number=data[0])
        case Meta(kind, data) if kind == DEVICE_NAME:
            return port._replace(device=data)
    return port


def _contents(event: FileEvent) -> Sequence[Event | FileEvent]:
    """Return the messages of an event that concern channels, or itself if it is a meta event."""
    content = event.content
    if isinstance(content, Meta):
        return (event,)
    if isinstance(content, Packet):
        return [
            each for each in content.completes if isinstance(each, ChannelEvent | SysEx | Reset)
        ]
    return (content,)


@dataclass(slots=True)
class _Channel:
    """A channel of a port, up to some event."""

    place: Place
    states: ChannelStates
    last_tick: int | None = None
    """The tick of its last event that is no release; None if it has had no event."""
    sound: tuple[Instrument | None, Sound] | None = None
    """The family and the sound of a note that begins now; None if they are to be found again."""
    keys: dict[tuple[int, int], list[KeyEvent]] = field(default_factory=lambda: defaultdict(list))
    """The events of each key of each track."""
    pedals: Pedals = field(default_factory=Pedals)
    ends: list[KeyEvent] = field(default_factory=list)
    """The events that end notes of all keys."""


class _Reading:
    """The file up to some event."""

    def __init__(self, track_ends: list[int], ports: set[Port], division: int) -> None:
        self._track_ends, self._hang = track_ends, HANG_QUARTERS * division
        self._ports = ports  # those that play
        self._found = Timeline()
        self._channels: dict[tuple[Port, int], _Channel] = {}
        self._onsets: dict[int, tuple[Instrument | None, Sound]] = {}  # by order
        self._known: list[_Channel] = []  # those whose sound is known
        self._playing: list[_Channel] = []  # those with key events
        self._last_key_tick = 0

    def process(self, entry: Entry) -> None:
        """Process the next event in time."""
        message = entry.content
        if isinstance(message, FileEvent):
            self._found.metas.append(message)
        elif isinstance(message, ChannelEvent):
            self._process_of_channel(entry, message)
        else:
            is_own = entry.port in self._ports or len(self._ports) > MOST_PORTS
            for port in (entry.port,) if is_own else self._ports:
                self._states(port).feed(message)
            for channel in self._known:
                channel.sound = None
            self._known.clear()

    def finish(self) -> Timeline:
        """Return the timeline of all events."""
        for channel in self._channels.values():
            if channel.last_tick is not None:
                self._found.last_ticks[channel.place] = channel.last_tick
        for channel in self._playing:
            self._find_notes(channel)
        return self._found

    def _process_of_channel(self, entry: Entry, message: ChannelEvent) -> None:
        tick, _, order, track, port, _ = entry
        channel = self._channels.get((port, message.channel)) or self._add(port, message.channel)
        if channel.last_tick is None or not isinstance(message, NoteOff):
            channel.last_tick = tick
        if isinstance(message, NoteOn | NoteOff):
            if not channel.keys:
                self._playing.append(channel)
            if isinstance(message, NoteOn):
                self._onsets[order] = self._sound_of(channel)
                event = KeyEvent(tick, order, KeyEventKind.ON, message.velocity)
            else:
                event = KeyEvent(tick, order, KeyEventKind.OFF)
            channel.keys[track, message.pitch].append(event)
            self._last_key_tick = tick
        else:
            channel.states.feed(message)
            channel.sound = None
            if isinstance(message, ControlChange):
                _process_control(channel, (tick, order), message)

    def _sound_of(self, channel: _Channel) -> tuple[Instrument | None, Sound]:
        """Return the family and the sound of a note that begins now."""
        if channel.sound is None:
            states, number = channel.states, channel.place.channel
            channel.sound = states.instrument(number), states[number].sound
            self._known.append(channel)
        return channel.sound

    def _add(self, port: Port, number: int) -> _Channel:
        channel = _Channel(Place(port, number), self._states(port))
        self._channels[port, number] = channel
        return channel

    def _states(self, port: Port) -> ChannelStates:
        if port not in self._found.states:
            self._found.states[port] = ChannelStates()
        return self._found.states[port]

    def _find_notes(self, channel: _Channel) -> None:
        """Append the notes of a channel."""
        onset_ticks: dict[int, list[int]] = defaultdict(list)  # of each key
        for (_, key), events in channel.keys.items():
            onset_ticks[key] += [event.tick for event in events if event.is_on]
        for ticks in onset_ticks.values():
            ticks.sort()
        for (track, key), events in channel.keys.items():
            pairs = list(pair(with_ends(events, channel.ends)))
            events.clear()
            was_down = partial(_was_down, pairs)
            for on, end in pairs:
                instrument, sound = self._onsets[on.order]
                release = self._release_by_all(on, end, track, is_drum=instrument is _DRUMS)
                if release is None:
                    assert end is not None
                    ticks = onset_ticks[key]
                    release = self._release_by_key(channel.pedals, on, end, ticks, was_down)
                self._found.notes.append(
                    SoundingNote(
                        on.tick,
                        max(on.tick, release),
                        channel.place,
                        key,
                        on.velocity,
                        instrument,
                        sound,
                        track,
                    )
                )

    def _release_by_all(
        self, on: KeyEvent, end: KeyEvent | None, track: int, *, is_drum: bool
    ) -> int | None:
        """Return when a note ends that its own key does not release; None if it does."""
        latest = self._last_key_tick + self._hang
        if end is None or (end.tick > latest and end.kind in FOR_ALL_KEYS):
            return on.tick if is_drum else min(self._track_ends[track], latest)
        return None if end.kind in _RELEASES else end.tick

    def _release_by_key(
        self,
        pedals: Pedals,
        on: KeyEvent,
        end: KeyEvent,
        onsets: list[int],
        was_down: Callable[[Moment], bool],
    ) -> int:
        """Return when a note ends whose key is released by `end` and struck at the `onsets`."""
        lifted = pedals.end_of((end.tick, end.order), was_down)
        if lifted is None or lifted > self._last_key_tick + self._hang:
            lifted = self._last_key_tick
        if lifted <= end.tick:
            return end.tick
        following = max(bisect_left(onsets, end.tick), bisect_right(onsets, on.tick))
        again = onsets[following] if following < len(onsets) else lifted
        return max(end.tick, min(lifted, again))


def _process_control(channel: _Channel, at: Moment, event: ControlChange) -> None:
    channel.pedals.process(at, event)
    if event.control == ALL_SOUND_OFF:
        channel.ends.append(KeyEvent(*at, KeyEventKind.ALL_SOUND_OFF))
    elif event.control >= ALL_NOTES_OFF:
        channel.ends.append(KeyEvent(*at, KeyEventKind.ALL_NOTES_OFF))


def _was_down(pairs: Sequence[tuple[KeyEvent, KeyEvent | None]], at: Moment) -> bool:
    """Return whether a key was down at a moment, from its onsets and releases in order."""
    place = bisect_left(pairs, at[0], key=lambda pair: pair[0].tick) - 1
    if place < 0:
        return False
    end = pairs[place][1]
    return end is None or at < (end.tick, end.order)
