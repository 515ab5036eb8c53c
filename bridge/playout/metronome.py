"""The click of our own clock: the count-in, and a metronome.

It uses two wood blocks of the General MIDI drum map: the high one for the first beat of a bar, the
low one for the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.midi.events import NoteOff, NoteOn
from bridge.midi.instruments import DRUM_CHANNEL
from bridge.midi.notes import DRUM_TICKS
from bridge.playout.schedule import ScheduledEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.sync.transport import Transport

HIGH_WOOD_BLOCK, LOW_WOOD_BLOCK = 76, 77
_ACCENTED, _UNACCENTED = 112, 84


def clicks(transport: Transport, begin_tick: int, end_tick: int) -> Iterator[ScheduledEvent]:
    """Yield the clicks of all beats from `begin_tick` to before `end_tick`."""
    tick = transport.next_grid_line(begin_tick, transport.beat_ticks)
    while tick < end_tick:
        on_bar = transport.bar_position(tick).position_ticks == 0
        pitch = HIGH_WOOD_BLOCK if on_bar else LOW_WOOD_BLOCK
        click = NoteOn(DRUM_CHANNEL, pitch, _ACCENTED if on_bar else _UNACCENTED)
        yield ScheduledEvent(tick, transport.epoch, click)
        yield ScheduledEvent(tick + DRUM_TICKS, transport.epoch, NoteOff(DRUM_CHANNEL, pitch))
        tick = transport.next_grid_line(tick + 1, transport.beat_ticks)
