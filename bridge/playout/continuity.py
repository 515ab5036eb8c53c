"""What a MIDI I/O process must know, so that it goes on where one that died was.

The process may die at any moment. The engine keeps a copy of what it has sent to it: the ports, the
settings of time, and the plan of what is still to be played. It also keeps what the process has
reported: the ports that it found, what it has played, and the transport. The next process receives
all of this, in an order in which nothing is played too early:

1. The settings, then the ports, with the cables that other programs had made to ours.
2. `Release`: the end of every note that may sound on these ports, and silence on every channel that
   was used. A note may sound if it was reported as sent, or was planned and not reported.
3. What is played in the window and is still to come.
4. The plan, once the process follows the transport that was followed before. Its numbers of epochs
   differ from those of the last process. The session keeps its own, and they are translated here.
   If another transport is followed after `RESUME_NS`, the transport has broken, as it does when a
   host stops.

This is pure: time is an argument.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.midi.events import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    SUSTAIN,
    ControlChange,
    NoteOff,
    NoteOn,
)
from bridge.playout.protocol import (
    Alive,
    BindPanic,
    Click,
    Emitted,
    ForSession,
    FromIo,
    Inject,
    InputLost,
    KeyboardHeard,
    ListenToKeyboard,
    Monitor,
    Opened,
    OpenPorts,
    OutputConnected,
    Panic,
    Play,
    Plugins,
    Release,
    Replan,
    Retract,
    SetOwnTransport,
    SetSync,
    Silence,
    ToIo,
    TransportChanged,
)
from bridge.playout.schedule import THRU_CHANNEL, Playable, Schedule, ScheduledEvent
from bridge.playout.sounding import SoundingNotes
from bridge.playout.thru import ThruQueue
from bridge.sync.transport import Transport
from bridge.system.units import MS

if TYPE_CHECKING:
    from collections.abc import Iterable

RESUME_NS = 1_500 * MS
"""The longest time in which the transport of before may come back."""
_SAME_NS = 20 * MS
"""A transport that is nearer to the one of before has moved, and not broken."""
_Setting = SetSync | SetOwnTransport | ListenToKeyboard | Monitor | BindPanic
_ORDER = (SetSync, SetOwnTransport, ListenToKeyboard, Monitor, BindPanic)
_STATES = (KeyboardHeard(""), OutputConnected(connected=False), Plugins(()))
"""The reports of a state, as a process begins with it and does not report it."""


class Continuity:
    """A copy of what was sent to the process, and of what it has reported."""

    # More than 12 attributes: each is one fact that the next process needs.

    def __init__(self) -> None:
        self._settings: dict[type, _Setting] = {}
        self._ports: OpenPorts | None = None
        self._plan, self._clicks, self._thru = Schedule(), Schedule(), ThruQueue()
        self._sounding, self._channels = SoundingNotes(), set[int]()
        self._unreported: Counter[tuple[int, int]] = Counter()  # note-ons planned, maybe sent
        self._transport = Transport()  # as the session knows it
        self._to_session: dict[int, int] = {0: 0}
        self._to_process: dict[int, int] = {0: 0}
        self._last_epoch = 0
        self._is_first = self._has_process = True
        self._held: TransportChanged | None = None  # another transport, until the resumption ends
        self._resumes_until_ns: int | None = None
        self._unknown_states: dict[type, ForSession] = {}

    @property
    def due_ns(self) -> int | None:
        """The time at which `poll` must be called, or None."""
        return self._resumes_until_ns

    @property
    def ports(self) -> OpenPorts | None:
        """The request that opens the present ports again, with their cables."""
        return self._ports

    # To the process.

    def note_sent(self, message: ToIo, now_ns: int) -> ToIo | None:
        """Record a message; return it as this process understands it, or None if it must wait."""
        match message:
            case SetSync() | SetOwnTransport() | ListenToKeyboard() | Monitor() | BindPanic():
                self._settings[type(message)] = message
                self._follow_settings(message, now_ns)
            case OpenPorts():
                self._ports = message
            case Inject(events):
                self._pop_thru(now_ns)
                self._thru.add(events)
            case Play(events):
                self._plan.add(events)
                for each in events:
                    self._channels.add(each.event.channel)
                    if isinstance(each.event, NoteOn):
                        self._unreported[each.event.channel, each.event.pitch] += 1
                return self._translated(message)
            case Click(events):
                self._clicks.add(events)
                return self._translated(message)
            case Retract() | Replan() | Silence() | Panic():
                self._cut(message, now_ns)
        return message

    def _follow_settings(self, message: _Setting, now_ns: int) -> None:
        if isinstance(message, SetSync):
            self._plan.advance_ns = self._clicks.advance_ns = message.advance_ns
        elif isinstance(message, SetOwnTransport) and not self._transport.source.is_external:
            # The session moves its own transport without a report.
            self._follow(replace(message.transport, epoch=self._transport.epoch), now_ns)

    def _cut(self, message: Retract | Replan | Silence | Panic, now_ns: int) -> None:
        for schedule in (self._plan, self._clicks):
            match message:
                case Retract(after_tick):
                    schedule.retract(after_tick, now_ns)
                case Replan(after_tick):
                    schedule.replan(after_tick, now_ns)
                case _:
                    schedule.release_all(now_ns)
        if isinstance(message, Silence | Panic):
            self._pop_thru(now_ns)
            self._thru.clear()

    def _pop_thru(self, now_ns: int) -> None:
        """Record what was played in the window by now as sent, if there is a process."""
        if not self._has_process:
            return
        for timed in self._thru.pop_due(now_ns):
            self._channels.add(THRU_CHANNEL)
            if isinstance(timed.event, Playable):
                self._sounding.note(replace(timed.event, channel=THRU_CHANNEL))

    def _translated(self, planned: Play | Click) -> Play | Click | None:
        """Return a plan with the epochs of this process; None for those that it does not have."""
        if self._is_first:
            return planned
        if self._resumes_until_ns is not None:
            return None  # it is sent with the rest of the plan
        events = tuple(
            replace(each, epoch=self._to_process[each.epoch])
            for each in planned.events
            if each.epoch in self._to_process
        )
        return replace(planned, events=events) if events else None

    # From the process.

    def note_received(self, report: FromIo, now_ns: int) -> tuple[list[ForSession], list[ToIo]]:
        """Record a report; return what the session receives, and what the process must be sent."""
        if type(report) in self._unknown_states:
            del self._unknown_states[type(report)]
        match report:
            case Opened(again):
                self._ports = again
                return [], []
            case Emitted(events):
                self._note_emitted(each.event for each in events)
                if events:
                    last_ns = max(each.due_ns for each in events)
                    self._plan.emit(last_ns)
                    self._clicks.emit(last_ns)
            case TransportChanged():
                return self._note_transport(report, now_ns)
            case Alive():
                return [], []
        return [report], []

    def _note_emitted(self, events: Iterable[Playable]) -> None:
        for event in events:
            self._sounding.note(event)
            self._channels.add(event.channel)
            if isinstance(event, NoteOn) and self._unreported[event.channel, event.pitch] > 0:
                self._unreported[event.channel, event.pitch] -= 1

    def _note_transport(
        self, changed: TransportChanged, now_ns: int
    ) -> tuple[list[ForSession], list[ToIo]]:
        epoch = changed.transport.epoch
        if self._resumes_until_ns is None:
            return [self._adopt(changed, now_ns)], []
        if not self._is_same(changed.transport):
            self._held = changed
            return [], []
        self._to_session[epoch], self._to_process[self._transport.epoch] = (
            self._transport.epoch,
            epoch,
        )
        return self._end_resumption(changed, now_ns)

    def _is_same(self, transport: Transport) -> bool:
        """Return whether this is the transport of before, or one that has moved a little."""
        before = self._transport
        if not before.source.is_external:  # the process has it from us, and may set it later
            return transport.source is before.source
        return (
            (transport.source, transport.playing) == (before.source, before.playing)
            and transport.metre.bar_ticks == before.metre.bar_ticks
            and before.distance_ns(transport) < _SAME_NS
        )

    def _adopt(self, changed: TransportChanged, now_ns: int) -> TransportChanged:
        """Return the report with the session's epoch, which is a new number for a new epoch."""
        epoch = changed.transport.epoch
        if epoch not in self._to_session:
            ours = epoch if self._is_first else self._last_epoch + 1
            self._to_session[epoch], self._to_process[ours] = ours, epoch
        ours = self._to_session[epoch]
        self._last_epoch = max(self._last_epoch, ours)
        transport = replace(changed.transport, epoch=ours)
        own = self._settings.get(SetOwnTransport)
        if not transport.source.is_external and isinstance(own, SetOwnTransport):
            self._follow(replace(own.transport, epoch=ours), now_ns)
        else:
            self._follow(transport, now_ns)
        return replace(changed, transport=transport)

    def _follow(self, transport: Transport, now_ns: int) -> None:
        if transport.epoch != self._transport.epoch:
            self._unreported.clear()
        self._transport = transport
        self._plan.set_transport(transport, now_ns)
        self._clicks.set_transport(transport, now_ns)

    # From one process to the next.

    def end_process(self, now_ns: int) -> list[ForSession]:
        """Record that the process has ended; return what the session receives."""
        self._pop_thru(now_ns)
        self._is_first = self._has_process = False
        self._held = self._resumes_until_ns = None
        return [InputLost()]  # keys may be held, and their releases will not come

    def resume(self, now_ns: int) -> list[ToIo]:
        """Return what a new process must be sent first."""
        messages: list[ToIo] = [self._settings[kind] for kind in _ORDER if kind in self._settings]
        self._has_process = True
        self._to_session, self._to_process = {}, {}
        self._unknown_states = {type(state): state for state in _STATES}
        self._resumes_until_ns = now_ns + RESUME_NS
        if self._ports is not None:
            messages.append(self._ports)
        if ends := self._ends():
            messages.append(Release(ends))
        if pending := self._thru.pending_events():
            messages.append(Inject(pending))
        return messages

    def _ends(self) -> tuple[Playable, ...]:
        """Return the end of every note that may sound, and silence on every used channel."""
        notes = self._sounding.notes | {key for key, count in self._unreported.items() if count}
        self._sounding = SoundingNotes()
        return (
            *(NoteOff(channel, pitch) for channel, pitch in sorted(notes)),
            *(
                ControlChange(channel, control, 0)
                for channel in sorted(self._channels)
                for control in (SUSTAIN, ALL_NOTES_OFF, ALL_SOUND_OFF)
            ),
        )

    def poll(self, now_ns: int) -> tuple[list[ForSession], list[ToIo]]:
        """End a resumption whose time is over; return as `note_received` does."""
        if self._resumes_until_ns is None or now_ns < self._resumes_until_ns:
            return [], []
        return self._end_resumption(self._held, now_ns)

    def _end_resumption(
        self, changed: TransportChanged | None, now_ns: int
    ) -> tuple[list[ForSession], list[ToIo]]:
        """Go on with a transport, and send the plan that is left in it."""
        self._resumes_until_ns = self._held = None
        reports: list[ForSession] = [] if changed is None else [self._adopt(changed, now_ns)]
        reports += self._unknown_states.values()
        self._unknown_states = {}
        plans = (Play(_planned(self._plan)), Click(_planned(self._clicks)))
        left = [self._translated(each) for each in plans if each.events]
        return reports, [each for each in left if each is not None]


def _planned(schedule: Schedule) -> tuple[ScheduledEvent, ...]:
    return tuple(schedule.planned())
