"""What a take has in common with a piece of the training corpus, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.midi.instruments import Instrument


@dataclass(frozen=True, slots=True)
class Run:
    """Successive notes of one instrument as a training piece has them, in any key."""

    notes: int
    """At least so many notes: both ends are known to a few notes only."""
    title: str
    """The name of the piece."""
    instrument: Instrument
    begin_ticks: int
    """The onset of the first note."""
    end_ticks: int
    """The onset of the last note."""
