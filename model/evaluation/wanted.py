"""What is wanted of the figures of continuations, in relation to the true continuations.

A range is of the mean over pieces. Where music that a musician would accept can lie on either side
of the truth, the range has two ends; where only one side is a fault, it has one.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Range:
    """The values from `low` to `high`, both included."""

    low: float = -inf
    high: float = inf

    def __contains__(self, value: float) -> bool:
        """Return whether a value lies in the range; NaN does not."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        """Return the range in words of a table."""
        if self.low == -inf:
            return f"≤ {self.high:.3g}"
        return f"≥ {self.low:.3g}" if self.high == inf else f"{self.low:.3g} to {self.high:.3g}"


@dataclass(frozen=True, slots=True)
class _Factor:
    low: float = -inf
    high: float = inf

    def range(self, truth: float) -> Range:
        return Range(self.low * truth, self.high * truth)


@dataclass(frozen=True, slots=True)
class _Difference:
    low: float = -inf
    high: float = inf

    def range(self, truth: float) -> Range:
        return Range(truth + self.low, truth + self.high)


_WANTED: Mapping[str, _Factor | _Difference | Range] = {
    "notes": _Factor(0.85, 1.15),
    "drums notes": _Factor(0.85, 1.15),
    "bass notes": _Factor(0.85, 1.15),
    "in key": _Difference(-0.02, 0.02),
    "clash": _Factor(high=1.1),
    "polyphony": _Factor(0.85, 1.15),
    "next half bar": Range(high=0.8),
    "chroma 4": _Difference(-0.03),
    "bass 4": Range(0.45),
    "chroma 8": _Difference(-0.03),
    "bass 8": Range(0.45),
    "longest": _Factor(0.85, 1.15),
    "on grid": _Difference(-0.05, 0.05),
    "pitch entropy": _Factor(0.9, 1.1),
    "interval entropy": _Factor(0.9, 1.1),
}


def wanted_range(figure: str, truth: float) -> Range | None:
    """Return the wanted range of a figure whose true value is `truth`; None if there is none."""
    wanted = _WANTED.get(figure)
    if wanted is None or isinstance(wanted, Range):
        return wanted
    return wanted.range(truth)
