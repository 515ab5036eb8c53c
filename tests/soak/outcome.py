"""The outcome of a soak, as values: trials of faults, broken invariants, and what was measured."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Trial:
    """A fault that was tried once."""

    fault: str
    at_s: float
    """Seconds from the beginning of the part."""
    end_s: float
    broken: tuple[str, ...] = ()
    """What did not hold; empty if it survived."""
    back_s: float | None = None
    """Seconds until the process was back, if one had ended."""
    music_s: float | None = None
    """Seconds from the end of the fault until a note was heard."""


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that did not hold, apart from what a trial says."""

    at_s: float
    what: str
    after: str
    """The last thing that was done before."""


@dataclass(frozen=True, slots=True)
class Usage:
    """The resources of one process at one time."""

    at_s: float
    role: str
    pid: int
    rss_bytes: int
    descriptors: int
    threads: int
    cpu_percent: float


@dataclass(slots=True)
class Part:
    """One part of a soak: what was done in it, and what was found."""

    # More than 12 attributes: each field is one item of the report.

    name: str
    seed: int
    minutes: float = 0.0
    """Musical minutes."""
    wall_s: float = 0.0
    trials: list[Trial] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    changes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How often each thing was changed."""
    left_out: dict[str, str] = field(default_factory=dict)
    """The faults that cannot be tried here, each with the reason."""
    notes_at_s: list[float] = field(default_factory=list)
    """When each note of Antiphon's was heard."""
    played: int = 0
    """Notes that the player played."""
    late_ms: list[tuple[float, float]] = field(default_factory=list)
    """Seconds from the beginning, and the lateness as sent: of a note, or p99 of two seconds."""
    heard_ms: list[tuple[float, float]] = field(default_factory=list)
    """Seconds from the beginning, and how much later than sent a note was heard."""
    logs: dict[str, str] = field(default_factory=dict)
    """The log of each program in which a trial was lost or an invariant did not hold, by name."""
    usage: list[Usage] = field(default_factory=list)
    figures: dict[str, str] = field(default_factory=dict)

    @property
    def lost(self) -> list[Trial]:
        """The trials in which something did not hold."""
        return [trial for trial in self.trials if trial.broken]

    def during_faults(self, at_s: float, margin_s: float = 2.0) -> bool:
        """Return whether a time is within a fault, or soon after it."""
        return any(trial.at_s <= at_s <= trial.end_s + margin_s for trial in self.trials)
