"""What the benchmark and the process of its rivals say to each other (`export.rivals`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

RivalName = Literal["torch, static cache", "concatenated cache", "concatenated cache, eight bits"]
WARM_UP_NS = 10_000_000
"""Everyone runs for so long before anything is measured: who has waited for the others is slow."""
RIVAL_NAMES: tuple[RivalName, ...] = get_args(RivalName)


@dataclass(frozen=True, slots=True)
class RaceRequest:
    """Run so many steps of one token after so many that are cached."""

    name: RivalName
    cached: int
    steps: int


@dataclass(frozen=True, slots=True)
class RaceTimes:
    """How long each step took, in nanoseconds."""

    steps_ns: tuple[int, ...]
