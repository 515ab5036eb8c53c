"""The messages of a file at their times, as a sequencer sends them.

All tracks play together, and nothing is left out: the messages are those of the file, on the
channels of its ports. A tempo holds for all tracks. Times are exact sums of the tempos in the
file's resolution, so they do not drift.

At one tick, the order in the file says little (`bridge.midi.smf.pairing`). Releases of what sounds
already come first, then programs and controllers, then onsets. A release that is left over ends a
note that begins at the same tick.

A file may never release a note, or lift a pedal only where its project ends, hours later. What
comes long after the last key is left out, and at the end everything is released.

Source: Standard MIDI Files 1.0 (RP-001), pages 8 and 10.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from bridge.midi.events import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    SOSTENUTO,
    SUSTAIN,
    SWITCH_ON,
    ChannelEvent,
    ControlChange,
    NoteOff,
    NoteOn,
    Reset,
    SysEx,
)
from bridge.midi.notes import TICKS_PER_QUARTER
from bridge.midi.smf.timeline import HANG_QUARTERS, MOST_PORTS, merge
from bridge.midi.smf.track import SET_TEMPO, FileEvent, Meta

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bridge.midi.smf.reading import MidiFile
    from bridge.midi.smf.timeline import Entry, Port

_DEFAULT_TEMPO = 500_000
"""Microseconds of a quarter note in a file that names no tempo: 120 bpm."""
_TICK = attrgetter("tick")
PlayedEvent = ChannelEvent | SysEx | Reset


class PerformedEvent(NamedTuple):
    """A message at its time from the start of the file; `port` counts the file's ports from 0."""

    time_ns: int
    port: int
    event: PlayedEvent


@dataclass(frozen=True, slots=True)
class Performance:
    """The messages of a file in order of time, for a number of ports. The last one ends it."""

    events: tuple[PerformedEvent, ...]
    ports: int

    @property
    def end_ns(self) -> int:
        """The time of the last message; then nothing sounds any more but its tail."""
        return self.events[-1].time_ns if self.events else 0


def perform(file: MidiFile) -> Performance:
    """Return the messages of a file at their times."""
    entries, track_ends = merge(file.chunks)
    sending = _Sending(entries, file.chunks.division)
    last_key = max((each.tick for each in entries if _is_key(each)), default=0)
    latest = last_key + HANG_QUARTERS * file.chunks.division
    for tick, group in groupby(entries, key=_TICK):
        if tick > latest:
            break
        sending.send(tick, list(group))
    sending.end(min(latest, max(track_ends, default=0)))
    return Performance(tuple(sending.sent), max(1, len(sending.ports)))


