"""Accompanying a held-out band: the player has all parts but bass and drums, we play those.

The figures compare what has been played beside the player's parts with the true bass and drums:

    drums, bass    onsets a bar
    bars           share of bars with a bass note
    clash          share of bass notes a semitone or a major seventh from what the player holds
    first bar      the first bar from which two bars in a row have drums and bass
    survives       share of the planned notes that were played, not replaced by a later plan
    plans          plans a bar
    surprises      plans a bar that a surprise has caused
    reaction       share of the surprises after which, a beat later, the bass does not clash
    stuck          our notes that never end
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.events import NoteOff, NoteOn, ProgramChange
from bridge.midi.instruments import Instrument
from bridge.midi.notes import TICKS_PER_QUARTER, Note, Score
from model.decoding.heard.clashes import CLASHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from bridge.messages.snapshot import LogEntry, RollNote
    from bridge.sync.transport import Transport

PlayerEvent = NoteOn | NoteOff | ProgramChange
OURS = (Instrument.BASS, Instrument.DRUMS)
_SETTLED_TICKS = TICKS_PER_QUARTER // 8
"""After this time the notes of a chord have all begun."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A held-out band: what the player plays, and the bass and drums that belong to it."""

    name: str
    score: Score
    """From tick 0, in one tempo and one metre."""
    bars: int

    @property
    def bar_ticks(self) -> int:
        """The length of a bar."""
        return self.score.metres[0].bar_ticks

    @property
    def player_notes(self) -> list[Note]:
        """The notes of the player."""
        return [note for note in self.score.notes if note.instrument not in OURS]

    @property
    def true_notes(self) -> list[Note]:
        """The bass and the drums of the piece."""
        return [note for note in self.score.notes if note.instrument in OURS]

    def player_events(self) -> list[tuple[int, int, PlayerEvent]]:
        """Return tick, order within the tick, and MIDI event of all that the player plays."""
        events: list[tuple[int, int, PlayerEvent]] = [
            (0, 0, ProgramChange(kind.spec.channel, kind.spec.program))
            for kind in {note.instrument for note in self.player_notes}
        ]
        for note in self.player_notes:
            channel = note.instrument.spec.channel
            events.append((note.onset_ticks, 2, NoteOn(channel, note.pitch, note.velocity)))
            events.append((note.release_ticks, 1, NoteOff(channel, note.pitch)))
        return sorted(events, key=lambda event: event[:2])


@dataclass(frozen=True, slots=True)
class Accompaniment:
    """What Antiphon has played with a piece, and when it planned."""

    notes: list[Note]
    stuck: int
    replaced: int
    """Planned notes that a later plan has replaced."""
    surprise_ticks: list[int]
    plans: int

    @classmethod
    def of(
        cls, shown: Iterable[RollNote], log: Sequence[LogEntry], transport: Transport
    ) -> Accompaniment:
        """Return the accompaniment that a session shows and logs."""
        notes, stuck = [], 0
        for note in shown:
            if not note.answered:
                continue
            stuck += note.release_ns is None
            onset, release_ns = transport.tick_at(note.onset_ns), note.release_ns or note.onset_ns
            release = max(onset + 1, transport.tick_at(release_ns))
            notes.append(Note(onset, note.instrument, note.pitch, release, note.velocity))
        plans = [entry for entry in log if entry.event == "replan"]
        surprises = [transport.tick_at(e.time_ns) for e in plans if e.text == "surprise"]
        replaced = sum(entry.value or 0 for entry in log if entry.event == "replaced")
        return cls(sorted(notes), stuck, replaced, surprises, len(plans))


def figures(piece: Piece, made: Accompaniment) -> dict[str, float]:
    """Return the figures of an accompaniment, and those of the true parts as `true NAME`."""
    ours = [note for note in made.notes if note.onset_ticks < piece.bars * piece.bar_ticks]
    found = {
        "survives": len(made.notes) / max(1, len(made.notes) + made.replaced),
        "plans": made.plans / piece.bars,
        "surprises": len(made.surprise_ticks) / piece.bars,
        "stuck": float(made.stuck),
    }
    for prefix, notes in (("", ours), ("true ", piece.true_notes)):
        for kind in OURS:
            found[f"{prefix}{kind.label}"] = _per_bar(piece, notes, kind).sum() / piece.bars
        found[f"{prefix}bars"] = float((_per_bar(piece, notes, Instrument.BASS) > 0).mean())
        found[f"{prefix}clash"] = _clash(piece.player_notes, notes)
        found[f"{prefix}first bar"] = _first_bar(piece, notes)
        found[f"{prefix}reaction"] = _reaction(piece, notes, made.surprise_ticks)
    return found


def _per_bar(piece: Piece, notes: Iterable[Note], kind: Instrument) -> NDArray[np.int64]:
    bars = [n.onset_ticks // piece.bar_ticks for n in notes if n.instrument is kind]
    return np.bincount([bar for bar in bars if bar < piece.bars], minlength=piece.bars)


def _sounding(notes: Iterable[Note], tick: int) -> list[int]:
    return [
        note.pitch
        for note in notes
        if note.onset_ticks <= tick < note.release_ticks and note.instrument is not Instrument.DRUMS
    ]


def _do_clash(pitch: int, others: Iterable[int]) -> bool:
    return any(abs(pitch - other) % 12 in CLASHING for other in others)


def _clash(player: Sequence[Note], notes: Iterable[Note]) -> float:
    """Return the share of bass notes that clash, a 32nd note after their onset."""
    bass = [note for note in notes if note.instrument is Instrument.BASS]
    return _mean(
        [_do_clash(n.pitch, _sounding(player, n.onset_ticks + _SETTLED_TICKS)) for n in bass]
    )


def _first_bar(piece: Piece, notes: Sequence[Note]) -> float:
    """Return the first bar, from 1, from which two bars in a row have bass and drums."""
    play = np.all([_per_bar(piece, notes, kind) > 0 for kind in OURS], axis=0)
    both = np.flatnonzero(play[1:] & play[:-1])
    return float(both[0] + 1) if len(both) else float("nan")


def _reaction(piece: Piece, notes: Sequence[Note], surprises: Iterable[int]) -> float:
    """Return the share of surprises a beat after which the bass does not clash."""
    player, found = piece.player_notes, []
    for tick in surprises:
        later = tick + TICKS_PER_QUARTER
        bass = _sounding([n for n in notes if n.instrument is Instrument.BASS], later)
        found.append(not any(_do_clash(pitch, _sounding(player, later)) for pitch in bass))
    return _mean(found)


def _mean(values: Sequence[float] | Sequence[bool]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
