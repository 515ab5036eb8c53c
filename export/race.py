"""The messages between the benchmark and the process of its rivals (`export.rivals`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

RivalName = Literal["torch, static cache", "concatenated cache", "concatenated cache, eight bits"]
WARM_UP_NS = 10_000_000
"""Each contestant runs this long before it is measured, since a process that has waited is slow."""
RIVAL_NAMES: tuple[RivalName, ...] = get_args(RivalName)


@dataclass(frozen=True, slots=True)
class RaceRequest:
    """Run `steps` steps of one token each, after `cached` tokens."""

    name: RivalName
    cached: int
    steps: int


@dataclass(frozen=True, slots=True)
class RaceTimes:
    """The duration of each step, in nanoseconds."""

    steps_ns: tuple[int, ...]
