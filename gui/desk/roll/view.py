"""The visible part of the music: times to positions and back, zoom, scroll, and the grid.

Time runs from left to right, pitch from bottom to top. A view is a value: its zoom step, the time
at its left edge, and its range of pitches. When it follows the music, the present is at two thirds
of the width, so that planned notes are seen before they sound.

Zoom has fixed steps, so that tiles drawn at one step can be used again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bridge.midi.notes import TICKS_PER_QUARTER
from bridge.system.units import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bridge.messages.snapshot import RollNote
    from bridge.sync.transport import Transport

PLAYHEAD = 0.67
"""The position of the present, as a fraction of the width."""
_ZOOM_FACTOR = 1.15
_MIN_STEP, _MAX_STEP = 16, 42  # 9 to 354 pixels a second
DEFAULT_STEP = 31  # 76 pixels a second
MIN_PITCHES = 36
_MARGIN_PITCHES = 3
_MIN_LINE_PX, _MIN_NUMBER_PX = 8.0, 48.0  # least distance between grid lines, between bar numbers


@dataclass(frozen=True, slots=True)
class View:
    """A part of the music, and the size at which it is shown."""

    width: float
    height: float
    left_ns: int
    step: int = DEFAULT_STEP
    lowest: int = 42
    highest: int = 84

    @property
    def px_per_second(self) -> float:
        """The width of a second in pixels."""
        return math.pow(_ZOOM_FACTOR, self.step)

    @property
    def span_ns(self) -> int:
        """The duration of the visible part in nanoseconds."""
        return round(self.width / self.px_per_second * SECOND)

    @property
    def row_height(self) -> float:
        """The height of one pitch's row in pixels."""
        return self.height / (self.highest - self.lowest + 1)

    def x_at(self, time_ns: int) -> float:
        """Return the x position of a time."""
        return (time_ns - self.left_ns) * self.px_per_second / SECOND

    def ns_at(self, x: float) -> int:
        """Return the time at an x position; the inverse of `x_at`."""
        return self.left_ns + round(x / self.px_per_second * SECOND)

    def y_at(self, pitch: float) -> float:
        """Return the upper edge of a pitch's row."""
        return (self.highest - pitch) * self.row_height

    def pitch_at(self, y: float) -> int:
        """Return the pitch whose row contains a y position."""
        return self.highest - math.floor(y / self.row_height)

    def with_playhead_at(self, now_ns: int) -> View:
        """Return the view in which the present is at the playhead."""
        return replace(self, left_ns=now_ns - round(PLAYHEAD * self.span_ns))

    def zoomed(self, steps: int, x: float) -> View:
        """Return the view zoomed in by `steps`; the time at `x` stays in place."""
        fixed_ns = self.ns_at(x)
        step = min(_MAX_STEP, max(_MIN_STEP, self.step + steps))
        zoomed = replace(self, step=step)
        return replace(zoomed, left_ns=fixed_ns - round(x / zoomed.px_per_second * SECOND))

    def scrolled(self, pixels: float) -> View:
        """Return the view moved later by `pixels`."""
        return replace(self, left_ns=self.ns_at(pixels))


def pitch_range(
    notes: Iterable[RollNote], previous: tuple[int, int] | None = None
) -> tuple[int, int]:
    """Return the lowest and highest pitch to show: all notes, and at least three octaves.

    The previous range stays while the notes fit into it, so that rows keep their height.
    """
    pitches = [note.pitch for note in notes] or [63]
    low, high = min(pitches), max(pitches)
    if previous is not None and previous[0] <= low and high <= previous[1]:
        return previous
    low, high = max(0, low - _MARGIN_PITCHES), min(127, high + _MARGIN_PITCHES)
    missing = max(0, MIN_PITCHES - (high - low + 1))
    low = min(max(0, low - missing // 2), 128 - MIN_PITCHES)
    return low, max(high, low + MIN_PITCHES - 1)


@dataclass(frozen=True, slots=True)
class GridLine:
    """A line of the grid; a bar line may have a number, counted from 1."""

    time_ns: int
    is_bar: bool
    bar: int | None = None


def grid_lines(view: View, epochs: Sequence[tuple[int, Transport]]) -> Iterator[GridLine]:
    """Yield the grid lines of a view: bars and beats where a transport has bars, else seconds.

    `epochs` are the transports that were in force, each with the time from which it applied.
    """
    end_ns = view.ns_at(view.width)
    held = [(since, line) for since, line in epochs if since < end_ns]
    for index, (since, line) in enumerate(held):
        first = max(view.left_ns, since) if index else view.left_ns
        last = held[index + 1][0] if index + 1 < len(held) else end_ns
        if line.has_bars:
            yield from _beat_lines(view, line, max(first, since), last)
            yield from _second_lines(view, first, min(since, last))
        else:
            yield from _second_lines(view, first, last)
    if not held:
        yield from _second_lines(view, view.left_ns, end_ns)


def _second_lines(view: View, first_ns: int, last_ns: int) -> Iterator[GridLine]:
    apart = next(
        each
        for each in (1, 2, 5, 10, 30)
        if each * view.px_per_second >= _MIN_LINE_PX or each == 30
    )
    for second in range(-(-first_ns // (apart * SECOND)), -(-last_ns // (apart * SECOND))):
        yield GridLine(second * apart * SECOND, is_bar=False)


def _beat_lines(
    view: View, transport: Transport, first_ns: int, last_ns: int
) -> Iterator[GridLine]:
    beat = transport.beat_ticks
    pixels = beat * transport.quarter_ns / TICKS_PER_QUARTER * view.px_per_second / SECOND
    bars_only = pixels < _MIN_LINE_PX
    bar_pixels = pixels * transport.metre.bar_ticks / beat
    every = _line_stride(bar_pixels, 2 * _MIN_LINE_PX)
    numbered = every * _line_stride(every * bar_pixels, _MIN_NUMBER_PX)
    tick = transport.next_grid_line(
        transport.tick_at(first_ns), transport.metre.bar_ticks if bars_only else beat
    )
    while (at_ns := transport.ns_at(tick)) < last_ns:
        place = transport.bar_position(tick)
        if place.position_ticks == 0:
            if place.bar % every == 0:
                number = None if place.bar % numbered else place.bar + 1
                yield GridLine(at_ns, is_bar=True, bar=number)
        elif not bars_only:
            yield GridLine(at_ns, is_bar=False)
        step = transport.metre.bar_ticks if bars_only else beat
        tick = transport.next_grid_line(tick + 1, step)


def _line_stride(spacing_px: float, min_px: float) -> int:
    """Return the least stride of lines, a power of two, that keeps them `min_px` apart."""
    return next((n for n in (1, 2, 4, 8, 16, 32, 64) if n * spacing_px >= min_px), 128)
