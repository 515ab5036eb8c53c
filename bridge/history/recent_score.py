"""What was played lately, as a score to go on from.

A record holds what both have played. To go on from it is to go on from where the player stopped
last: the answer that followed then is one way of going on, and others are wanted. Everything before
belongs to it, the earlier answers too, back to the last long silence.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.history.record import Record, build_score
from bridge.midi.notes import Score

if TYPE_CHECKING:
    from bridge.messages.snapshot import RollNote

SILENCE_NS = 4_000_000_000
"""After a silence so long, what is played is something else."""


def recent_score(record: Record) -> Score:
    """Return what was played up to the player's last note, since the last long silence."""
    notes = _since_last_silence(_until_last_player_note(record.notes))
    heard = Record(notes, record.transports)
    parts = [build_score(heard, answered=answered) for answered in (False, True)]
    both = tuple(sorted(parts[0].notes + parts[1].notes))
    return replace(parts[0], notes=both, grid=_has_grid(heard))


def _until_last_player_note(notes: tuple[RollNote, ...]) -> tuple[RollNote, ...]:
    last_ns = max((n.onset_ns for n in notes if not n.answered), default=None)
    if last_ns is None:
        return notes
    return tuple(note for note in notes if note.onset_ns <= last_ns)


def _since_last_silence(notes: tuple[RollNote, ...]) -> tuple[RollNote, ...]:
    ordered = sorted(notes, key=lambda note: note.onset_ns)
    first, sounds_until_ns = 0, None
    for index, note in enumerate(ordered):
        if sounds_until_ns is not None and note.onset_ns - sounds_until_ns >= SILENCE_NS:
            first = index
        end_ns = note.onset_ns if note.release_ns is None else note.release_ns
        sounds_until_ns = max(end_ns, sounds_until_ns or end_ns)
    return tuple(ordered[first:])


def _has_grid(record: Record) -> bool:
    """Return whether somebody kept the beat when it began."""
    if not record.notes:
        return True
    begin_ns = record.notes[0].onset_ns
    held = [line for since, line in record.transports if since <= begin_ns]
    held = held[-1:] or [line for _, line in record.transports[:1]]
    return any(line.has_bars for line in held)
