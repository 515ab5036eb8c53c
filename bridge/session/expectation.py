"""What a plan expects of the player: the notes that the composer imagines, beside our own.

While both play, the composer plans ahead of the player and imagines what the player will play. As
long as the player plays within the imagined harmony, the plan stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.messages.composer import NoteEvent, Onset
from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER

if TYPE_CHECKING:
    from collections.abc import Iterable

_TOLERANCE_TICKS = TICKS_PER_QUARTER
"""The player may be this much earlier or later than the plan expects."""


@dataclass(slots=True)
class _ExpectedNote:
    onset: int
    pitch_class: int
    release: int | None = None


class Expectation:
    """The notes of a plan, the player's and ours, without drums. Ticks are the composer's."""

    def __init__(self) -> None:
        self._notes: list[_ExpectedNote] = []
        self._sounding: dict[tuple[Instrument, int], _ExpectedNote] = {}
        self._first_imagined_tick: int | None = None

    def add(self, events: Iterable[NoteEvent], *, imagined: bool = False) -> None:
        """Add the next events of the plan, in order of time."""
        for event in events:
            if imagined and self._first_imagined_tick is None:
                self._first_imagined_tick = event.tick
            if event.instrument is Instrument.DRUMS:
                continue
            key = event.instrument, event.pitch
            before = self._sounding.pop(key, None)
            if before is not None:
                before.release = event.tick
            if isinstance(event, Onset):
                note = self._sounding[key] = _ExpectedNote(event.tick, event.pitch % 12)
                self._notes.append(note)

    def imagines_before(self, tick: int) -> bool:
        """Return whether an event before a tick is imagined of the player."""
        return self._first_imagined_tick is not None and self._first_imagined_tick < tick

    def fits(self, event: NoteEvent) -> bool:
        """Return whether an event of the player's leaves the plan as good as it was.

        A release does, and a note whose pitch class sounds at about that time. A plan in which the
        player is not imagined fits nothing.
        """
        if self._first_imagined_tick is None:
            return False
        if not isinstance(event, Onset) or event.instrument is Instrument.DRUMS:
            return True
        earliest, latest = event.tick - _TOLERANCE_TICKS, event.tick + _TOLERANCE_TICKS
        return any(
            note.pitch_class == event.pitch % 12
            for note in self._notes
            if note.onset <= latest and (note.release is None or note.release >= earliest)
        )
