"""The part of a score that a continuation depends on: its last notes.

The network reads some thousand tokens, and what is heard of form and key goes back some minutes. A
score may have a million notes, or ten hours of silence, and each note, change and wait is a token.
So a prompt is at most the last `MAX_EVENTS` onsets and changes, within the last `MAX_QUARTERS`.
What still sounds there belongs to it. Nothing moves, so that bars and tempos stay where they are.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from bridge.history.takes import Span, standalone_score
from bridge.midi.notes import TICKS_PER_QUARTER, MetreChange, Note, Score, TempoChange
from bridge.sync.tempo import MetreMap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bridge.midi.instruments import Instrument

MAX_EVENTS = 4096
"""The most onsets and changes of a prompt: about six times what the network's cache holds."""
MAX_QUARTERS = 2000
"""The longest prompt in quarter notes: a quarter of an hour at 120 bpm."""

_Change = TypeVar("_Change", TempoChange, MetreChange)


def first_tick(score: Score) -> int:
    """Return the tick at which the part begins that a continuation depends on; 0 for all."""
    end = score.end_ticks
    onsets = [note.onset_ticks for note in score.notes]
    changes = [each.tick for each in score.tempos] + [each.tick for each in score.metres]
    ticks = sorted([*onsets, *(tick for tick in changes if tick < end)])
    by_number = ticks[-MAX_EVENTS] if len(ticks) >= MAX_EVENTS else 0
    return max(0, by_number, end - MAX_QUARTERS * TICKS_PER_QUARTER)


def prompt_part(score: Score) -> Score:
    """Return the part that a continuation depends on, at its ticks; a second call changes nothing.

    It has the changes at its begin, and the next ones after its end.
    """
    first = first_tick(score)
    if first == 0:
        return score
    return replace(
        score,
        notes=tuple(sorted(_sounding_from(score.notes, first))),
        tempos=_changes_from(score.tempos, first),
        metres=_changes_from(score.metres, first),
        unnamed=tuple(sound for sound in score.unnamed if sound[1] > first)[-MAX_EVENTS:],
    )


def prompt_at_zero(score: Score, span: Span) -> tuple[Score, Span]:
    """Return the part that a continuation over a span depends on, and the span, from a bar line on.

    If the part does not begin at tick 0, both are moved so that the bar line before it is tick 0.
    Notes that sound before its begin begin there.
    """
    first = first_tick(score)
    if first == 0:
        return score, span
    part = prompt_part(score)
    bar = MetreMap(part.metres).bar_line_before(first)
    notes = (replace(note, onset_ticks=max(first, note.onset_ticks)) for note in part.notes)
    return (
        standalone_score(part, Span(bar, span.end), sorted(notes)),
        Span(span.begin - bar, span.end - bar),
    )


def _sounding_from(notes: Iterable[Note], first: int) -> list[Note]:
    """Return the notes that begin at a tick or later; of the earlier ones on a key, one sounds."""
    later: list[Note] = []
    sounding: dict[tuple[Instrument, int], Note] = {}
    for note in notes:
        if note.onset_ticks >= first:
            later.append(note)
        elif note.release_ticks > first:
            key = note.instrument, note.pitch
            same = sounding.get(key, note)
            sounding[key] = Note(
                max(same.onset_ticks, note.onset_ticks),
                *key,
                max(same.release_ticks, note.release_ticks),
                max(same.velocity, note.velocity),
            )
    return [*sounding.values(), *later]


def _changes_from(changes: Sequence[_Change], first: int) -> tuple[_Change, ...]:
    """Return the changes from the one in force at a tick on."""
    ordered = sorted(changes, key=lambda change: change.tick)
    begin = max(0, bisect_right(ordered, first, key=lambda change: change.tick) - 1)
    return tuple(ordered[begin:])
