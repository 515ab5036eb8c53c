"""The layout of a take: where its notes and its bars lie.

A take always fills the width, so time is laid out in ticks, while the notes of the large roll are
laid out in seconds. `view` and `roll_notes` bring the notes of a take to that form, so that the
same code paints both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.messages.snapshot import RollNote
from bridge.midi.notes import TICKS_PER_QUARTER, Note, Score
from bridge.sync.tempo import MetreMap
from bridge.system.units import SECOND
from gui.desk.roll.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.history.takes import Span

MIN_PITCHES = 19
_MARGIN_PITCHES = 2
_MIN_BEAT_PX = 7.0


@dataclass(frozen=True, slots=True)
class TakeLayout:
    """The notes of a span in a rectangle; the music before it has the metre."""

    before: Score
    span: Span
    notes: tuple[Note, ...]
    width: float
    height: float

    def x_at(self, tick: int) -> float:
        """Return the x position of a tick, from the left edge."""
        return (tick - self.span.begin) / (self.span.end - self.span.begin) * self.width

    def grid_lines(self) -> Iterator[tuple[int, bool]]:
        """Yield the ticks of bars, and of beats where there is room; none in free time.

        The second value is whether a bar starts there.
        """
        if not self.before.grid:
            return
        metres, tick = MetreMap(self.before.metres), self.span.begin
        while tick <= self.span.end:
            place = metres.position_at(tick)
            beat = 4 * TICKS_PER_QUARTER // metres.metre_at(tick).denominator
            near = self.x_at(self.span.begin + beat) < _MIN_BEAT_PX
            yield tick, place.position_ticks == 0
            tick += place.bar_ticks if near else beat

    def view(self) -> View:
        """Return a view with the default width of a second, which shows all pitches."""
        pitches = [note.pitch for note in self.notes]
        low = min(pitches, default=60) - _MARGIN_PITCHES
        high = max(pitches, default=72) + _MARGIN_PITCHES
        missing = max(0, MIN_PITCHES - (high - low + 1))
        low, high = low - missing // 2, high + missing - missing // 2
        return View(self.width, self.height, 0, lowest=low, highest=high)

    def roll_notes(self) -> list[RollNote]:
        """Return the notes at the times at which `view` shows them."""
        scale = self.view().px_per_second

        def time_of(tick: int) -> int:
            return round(self.x_at(tick) / scale * SECOND)

        return [
            RollNote(
                note.instrument,
                note.pitch,
                note.velocity,
                time_of(note.onset_ticks),
                time_of(note.release_ticks),
                answered=True,
            )
            for note in self.notes
        ]
