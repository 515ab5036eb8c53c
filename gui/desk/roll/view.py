"""What part of the music a roll shows: times to places and back, zoom, scroll, and the grid.

Time runs from left to right, pitch from bottom to top. A view is a value: how many pixels a second
has, what time is at the left edge, which pitches there are. Following the music, the left edge lies
so that the present stands at two thirds of the width: the plan is seen before it is heard.

Zoom goes in steps, so that what has been drawn at one of them can be used again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bridge.midi.notes import TICKS_PER_QUARTER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bridge.messages.snapshot import RollNote
    from bridge.sync.transport import Transport

SECOND = 1_000_000_000
PLAYHEAD = 0.67
"""Of the width; the plan is to the right of it."""
_STEP = 1.15
_FIRST_STEP, _LAST_STEP = 16, 42  # 9 to 354 pixels a second
USUAL_STEP = 31  # 76 pixels a second
FEWEST_PITCHES = 36
_MARGIN_PITCHES = 3
_NEAREST_LINES, _NEAREST_NUMBERS = 8.0, 48.0  # pixels between two of the grid, at least


@dataclass(frozen=True, slots=True)
class View:
    """A part of the music, and the size that it is shown at."""

    width: float
    height: float
    left_ns: int
    step: int = USUAL_STEP
    lowest: int = 42
    highest: int = 84

    @property
    def scale(self) -> float:
        """Return how many pixels a second has."""
        return math.pow(_STEP, self.step)

    @property
    def span_ns(self) -> int:
        """Return how long a time is shown."""
        return round(self.width / self.scale * SECOND)

    @property
    def row(self) -> float:
        """Return the height of a pitch's row."""
        return self.height / (self.highest - self.lowest + 1)

    def x_at(self, time_ns: int) -> float:
        """Return the place of a time."""
        return (time_ns - self.left_ns) * self.scale / SECOND

    def ns_at(self, x: float) -> int:
        """Return the time at a place; the inverse of `x_at`."""
        return self.left_ns + round(x / self.scale * SECOND)

    def y_at(self, pitch: float) -> float:
        """Return the upper edge of a pitch's row."""
        return (self.highest - pitch) * self.row

    def pitch_at(self, y: float) -> int:
        """Return the pitch whose row is at a height."""
        return self.highest - math.floor(y / self.row)

    def following(self, now_ns: int) -> View:
        """Return the view in which the present stands at the playhead."""
        return replace(self, left_ns=now_ns - round(PLAYHEAD * self.span_ns))

    def zoomed(self, steps: int, x: float) -> View:
        """Return the view with so many steps more pixels a second; what is at `x` stays there."""
        fixed_ns = self.ns_at(x)
        step = min(_LAST_STEP, max(_FIRST_STEP, self.step + steps))
        zoomed = replace(self, step=step)
        return replace(zoomed, left_ns=fixed_ns - round(x / zoomed.scale * SECOND))

    def scrolled(self, pixels: float) -> View:
        """Return the view of a later time, by so many pixels."""
        return replace(self, left_ns=self.ns_at(pixels))


def compass(notes: Iterable[RollNote], before: tuple[int, int] | None = None) -> tuple[int, int]:
    """Return the lowest and highest pitch to show: all notes, and never under three octaves.

    What was shown before stays, as long as the notes fit into it, so that rows keep their height.
    """
    pitches = [note.pitch for note in notes] or [63]
    low, high = min(pitches), max(pitches)
    if before is not None and before[0] <= low and high <= before[1]:
        return before
    low, high = max(0, low - _MARGIN_PITCHES), min(127, high + _MARGIN_PITCHES)
    missing = max(0, FEWEST_PITCHES - (high - low + 1))
    low = min(max(0, low - missing // 2), 128 - FEWEST_PITCHES)
    return low, max(high, low + FEWEST_PITCHES - 1)


@dataclass(frozen=True, slots=True)
class GridLine:
    """A line of the grid; that of a bar may have its number, counted from 1."""

    time_ns: int
    is_bar: bool
    bar: int | None = None


def grid(view: View, epochs: Sequence[tuple[int, Transport]]) -> Iterator[GridLine]:
    """Give the lines of a view: bars and beats where somebody keeps them, else seconds.

    `epochs` are the lines that the music went by, each with the time from which it did.
    """
    end_ns = view.ns_at(view.width)
    held = [(since, line) for since, line in epochs if since < end_ns]
    for index, (since, line) in enumerate(held):
        first = max(view.left_ns, since) if index else view.left_ns
        last = held[index + 1][0] if index + 1 < len(held) else end_ns
        if line.has_bars:
            yield from _beats(view, line, max(first, since), last)
            yield from _seconds(view, first, min(since, last))
        else:
            yield from _seconds(view, first, last)
    if not held:
        yield from _seconds(view, view.left_ns, end_ns)


def _seconds(view: View, first_ns: int, last_ns: int) -> Iterator[GridLine]:
    apart = next(
        each for each in (1, 2, 5, 10, 30) if each * view.scale >= _NEAREST_LINES or each == 30
    )
    for second in range(-(-first_ns // (apart * SECOND)), -(-last_ns // (apart * SECOND))):
        yield GridLine(second * apart * SECOND, is_bar=False)


def _beats(view: View, line: Transport, first_ns: int, last_ns: int) -> Iterator[GridLine]:
    beat = line.beat_ticks
    pixels = beat * line.quarter_ns / TICKS_PER_QUARTER * view.scale / SECOND
    bars_only = pixels < _NEAREST_LINES
    bar_pixels = pixels * line.metre.bar_ticks / beat
    every = _every(bar_pixels, 2 * _NEAREST_LINES)
    numbered = every * _every(every * bar_pixels, _NEAREST_NUMBERS)
    tick = line.next_grid_line(line.tick_at(first_ns), line.metre.bar_ticks if bars_only else beat)
    while (at_ns := line.ns_at(tick)) < last_ns:
        place = line.bar_position(tick)
        if place.position_ticks == 0:
            if place.bar % every == 0:
                number = None if place.bar % numbered else place.bar + 1
                yield GridLine(at_ns, is_bar=True, bar=number)
        elif not bars_only:
            yield GridLine(at_ns, is_bar=False)
        step = line.metre.bar_ticks if bars_only else beat
        tick = line.next_grid_line(tick + 1, step)


def _every(pixels: float, least: float) -> int:
    """Return of how many that are so far apart one is to be taken, for them to have room."""
    return next((n for n in (1, 2, 4, 8, 16, 32, 64) if n * pixels >= least), 128)