def time_ns_at(file: MidiFile, tick: int) -> int:
    """Return the time of a tick of a score (48 to the quarter note) from the start of its file."""
    division = file.chunks.division
    entries, _ = merge(file.chunks)
    clock = _TempoClock(division)
    wanted = -(-tick * division // TICKS_PER_QUARTER)
    for entry in entries:
        if entry.tick > wanted:
            break
        clock.follow(entry)
    return clock.ns_at(wanted)


class _TempoClock:
    """The time of a tick, by the tempos up to it. All is whole numbers: nothing is rounded away."""

    def __init__(self, division: int) -> None:
        self._division, self._tempo = division, _DEFAULT_TEMPO
        self._tick = self._elapsed = 0  # elapsed: microseconds times the division

    def follow(self, entry: Entry) -> None:
        """Use a tempo from its tick on; other events are ignored."""
        content = entry.content
        if isinstance(content, FileEvent) and isinstance(content.content, Meta):
            meta = content.content
            if meta.kind == SET_TEMPO:
                self._elapsed += (entry.tick - self._tick) * self._tempo
                self._tick, self._tempo = entry.tick, int.from_bytes(meta.data)

    def ns_at(self, tick: int) -> int:
        """Return the time of a tick that is not before the last tempo."""
        elapsed = self._elapsed + (tick - self._tick) * self._tempo
        return elapsed * 1000 // self._division


class _Sending:
    """The messages up to some tick, and what sounds there."""

    def __init__(self, entries: Sequence[Entry], division: int) -> None:
        playing = {each.port for each in entries if isinstance(each.content, ChannelEvent)}
        self.ports = sorted(playing)
        self.sent: list[PerformedEvent] = []
        self._numbers = {port: number for number, port in enumerate(self.ports)}
        self._clock = _TempoClock(division)
        # The keys that sound on each channel of each port; a key may be struck again meanwhile.
        self._sounding: dict[tuple[int, int], Counter[int]] = defaultdict(Counter)
        self._pedals: set[tuple[int, int, int]] = set()  # port, channel, controller

    def send(self, tick: int, group: list[Entry]) -> None:
        """Send the events of one tick, which are in order of the file with the onsets last."""
        time_ns = self._clock.ns_at(tick)
        late: list[PerformedEvent] = []
        early: list[PerformedEvent] = []
        others: list[PerformedEvent] = []
        owed: dict[tuple[int, int, int], int] = {}  # releases of what sounded before this tick
        for entry in group:
            self._clock.follow(entry)
            for port, event in self._messages(entry):
                performed = PerformedEvent(time_ns, port, event)
                if not isinstance(event, NoteOff):
                    others.append(performed)
                    continue
                key = port, event.channel, event.pitch
                left = owed.setdefault(key, self._sounding[key[:2]][event.pitch])
                owed[key] = left - 1
                (early if left > 0 else late).append(performed)
        for performed in (*early, *others, *late):
            self._note(performed)
            self.sent.append(performed)

    def end(self, tick: int) -> None:
        """Release what still sounds, at this tick or later, and lift the pedals."""
        keys = [
            (*channel, key)
            for channel, keys in sorted(self._sounding.items())
            for key in sorted(keys.elements())
        ]
        if not keys and not self._pedals:
            return
        time_ns = self._clock.ns_at(tick) if keys else 0
        time_ns = max(time_ns, self.sent[-1].time_ns)
        ends: list[tuple[int, PlayedEvent]] = [(p, NoteOff(c, key)) for p, c, key in keys]
        ends += [(p, ControlChange(c, pedal, 0)) for p, c, pedal in sorted(self._pedals)]
        self.sent += [PerformedEvent(time_ns, port, event) for port, event in ends]

    def _messages(self, entry: Entry) -> Iterator[tuple[int, PlayedEvent]]:
        """Yield the message of an entry for each port that it concerns."""
        content = entry.content
        if isinstance(content, ChannelEvent):
            yield self._numbers[entry.port], content
        elif isinstance(content, SysEx | Reset):
            for port in self._concerned(entry.port):
                yield port, content

    def _concerned(self, port: Port) -> Iterable[int]:
        """Return the ports that a system exclusive concerns: its own, or all if it has none."""
        if port in self._numbers:
            return (self._numbers[port],)
        return range(len(self.ports)) if len(self.ports) <= MOST_PORTS else ()

    def _note(self, performed: PerformedEvent) -> None:
        """Record what sounds, and which pedals are down."""
        _, port, event = performed
        match event:
            case NoteOn(channel, pitch):
                self._sounding[port, channel][pitch] += 1
            case NoteOff(channel, pitch):
                keys = self._sounding[port, channel]
                keys[pitch] = max(0, keys[pitch] - 1)
            case ControlChange(channel, control, value) if control in (SUSTAIN, SOSTENUTO):
                change = self._pedals.add if value >= SWITCH_ON else self._pedals.discard
                change((port, channel, control))
            case ControlChange(channel, control) if (
                control == ALL_SOUND_OFF or control >= ALL_NOTES_OFF
            ):
                self._sounding[port, channel].clear()


def _is_key(entry: Entry) -> bool:
    return isinstance(entry.content, NoteOn | NoteOff)
