"""The queue between what was decided and what sounds: when to send, and who owes a release.

Notes are planned ahead of time, so that a busy engine does not make them late. That leaves three
questions, and this file is the answer to them. It is pure: time is an argument, and what is to be
sent is returned.

*When?* Each `Due` belongs at a tick, and the transport says when that is: if the line moves, what
is planned moves with it. `emit` gives what is due by now, in order of time, and what is due at the
same time in the order in which it was added. Whatever is on the way to the ear needs time, so all
of it goes out by a fixed *advance* earlier (or later, if that is negative). A note-on that comes
later than the limit is dropped, because a note in the wrong place is worse than none; everything
else is sent however late, above all note-offs.

*Does it still hold?* Plans are withdrawn in two ways. A stop, a jump or a loop breaks the line and
begins a new *epoch*: all that belongs to an older one is dropped. And when the player comes back
in, or a plan is made anew, `retract` takes back the notes that have not begun, each with its end.

*Who ends it?* Whoever starts a note owes its end. A pitch on a channel is treated as one string: it
is silent or it sounds. A second strike ends the first before it sounds; the first release after a
strike ends it; a release of a silent string is nothing, so it is dropped. Hence every note-on sent
is followed by exactly one release, whatever happens in between. The sustain pedal holds strings
too, so whatever silences the strings lifts it.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

from bridge.midi.events import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    SUSTAIN,
    SWITCH_ON,
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
"""What the player plays by hand, on the desk, goes out here: no instrument has this channel."""


@dataclass(frozen=True, slots=True)
class ScheduledEvent:
    """An event that is to be sent at a tick, provided that its epoch is the one being played.

    `decided_tick` is where it was decided to be, if it has been drawn away from there: plans are
    made anew by that.
    """

    tick: int
    epoch: int
    event: Playable
    unquantised_tick: int | None = None


@dataclass(frozen=True, slots=True)
class SentEvent:
    """An event that goes out at `sent_ns`; the difference to `due_ns` is its lateness."""

    due_ns: int
    sent_ns: int
    event: Playable


_Entry = tuple[int, int, Playable, int]  # tick, order of arrival, event, tick decided


class Schedule:
    """What is still to be sent, and what sounds because it was sent."""

    def __init__(
        self, transport: Transport | None = None, late_limit_ns: int = LATE_LIMIT_NS
    ) -> None:
        """Follow a line, and drop note-ons that are later than `late_limit_ns`."""
        self.advance_ns = 0
        self.dropped = 0
        """How many note-ons have come too late to be sent."""
        self._transport = transport or Transport()
        self._late_limit_ns = late_limit_ns
        self._added = 0
        self._queue: list[_Entry] = []  # a heap
        self._sounding = SoundingNotes()
        self._channels: set[int] = set()  # every channel that anything was sent on

    @property
    def transport(self) -> Transport:
        """Give the line that is followed."""
        return self._transport

    @property
    def sounding(self) -> frozenset[tuple[int, int]]:
        """Give the (channel, pitch) of every note-on sent and not yet released."""
        return frozenset(self._sounding.notes)

    def next_due_ns(self) -> int | None:
        """Tell when `emit` will next have something to do."""
        return self._send_ns(self._queue[0][0]) if self._queue else None

    def add(self, events: Iterable[ScheduledEvent]) -> None:
        """Take on events of this epoch; those of another are dropped."""
        for due in events:
            if due.epoch == self._transport.epoch:
                decided = due.tick if due.unquantised_tick is None else due.unquantised_tick
                heapq.heappush(self._queue, (due.tick, self._added, due.event, decided))
                self._added += 1

    def emit(self, now_ns: int, ahead_ns: int = 0) -> list[SentEvent]:
        """Give what is due by now, or within the coming `ahead_ns`, in order of time."""
        sent: list[SentEvent] = []
        while self._queue and (due_ns := self._send_ns(self._queue[0][0])) <= now_ns + ahead_ns:
            _, _, event, _ = heapq.heappop(self._queue)
            sent += (
                SentEvent(due_ns, max(due_ns, now_ns), each)
                for each in self._expand(event, now_ns - due_ns)
            )
        return sent

    def set_transport(self, transport: Transport, now_ns: int) -> list[SentEvent]:
        """Go by this line from now on.

        If its epoch is another, leave the plans and release what sounds.
        """
        broken = transport.epoch != self._transport.epoch
        self._transport = transport
        return self.release_all(now_ns) if broken else []

    def retract(self, after_tick: int, now_ns: int) -> list[SentEvent]:
        """Take back what begins after a tick, with its end, and release what sounds."""
        kept: list[_Entry] = []
        begun: set[tuple[int, int]] = set()
        for entry in sorted(self._queue):
            tick, _, event, _ = entry
            match event:
                case NoteOff(channel, pitch):
                    # It ends a note that stays, or else one that is released or taken back here.
                    keep = (channel, pitch) in begun
                    begun.discard((channel, pitch))
                case NoteOn(channel, pitch) if tick <= after_tick:
                    keep = True
                    begun.add((channel, pitch))
                case ControlChange(_, control, value) if control == SUSTAIN and value < SWITCH_ON:
                    keep = True  # the pedal may go down before that, and then this is its end
                case _:
                    keep = tick <= after_tick
            if keep:
                kept.append(entry)
        self._queue = kept  # sorted, and so a heap
        return self._release_sounding(now_ns)

    def replan(self, after_tick: int) -> None:
        """Take back all that was decided after a tick, ends too: whoever plans anew owes those.

        But nobody plans the end of a drum, which comes with its beginning: that stays.
        """
        kept: list[_Entry] = []
        drums = {pitch for channel, pitch in self._sounding.notes if channel == DRUM_CHANNEL}
        for entry in sorted(self._queue):
            _, _, event, decided_tick = entry
            keep = decided_tick <= after_tick
            match event:
                case NoteOn(channel, pitch) if keep and channel == DRUM_CHANNEL:
                    drums.add(pitch)
                case NoteOff(channel, pitch) if channel == DRUM_CHANNEL:
                    keep = pitch in drums
                    drums.discard(pitch)
            if keep:
                kept.append(entry)
        self._queue = kept

    def release_all(self, now_ns: int) -> list[SentEvent]:
        """Drop every plan and release what sounds."""
        self._queue = []
        return self._release_sounding(now_ns)

    def panic(self, now_ns: int) -> list[SentEvent]:
        """Release all, then silence every channel used: a synthesizer may have lost a release."""
        return self.release_all(now_ns) + [
            SentEvent(now_ns, now_ns, ControlChange(channel, control, 0))
            for channel in sorted(self._channels)
            for control in (SUSTAIN, ALL_SOUND_OFF, ALL_NOTES_OFF)
        ]

    def _expand(self, event: Playable, late_ns: int) -> tuple[Playable, ...]:
        """Give what an event that is due turns into: nothing, itself, or a release and itself."""
        first: tuple[Playable, ...] = ()
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
