"""Render note events at ticks as MIDI events to send.

Each instrument has its own channel. Its program is sent once, before its first note. A drum has no
release event, so its note-off is planned together with its note-on.

Quantising moves a note to the grid, but never out of the turn. The note keeps its length: its
release moves with its onset. The composer has only unquantised ticks. When a response is replanned
from a tick, the *unquantised* tick of a note decides whether it stands. So the session and the
composer agree on which notes have begun and which releases are still to come.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.messages.composer import NoteEvent, Onset, Release
from bridge.messages.snapshot import RollNote
from bridge.midi.events import NoteOff, NoteOn, ProgramChange
from bridge.midi.instruments import Instrument, instrument_of_channel
from bridge.midi.notes import DRUM_TICKS
from bridge.playout.schedule import Playable, ScheduledEvent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.history.played import PlayedNotes
    from bridge.session.turns import Turn
    from bridge.sync.quantise import Quantise
    from bridge.sync.transport import Transport

_Key = tuple[Instrument, int]

_ONSETS_REMEMBERED = 16
"""More than the onsets of one key that can be planned and not yet sent."""
DUCK_GAIN = 0.6
"""The factor of a response's velocities while the player plays over it."""


class EventRenderer:
    """Renders the note events of a take as scheduled MIDI events."""

    def __init__(self) -> None:
        self.ducked = False
        self._sent_programs: set[Instrument] = set()
        self._planned_programs: set[Instrument] = set()
        # For the last onsets of each key: the tick as decided, and the shift by quantising.
        self._shifts: dict[_Key, deque[tuple[int, int]]] = {}

    def clear(self) -> None:
        """Clear all notes, and the record of the programs that have been sent."""
        self._sent_programs.clear()
        self.clear_plan()
        self._shifts.clear()

    def clear_notes(self) -> None:
        """Clear the notes, which have been released, and the plan, which has been retracted."""
        self.clear_plan()
        self._shifts.clear()

    def clear_plan(self, after_tick: int | None = None) -> None:
        """Clear the events decided after a tick, and all planned programs: they are retracted."""
        self._planned_programs.clear()
        if after_tick is not None:
            for shifts in self._shifts.values():
                while shifts and shifts[-1][0] > after_tick:
                    shifts.pop()

    def mark_program_sent(self, channel: int) -> None:
        """Record that a program has been sent."""
        kind = instrument_of_channel(channel)
        if kind is not None:
            self._sent_programs.add(kind)

    def render(
        self,
        note_events: Iterable[NoteEvent],
        transport: Transport,
        quantise: Quantise,
        turn: Turn,
        played: PlayedNotes,
    ) -> tuple[ScheduledEvent, ...]:
        """Return the MIDI events for the note events of a turn, and add the notes to `played`."""
        scheduled: list[ScheduledEvent] = []
        for note_event in note_events:
            key, decided = (note_event.instrument, note_event.pitch), note_event.tick
            shifts = self._shifts.setdefault(key, deque(maxlen=_ONSETS_REMEMBERED))
            if isinstance(note_event, Release):
                tick = decided + (shifts[-1][1] if shifts else 0)
                played.end(key, transport.ns_at(tick), decided, answered=True)
                off = NoteOff(note_event.instrument.spec.channel, note_event.pitch)
                scheduled.append(ScheduledEvent(tick, transport.epoch, off, decided))
            else:
                tick = quantise.quantised_tick(decided, transport, range(turn.begin, turn.end))
                shifts.append((decided, tick - decided))
                scheduled += self._render_onset(note_event, tick, transport, played)
        return tuple(scheduled)

    def _render_onset(
        self, onset: Onset, tick: int, transport: Transport, played: PlayedNotes
    ) -> list[ScheduledEvent]:
        kind = onset.instrument
        channel = kind.spec.channel
        velocity = max(1, round(DUCK_GAIN * onset.velocity)) if self.ducked else onset.velocity
        events: list[tuple[int, Playable]] = []
        if (
            kind is not Instrument.DRUMS
            and kind not in self._sent_programs | self._planned_programs
        ):
            events.append((tick, ProgramChange(channel, kind.spec.program)))
        self._planned_programs.add(kind)
        events.append((tick, NoteOn(channel, onset.pitch, velocity)))
        note = RollNote(kind, onset.pitch, velocity, transport.ns_at(tick), answered=True)
        if kind is Instrument.DRUMS:
            end = tick + DRUM_TICKS
            note = replace(note, release_ns=transport.ns_at(end))
            events.append((end, NoteOff(channel, onset.pitch)))
        played.add(note, onset.tick)
        return [ScheduledEvent(at, transport.epoch, event, onset.tick) for at, event in events]
