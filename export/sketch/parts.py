"""The parts of a score: which notes are its melody, its bass and its harmony.

The melody is found by the skyline: of the notes that begin together, the highest is heard as the
melody. It is taken from the instrument that is most often on top. The bass is the lowest line, of
the instrument that is most often at the bottom. The harmony is what is neither.

A note is no part of the skyline while a higher note of the instrument sounds, nor of the bass line
while a lower one does.

Source: Uitdenbogerd and Zobel, Manipulation of music for melody matching, 1998.
"""

from __future__ import annotations

import enum
from collections import Counter
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bridge.midi.notes import Note

_OVERLAP_TICKS = TICKS_PER_QUARTER // 8
"""Legato notes overlap this much; a note that sounds no longer does not hide the next."""
_ONSET = attrgetter("onset_ticks")


class Part(enum.Enum):
    """A part that can be kept; the value is the word on the command line."""

    MELODY = "melody"
    HARMONY = "harmony"
    BASS = "bass"


def notes_of(part: Part, notes: Sequence[Note]) -> list[Note]:
    """Return the notes of a part, of notes in order of onset."""
    pitched = [note for note in notes if note.instrument is not Instrument.DRUMS]
    match part:
        case Part.MELODY:
            return _outer_line(pitched, 1)
        case Part.BASS:
            return _outer_line(pitched, -1)
        case Part.HARMONY:
            outer = {*_outer_line(pitched, 1), *_outer_line(pitched, -1)}
            return [note for note in pitched if note not in outer]


def _outer_line(notes: Sequence[Note], direction: int) -> list[Note]:
    """Return the highest line (direction 1) or the lowest one (-1)."""

    def height(note: Note) -> int:
        return direction * note.pitch

    outer = Counter(note.instrument for note in _line(notes, height))
    if not outer:
        return []
    instrument = max(sorted(outer), key=lambda kind: outer[kind])
    return _line([note for note in notes if note.instrument is instrument], height)


def _line(notes: Iterable[Note], height: Callable[[Note], int]) -> list[Note]:
    """Return the outermost note of each onset, unless one further out sounds on."""
    line: list[Note] = []
    for onset, together in groupby(notes, key=_ONSET):
        top = max(together, key=height)
        last = line[-1] if line else None
        is_hidden = (
            last is not None
            and height(last) > height(top)
            and last.release_ticks > onset + _OVERLAP_TICKS
        )
        if not is_hidden:
            line.append(top)
    return line
