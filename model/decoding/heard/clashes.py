"""Clashes in free time: how long they last in the music, and which note gives way.

In free time a line overlaps a little: a note ends some ticks after the next one begins. In solos of
the validation split, half of the overlaps of two notes a semitone apart, or a semitone and an
octave, last at most 2 ticks, and three quarters at most 5. The network begins the next note in the
expectation that the former one ends at once. If that release is not drawn, the note sounds on: in
continuations half of the overlaps lasted 24 ticks or more. So, where the music has only short
clashes, a note ends before one of its instrument that it clashes with begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.decoding.heard.durations import Durations
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CLASHING = frozenset((1, 11))
"""The intervals in semitones, within an octave, of two pitch classes that clash."""
STEPS = (-13, -11, -1, 1, 11, 13)
"""Semitones between two notes that clash."""
_MEAN_TICKS = 12.0
_LONG_TICKS = 12
"""A clash that lasts longer is heard as one."""


class ClashLog:
    """The durations of the last clashes."""

    __slots__ = ("_durations",)

    def __init__(self) -> None:
        self._durations = Durations(_MEAN_TICKS)

    def copy(self) -> ClashLog:
        """Return an independent copy."""
        other = ClashLog()
        other._durations = self._durations
        return other

    def note_off(self, onsets: Mapping[int, int], note_off: int, tick: int) -> None:
        """Record the end of a note; `onsets` has the onset of each sounding note by note-off."""
        for other in clashing(onsets, note_off):
            clashed = tick - max(onsets[note_off], onsets[other])
            self._durations = self._durations.with_duration(clashed)

    def share_of_long(self) -> float:
        """Return the share of clashes that last longer than a 16th note."""
        return self._durations.survival(_LONG_TICKS)


def clashing(note_offs: Iterable[int], event: int) -> list[int]:
    """Return those of some note-off tokens whose notes clash with that of an event."""
    pitch = int(v.EVENT_PITCH[event])
    return [other for other in note_offs if int(v.EVENT_PITCH[other]) - pitch in STEPS]


def gives_way(ages: Mapping[int, int], onset: int) -> int | None:
    """Return the release of an earlier note that clashes with an onset of its instrument.

    `ages` has the ticks for which each note of ours has sounded, by its note-off.
    """
    for event in clashing(sorted(ages), onset):
        if ages[event] > 0 and v.EVENT_INSTRUMENT[event] == v.EVENT_INSTRUMENT[onset]:
            return event
    return None
