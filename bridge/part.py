"""What Antiphon plays: from happenings at ticks to events that are to be sent.

Each instrument has a channel of its own and is given its program once, before its first note. Where
notes are quantised, a note is drawn to the grid and keeps its length, so that its end moves with
its beginning. A drum has no end of its own; a hit owes one all the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.dialogue import Happening, Release, RollNote, Strike
from bridge.events import NoteOff, NoteOn, ProgramChange
from bridge.instruments import Instrument, of_channel
from bridge.notes import DRUM_TICKS
from bridge.schedule import Due, Playable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge.played import Played
    from bridge.quantise import Quantise
    from bridge.transport import Transport

DUCKED = 0.6
"""Of its velocity a note keeps so much while the player plays over it."""


class Part:
    """Plays what has been composed."""

    def __init__(self) -> None:
        self.soft = False
        self._programmed: set[Instrument] = set()  # whose program has been sent
        self._planned: set[Instrument] = set()  # or is going to be
        self._drawn: dict[tuple[Instrument, int], int] = {}  # by how much, while a note sounds

    def clear(self) -> None:
        """Forget which programs have been sent, and all notes."""
        self._programmed.clear()
        self.clear_plan()
        self._drawn.clear()

    def clear_notes(self) -> None:
        """Forget the notes that sounded, and the plan; they have been released and taken back."""
        self.clear_plan()
        self._drawn.clear()

    def clear_plan(self) -> None:
        """Take note that what was planned has been taken back, programs too."""
        self._planned.clear()

    def note_program(self, channel: int) -> None:
        """Take note that a program has been sent."""
        kind = of_channel(channel)
        if kind is not None:
            self._programmed.add(kind)

    def dues(
        self,
        happenings: Iterable[Happening],
        transport: Transport,
        quantise: Quantise,
        played: Played,
    ) -> tuple[Due, ...]:
        """Return what is to be sent for these, and add them to what is played."""
        dues: list[Due] = []
        for happening in happenings:
            if isinstance(happening, Release):
                placed = happening.instrument, happening.pitch
                tick = happening.tick + self._drawn.pop(placed, 0)
                played.end(placed, transport.ns_at(tick), answered=True)
                off = NoteOff(happening.instrument.spec.channel, happening.pitch)
                dues.append(Due(tick, transport.epoch, off))
            else:
                tick = quantise.drawn(happening.tick, transport)
                self._drawn[happening.instrument, happening.pitch] = tick - happening.tick
                dues += self._strike(replace(happening, tick=tick), transport, played)
        return tuple(dues)

    def _strike(self, strike: Strike, transport: Transport, played: Played) -> list[Due]:
        kind, tick = strike.instrument, strike.tick
        channel = kind.spec.channel
        velocity = max(1, round(DUCKED * strike.velocity)) if self.soft else strike.velocity
        events: list[tuple[int, Playable]] = []
        if kind is not Instrument.DRUMS and kind not in self._programmed | self._planned:
            events.append((tick, ProgramChange(channel, kind.spec.program)))
        self._planned.add(kind)
        events.append((tick, NoteOn(channel, strike.pitch, velocity)))
        note = RollNote(kind, strike.pitch, velocity, transport.ns_at(tick), answered=True)
        if kind is Instrument.DRUMS:
            end = tick + DRUM_TICKS
            note = replace(note, release_ns=transport.ns_at(end))
            events.append((end, NoteOff(channel, strike.pitch)))
        played.begin(note)
        return [Due(at, transport.epoch, event) for at, event in events]
