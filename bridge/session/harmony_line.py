"""The key and the line of chords that the window shows while Antiphon plays.

The composer reports the chords of some bars at a time. Those of bars that are over stay, so that
the line moves on without a gap. A chord that goes on from one report to the next is one chord.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bridge.messages.snapshot import RollChord

if TYPE_CHECKING:
    from bridge.messages.harmony import ExpectedChord, HeardHarmony, HeardKey
    from bridge.sync.transport import Transport

_KEPT = 64


@dataclass(slots=True)
class HarmonyLine:
    """What the composer has reported of the harmony. Ticks are the transport's."""

    key: HeardKey | None = None
    chords: tuple[ExpectedChord, ...] = ()

    def add(self, heard: HeardHarmony, composer_offset: int) -> None:
        """Take in a report, which is in the composer's ticks."""
        self.key, begin = heard.key, heard.begin_tick - composer_offset
        before = [
            replace(chord, end_tick=min(chord.end_tick, begin))
            for chord in self.chords
            if chord.begin_tick < begin
        ]
        new = [
            replace(
                chord,
                begin_tick=max(begin, chord.begin_tick - composer_offset),
                end_tick=chord.end_tick - composer_offset,
            )
            for chord in heard.chords
        ]
        if before and new and _goes_on(before[-1], new[0]):
            new[0] = replace(new[0], begin_tick=before.pop().begin_tick)
        self.chords = (*before, *new)[-_KEPT:]

    def shown(self, transport: Transport) -> tuple[RollChord, ...]:
        """Return the chords at their times."""
        return tuple(
            RollChord(
                chord.name, transport.ns_at(chord.begin_tick), transport.ns_at(chord.end_tick)
            )
            for chord in self.chords
        )


def _goes_on(chord: ExpectedChord, following: ExpectedChord) -> bool:
    return (chord.name, chord.end_tick) == (following.name, following.begin_tick)
