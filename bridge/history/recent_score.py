"""The score of the recent music, for the composer to continue.

A record holds the notes of the player and of Antiphon. The score ends with the player's last note:
the response that followed is one continuation, and other ones are wanted. Everything before that
note is included, earlier responses too, back to the last long silence.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.history.record import Record, build_score
from bridge.midi.notes import Score

if TYPE_CHECKING:
    from bridge.messages.snapshot import RollNote

SILENCE_NS = 4_000_000_000
"""Music after a silence of this length is a new piece."""
CONTEXT_NS, MAX_CONTEXT_NOTES = 120_000_000_000, 400
"""What is read before a session goes on: about as much as the network remembers."""


def recent_score(record: Record) -> Score:
    """Return the score from the last long silence to the player's last note."""
    notes = _since_last_silence(_until_last_player_note(record.notes))
    return _score_of_both(Record(notes, record.transports))


def context_score(record: Record) -> Score:
    """Return the score of the last minutes, of both, which a session that goes on continues."""
    notes = record.last(CONTEXT_NS).notes[-MAX_CONTEXT_NOTES:]
    return _score_of_both(Record(notes, record.transports))


def _score_of_both(recent: Record) -> Score:
    """Return one score of the player's notes and Antiphon's."""
    parts = [build_score(recent, answered=answered) for answered in (False, True)]
    both = tuple(sorted(parts[0].notes + parts[1].notes))
    return replace(parts[0], notes=both, grid=_has_grid(recent))


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
    """Return whether there was a beat when the record began."""
    if not record.notes:
        return True
    begin_ns = record.notes[0].onset_ns
    before = [transport for since, transport in record.transports if since <= begin_ns]
    first = before[-1:] or [transport for _, transport in record.transports[:1]]
    return any(transport.has_bars for transport in first)
