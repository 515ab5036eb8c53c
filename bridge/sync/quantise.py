"""Quantising: move onsets towards a grid.

Grid lines have a fixed distance in ticks. A note moves to the nearest line, or with a strength
below 1 by a part of the way, and keeps its length. *Swing* moves every second line later, as a
share of the pair that it divides: 1/2 is straight, 2/3 is a triplet's shuffle. Lines are counted
from the bar line, so they fit any metre.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from bridge.midi.notes import TICKS_PER_QUARTER
from bridge.setting import spec_of, validate
from bridge.sync.tempo import BarPosition
from bridge.sync.transport import Transport

_ANYWHERE = range(-(1 << 48), 1 << 48)


class GridStep(enum.Enum):
    """The distance of grid lines; the value is the word on the command line."""

    OFF = "off"
    SIXTEENTH = "1/16"
    EIGHTH = "1/8"
    TRIPLET = "triplet"

    @property
    def ticks(self) -> int:
        """The ticks between two lines; a triplet is a third of a quarter note."""
        return _TICKS[self]


_TICKS = {
    GridStep.OFF: 1,
    GridStep.SIXTEENTH: TICKS_PER_QUARTER // 4,
    GridStep.EIGHTH: TICKS_PER_QUARTER // 2,
    GridStep.TRIPLET: TICKS_PER_QUARTER // 3,
}


@dataclass(frozen=True, slots=True)
class Quantise:
    """The grid, the strength and the swing.

    Raises:
        bridge.setting.SettingError: a value has a wrong type or is out of range.

    """

    step: GridStep = field(
        default=GridStep.OFF,
        metadata=spec_of("The grid to which Antiphon moves its notes if there is a beat."),
    )
    strength: float = field(
        default=1.0,
        metadata=spec_of(
            "How far Antiphon moves its notes towards the grid: 1 is all the way.",
            0,
            1,
            step=0.1,
            decimals=2,
        ),
    )
    swing: float = field(
        default=0.5,
        metadata=spec_of(
            "0.5 is straight, 0.67 a shuffle.", 0.5, 0.75, step=0.01, decimals=2, knob=(0.5, 0.75)
        ),
    )

    def __post_init__(self) -> None:
        validate(self)

    def quantised_tick(self, tick: int, transport: Transport, within: range = _ANYWHERE) -> int:
        """Return the tick to which a note at `tick` moves.

        If the nearest line would move it out of `within`, the next nearest is used. If no line is
        possible, the note does not move.
        """
        if self.step is GridStep.OFF or not transport.has_bars:
            return tick
        place = transport.bar_position(tick)
        distances = (line - place.position_ticks for line in self._grid_lines(place))
        moved = (tick + round(self.strength * each) for each in sorted(distances, key=abs))
        return next((at for at in moved if at in within), tick)

    def max_shift_ticks(self, transport: Transport) -> int:
        """Return by how many ticks a note may move to the nearest line."""
        if self.step is GridStep.OFF or not transport.has_bars:
            return 0
        widest = self.step.ticks + self._swing_ticks
        return -(-widest // 2)

    @property
    def _swing_ticks(self) -> int:
        """The ticks by which every second line is late."""
        if self.step in (GridStep.OFF, GridStep.TRIPLET):
            return 0
        return round((2 * self.swing - 1) * self.step.ticks)

    def _grid_lines(self, position: BarPosition) -> list[int]:
        """Return the lines around a position in the bar, and the first of the next bar."""
        ticks = self.step.ticks
        first = max(0, position.position_ticks // ticks - 1)
        numbers = range(first, first + 4)
        lines = [n * ticks + (self._swing_ticks if n % 2 else 0) for n in numbers]
        return [line for line in lines if line < position.bar_ticks] + [position.bar_ticks]
