"""The queue of planned events: when each is sent, and which note-offs must follow.

Notes are planned ahead of time, so that a busy engine does not delay them. The schedule is pure:
time is an argument, and the events to send are returned.

*When is an event sent?* Each `ScheduledEvent` belongs at a tick, and the transport converts the
tick to a time. If the transport moves, planned events move with it. `emit` returns the events that
are due, in order of time; events due at the same time keep the order in which they were added. To
make up for latency on the way to the ear, all events are sent earlier by a fixed *advance* (or
later, if it is negative). A note-on later than the limit is dropped, because a note in the wrong
place is worse than none. All other events are sent however late, above all note-offs.

*Is an event still valid?* Plans are dropped in two ways. A stop, a jump or a loop breaks the
transport and begins a new *epoch*: all events of older epochs are dropped. When the player comes
back in, `retract` drops the notes that have not begun, each with its release. When a response is
decided again, `replan` drops what was decided after a tick.

*When does a note end?* Every note-on is followed by exactly one note-off. A pitch on a channel is
silent or sounding. A second note-on first releases the sounding note. The first note-off
ends the note; a note-off of a silent pitch is dropped. The sustain pedal holds notes too, so
releasing all notes also lifts the pedal.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

from bridge.midi.events import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    SUSTAIN,
    SWITCH_ON,
    ChannelEvent,
    ControlChange,
    NoteOff,
    NoteOn,
    ProgramChange,
)
from bridge.midi.instruments import DRUM_CHANNEL
from bridge.playout.sounding import SoundingNotes
from bridge.sync.transport import Transport
from bridge.system.units import MS

Playable = NoteOn | NoteOff | ControlChange | ProgramChange

LATE_LIMIT_NS = 30 * MS
THRU_CHANNEL = 15
"""The channel of MIDI thru: what the player plays in the window. No instrument uses it."""


@dataclass(frozen=True, slots=True)
class ScheduledEvent:
    """An event to send at a tick, if its epoch is still the present one.

    `unquantised_tick` is the tick as decided, if quantising has moved the event: a replan goes by
    that tick.
    """

    tick: int
    epoch: int
    event: ChannelEvent
    unquantised_tick: int | None = None


@dataclass(frozen=True, slots=True)
class SentEvent:
    """An event that is sent at `sent_ns`; the difference to `due_ns` is its lateness."""

    due_ns: int
    sent_ns: int
    event: ChannelEvent


_Entry = tuple[int, int, ChannelEvent, int]  # tick, order of arrival, event, unquantised tick


class Schedule:
    """The events that are still to be sent, and the notes that sound."""

    def __init__(
        self, transport: Transport | None = None, late_limit_ns: int = LATE_LIMIT_NS
    ) -> None:
        """Follow a transport, and drop note-ons that are later than `late_limit_ns`."""
        self.advance_ns = 0
        self.dropped = 0
        """How many note-ons were too late to be sent."""
        self._transport = transport or Transport()
        self._late_limit_ns = late_limit_ns
        self._added = 0
        self._queue: list[_Entry] = []  # a heap
        self._sounding = SoundingNotes()
        self._decided: dict[tuple[int, int], int] = {}  # of what sounds: the tick as decided
        self._channels: set[int] = set()  # every channel that an event was sent on

    @property
    def transport(self) -> Transport:
        """The transport that is followed."""
        return self._transport

    @property
    def sounding(self) -> frozenset[tuple[int, int]]:
        """The (channel, pitch) of every note-on sent and not yet released."""
        return frozenset(self._sounding.notes)

    @property
    def pending(self) -> int:
        """The number of events that are still to be sent."""
        return len(self._queue)

    def planned(self) -> list[ScheduledEvent]:
        """Return the events that are still to be sent, in the order of their ticks."""
        epoch = self._transport.epoch
        return [
            ScheduledEvent(tick, epoch, event, None if decided == tick else decided)
            for tick, _, event, decided in sorted(self._queue)
        ]

    def ends(self) -> tuple[Playable, ...]:
        """Return the events that end what sounds, and silence every used channel."""
        return (*self._sounding.ends(), *self._silence())

    def next_due_ns(self) -> int | None:
        """Return when `emit` has the next event to send, or None."""
        return self._send_ns(self._queue[0][0]) if self._queue else None

    def add(self, events: Iterable[ScheduledEvent]) -> None:
        """Add events of the present epoch; those of another are dropped."""
        for each in events:
            if each.epoch == self._transport.epoch:
                decided = each.tick if each.unquantised_tick is None else each.unquantised_tick
                heapq.heappush(self._queue, (each.tick, self._added, each.event, decided))
                self._added += 1

    def emit(self, now_ns: int, ahead_ns: int = 0) -> list[SentEvent]:
        """Return the events due by now, or within the coming `ahead_ns`, in order of time."""
        sent: list[SentEvent] = []
        while self._queue and (due_ns := self._send_ns(self._queue[0][0])) <= now_ns + ahead_ns:
            _, _, event, decided_tick = heapq.heappop(self._queue)
            expanded = self._expand(event, now_ns - due_ns)
            sent += (SentEvent(due_ns, max(due_ns, now_ns), each) for each in expanded)
            if expanded and isinstance(event, NoteOn):
                self._decided[event.channel, event.pitch] = decided_tick
        return sent

    def set_transport(self, transport: Transport, now_ns: int) -> list[SentEvent]:
        """Follow this transport from now on.

        If its epoch is a new one, drop the plans and release what sounds.
        """
        broken = transport.epoch != self._transport.epoch
        self._transport = transport
        return self.release_all(now_ns) if broken else []

    def retract(self, after_tick: int, now_ns: int) -> list[SentEvent]:
        """Drop notes that begin after a tick, with their releases, and release what sounds."""
        kept: list[_Entry] = []
        begun: set[tuple[int, int]] = set()
        for entry in sorted(self._queue):
            tick, _, event, _ = entry
            match event:
                case NoteOff(channel, pitch):
                    # It ends a note that stays; otherwise its note is released or dropped here.
                    keep = (channel, pitch) in begun
                    begun.discard((channel, pitch))
                case NoteOn(channel, pitch) if tick <= after_tick:
                    keep = True
                    begun.add((channel, pitch))
                case ControlChange(_, control, value) if control == SUSTAIN and value < SWITCH_ON:
                    keep = True  # it may lift a pedal that an earlier, kept event presses
                case _:
                    keep = tick <= after_tick
            if keep:
                kept.append(entry)
        self._queue = kept  # sorted, and so a heap
        return self._release_sounding(now_ns)

    def replan(self, after_tick: int, now_ns: int) -> list[SentEvent]:
        """Drop all events decided after a tick, releases too: the new plan has the releases.

        The release of a drum stays with its onset, because no plan has one. The new plan has no
        release either of a note that was decided after the tick and sounds already: its release
        stays too, and if there is none yet, it is released now.
        """
        kept: list[_Entry] = []
        without_plan = {
            key
            for key in self._sounding.notes
            if key[0] == DRUM_CHANNEL or self._decided[key] > after_tick
        }
        for entry in sorted(self._queue):
            _, _, event, decided_tick = entry
            keep = decided_tick <= after_tick
            match event:
                case NoteOn(channel, pitch) if keep:
                    is_drum = channel == DRUM_CHANNEL
                    (without_plan.add if is_drum else without_plan.discard)((channel, pitch))
                case NoteOff(channel, pitch) if (channel, pitch) in without_plan:
                    keep = True
                    without_plan.discard((channel, pitch))
                case NoteOff(channel) if channel == DRUM_CHANNEL:
                    keep = False
            if keep:
                kept.append(entry)
        self._queue = kept
        return self._release((key for key in without_plan if key[0] != DRUM_CHANNEL), now_ns)

    def release_all(self, now_ns: int) -> list[SentEvent]:
        """Drop every plan and release what sounds."""
        self._queue = []
        return self._release_sounding(now_ns)

    def release_unplanned(self, now_ns: int) -> list[SentEvent]:
        """Release the notes that sound and have no release in the plan."""
        planned = {
            (event.channel, event.pitch)
            for _, _, event, _ in self._queue
            if isinstance(event, NoteOff)
        }
        return self._release((key for key in self._sounding.notes if key not in planned), now_ns)

    def _release(self, keys: Iterable[tuple[int, int]], now_ns: int) -> list[SentEvent]:
        ends = [NoteOff(*key) for key in sorted(keys)]
        for end in ends:
            self._sounding.note(end)
        return [SentEvent(now_ns, now_ns, end) for end in ends]

    def panic(self, now_ns: int) -> list[SentEvent]:
        """Release all, then silence every used channel: a synthesizer may have lost a release."""
        return self.release_all(now_ns) + [
            SentEvent(now_ns, now_ns, event) for event in self._silence()
        ]

    def _silence(self) -> tuple[ControlChange, ...]:
        return tuple(
            ControlChange(channel, control, 0)
            for channel in sorted(self._channels)
            for control in (SUSTAIN, ALL_SOUND_OFF, ALL_NOTES_OFF)
        )

    def _expand(self, event: ChannelEvent, late_ns: int) -> tuple[ChannelEvent, ...]:
        """Return what is sent for a due event: nothing, the event, or a release and the event."""
        first: tuple[ChannelEvent, ...] = ()
        match event:
            case NoteOn(channel, pitch):
                if late_ns > self._late_limit_ns:
                    self.dropped += 1
                    return ()
                if (channel, pitch) in self._sounding.notes:
                    first = (NoteOff(channel, pitch),)
            case NoteOff(channel, pitch):
                if (channel, pitch) not in self._sounding.notes:
                    return ()
        self._sounding.note(event)
        self._channels.add(event.channel)
        return (*first, event)

    def _send_ns(self, tick: int) -> int:
        return self._transport.ns_at(tick) - self.advance_ns

    def _release_sounding(self, now_ns: int) -> list[SentEvent]:
        """Release every note that sounds and every pedal that is down."""
        ends = self._sounding.ends()
        self._sounding = SoundingNotes()
        return [SentEvent(now_ns, now_ns, end) for end in ends]
