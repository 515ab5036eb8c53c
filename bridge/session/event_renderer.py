"""What Antiphon plays: from happenings at ticks to events that are to be sent.

Each instrument has a channel of its own and is given its program once, before its first note. A
drum has no end of its own; a hit owes one all the same.

Where notes are quantised, a note is drawn to the grid, though never out of the answer's turn, and
keeps its length, so that its end moves with its beginning. Whoever decides the notes knows nothing
of that. So if a plan is made anew from a tick, it is the tick that a note was *decided* for that
tells whether it stands: then both agree on which notes have begun and who owes their ends.
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
"""More of one key than are ever planned and not yet heard."""
DUCK_GAIN = 0.6
"""Of its velocity a note keeps so much while the player plays over it."""


class EventRenderer:
    """Plays what has been composed."""

    def __init__(self) -> None:
        self.ducked = False
        self._sent_programs: set[Instrument] = set()  # whose program has been sent
        self._planned_programs: set[Instrument] = set()  # or is going to be
        # Of each key's last strikes: where they were decided to be, and by how much they are drawn.
        self._shifts: dict[_Key, deque[tuple[int, int]]] = {}

    def clear(self) -> None:
        """Forget which programs have been sent, and all notes."""
        self._sent_programs.clear()
        self.clear_plan()
        self._shifts.clear()

    def clear_notes(self) -> None:
        """Forget the notes that sounded, and the plan; they have been released and taken back."""
        self.clear_plan()
        self._shifts.clear()

    def clear_plan(self, after_tick: int | None = None) -> None:
        """Take note that what was decided after a tick has been taken back, programs too."""
        self._planned_programs.clear()
        if after_tick is not None:
            for draws in self._shifts.values():
                while draws and draws[-1][0] > after_tick:
                    draws.pop()

    def mark_program_sent(self, channel: int) -> None:
        """Take note that a program has been sent."""
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
        """Return what is to be sent for these in a turn, and add them to what is played."""
        dues: list[ScheduledEvent] = []
        for happening in note_events:
            placed, decided = (happening.instrument, happening.pitch), happening.tick
            draws = self._shifts.setdefault(placed, deque(maxlen=_ONSETS_REMEMBERED))
            if isinstance(happening, Release):
                tick = decided + (draws[-1][1] if draws else 0)
                played.end(placed, transport.ns_at(tick), decided, answered=True)
                off = NoteOff(happening.instrument.spec.channel, happening.pitch)
                dues.append(ScheduledEvent(tick, transport.epoch, off, decided))
            else:
                tick = quantise.quantised_tick(decided, transport, range(turn.begin, turn.end))
                draws.append((decided, tick - decided))
                dues += self._render_onset(happening, tick, transport, played)
        return tuple(dues)

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
