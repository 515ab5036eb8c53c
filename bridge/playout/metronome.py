"""The click of our own clock: the count-in, and a metronome.

It uses two wood blocks of the General MIDI drum map: the high one for the first beat of a bar, the
low one for the others.

A click is no music. The built-in synth plays it; the output is sent it only if the player asks for
that, because what receives the output may record it. So the clicks for the synth have a queue of
their own. The clicks for the output are planned with the notes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.midi.events import Event, NoteOff, NoteOn
from bridge.midi.instruments import DRUM_CHANNEL
from bridge.midi.notes import DRUM_TICKS
from bridge.playout.protocol import (
    Click,
    Command,
    Panic,
    Replan,
    Retract,
    SetOwnTransport,
    SetSync,
    Silence,
)
from bridge.playout.schedule import Schedule, ScheduledEvent, SentEvent
from bridge.sync.transport import Source, Transport

if TYPE_CHECKING:
    from collections.abc import Iterator

HIGH_WOOD_BLOCK, LOW_WOOD_BLOCK = 76, 77
_ACCENTED, _UNACCENTED = 112, 84


def clicks(transport: Transport, begin_tick: int, end_tick: int) -> Iterator[ScheduledEvent]:
    """Yield the clicks of all beats from `begin_tick` to before `end_tick`."""
    tick = transport.next_grid_line(begin_tick, transport.beat_ticks)
    while tick < end_tick:
        click = _click_at(transport, tick)
        release = NoteOff(click.channel, click.pitch)
        yield ScheduledEvent(tick, transport.epoch, click)
        yield ScheduledEvent(tick + DRUM_TICKS, transport.epoch, release)
        tick = transport.next_grid_line(tick + 1, transport.beat_ticks)


def is_click(event: Event, transport: Transport, tick: int) -> bool:
    """Return whether an event that was sent at a tick is a click of our own clock."""
    is_beat = tick == transport.next_grid_line(tick, transport.beat_ticks)
    return transport.source is Source.OWN and is_beat and event == _click_at(transport, tick)


def _click_at(transport: Transport, tick: int) -> NoteOn:
    on_bar = transport.bar_position(tick).position_ticks == 0
    pitch = HIGH_WOOD_BLOCK if on_bar else LOW_WOOD_BLOCK
    return NoteOn(DRUM_CHANNEL, pitch, _ACCENTED if on_bar else _UNACCENTED)


class ClickQueue:
    """The clicks for the built-in synth. They follow the same transport as the notes."""

    def __init__(self) -> None:
        self.own_transport: SetOwnTransport | None = None
        """The last command that set the session's own transport."""
        self._schedule = Schedule()

    def next_due_ns(self) -> int | None:
        """Return when `emit` has the next event, or None."""
        return self._schedule.next_due_ns()

    def emit(self, now_ns: int) -> list[SentEvent]:
        """Return the events due by now."""
        return self._schedule.emit(now_ns)

    def follow(self, transport: Transport, now_ns: int) -> list[SentEvent]:
        """Follow a transport that was reported; return the releases if it breaks the last one."""
        if self.own_transport is not None and not transport.source.is_external:
            # The session moves its own transport without a report.
            transport = replace(self.own_transport.transport, epoch=transport.epoch)
        return self._schedule.set_transport(transport, now_ns)

    def apply(self, command: Command | Click, now_ns: int) -> list[SentEvent]:
        """Carry out a command as a sequencer does; return the releases that follow at once."""
        match command:
            case Click(events):
                self._schedule.add(events)
            case SetOwnTransport():
                self.own_transport = command
                return self.follow(self._schedule.transport, now_ns)
            case SetSync(advance_ns=advance_ns):
                self._schedule.advance_ns = advance_ns
            case Retract(after_tick):
                return self._schedule.retract(after_tick, now_ns)
            case Replan(after_tick):
                return self._schedule.replan(after_tick, now_ns)
            case Silence() | Panic():
                return self._schedule.release_all(now_ns)
        return []
