"""What the composer has heard of the harmony: the key, and the chords that come next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeardKey:
    """The key of the music, as an estimate."""

    tonic: str
    """The name of a note, such as `Eb`."""
    is_minor: bool
    fit: float
    """How well the music fits the key: a correlation, at most 1."""


@dataclass(frozen=True, slots=True)
class ExpectedChord:
    """A chord that the form leads one to expect, from a tick to a tick."""

    name: str
    begin_tick: int
    end_tick: int


@dataclass(frozen=True, slots=True)
class HeardHarmony:
    """The key and the expected chords of some bars; without a form there are no chords.

    The chords replace those of earlier messages from `begin_tick` on.
    """

    begin_tick: int
    key: HeardKey | None = None
    chords: tuple[ExpectedChord, ...] = ()
