"""A player for the soak: phrases, chords, pedal, pauses and re-entries, from a seed.

Half of the phrases are excerpts of the demo pieces, the others are invented. A phrase is a list of
messages with seconds from its beginning. It ends with all keys released and the pedal up.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bridge.midi import smf
from bridge.midi.instruments import Instrument
from bridge.sync.tempo import TempoMap
from bridge.system.units import SECOND

if TYPE_CHECKING:
    from random import Random

DEMOS = Path(__file__).parents[2] / "assets" / "demo"
SUSTAIN = 64
RESTS_S = (0.25, 0.6, 1.2, 2.0, 3.0, 4.5, 7.0)
"""The pauses between phrases. After the short ones the player comes back in during an answer."""
_LONGEST_S = 4.0

Timed = tuple[float, bytes]


class PhraseWriter:
    """Writes one phrase after another."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._pieces = [_piece(path) for path in sorted(DEMOS.glob("*.mid"))]
        self._pitch = 60

    def phrase(self) -> list[Timed]:
        """Return the messages of a phrase, in order of time."""
        kinds = (self._excerpt, self._excerpt, self._run, self._chords, self._pedalled, self._held)
        return sorted(self._random.choice(kinds)(), key=lambda timed: timed[0])

    def short_phrase(self) -> list[Timed]:
        """Return a phrase of a second or so, after which an answer is due."""
        return sorted(self._run(6), key=lambda timed: timed[0])

    def rest_s(self) -> float:
        """Return how long the player pauses before the next phrase."""
        return self._random.choice(RESTS_S)

    def _excerpt(self) -> list[Timed]:
        piece = self._random.choice(self._pieces)
        first = self._random.randrange(max(1, len(piece) - 24))
        notes = piece[first : first + self._random.randrange(4, 25)]
        begin_s = notes[0][0]
        messages: list[Timed] = []
        for onset_s, end_s, pitch, velocity in notes:
            if onset_s - begin_s < _LONGEST_S:
                last_s = min(end_s - begin_s, _LONGEST_S + 0.5)
                messages += _note(onset_s - begin_s, last_s, pitch, velocity)
        return messages

    def _run(self, count: int = 0) -> list[Timed]:
        step_s = self._random.choice((0.1, 0.15, 0.2, 0.25))
        messages: list[Timed] = []
        for index in range(count or self._random.randrange(3, 16)):
            at_s = index * step_s + self._random.uniform(0, 0.02)
            messages += _note(at_s, at_s + step_s * 0.9, self._next_pitch(), self._velocity())
        return messages

    def _chords(self) -> list[Timed]:
        messages: list[Timed] = []
        for index in range(self._random.randrange(2, 6)):
            root, at_s = self._next_pitch(), index * 0.5
            for step in (0, 4, 7)[: self._random.randrange(2, 4)]:
                onset_s = at_s + self._random.uniform(0, 0.02)
                messages += _note(onset_s, at_s + 0.45, root + step, self._velocity())
        return messages

    def _pedalled(self) -> list[Timed]:
        messages = self._run()
        last_s = max(at_s for at_s, _ in messages)
        return [(0.05, _pedal(127)), *messages, (last_s + 0.2, _pedal(0))]

    def _held(self) -> list[Timed]:
        return _note(0.0, self._random.uniform(1, 3), self._next_pitch(), self._velocity())

    def _next_pitch(self) -> int:
        self._pitch = min(88, max(40, self._pitch + self._random.randrange(-7, 8)))
        return self._pitch

    def _velocity(self) -> int:
        return self._random.randrange(40, 115)


def _note(onset_s: float, end_s: float, pitch: int, velocity: int) -> list[Timed]:
    return [
        (onset_s, bytes((0x90, pitch, velocity))),
        (max(onset_s + 0.02, end_s), bytes((0x80, pitch, 64))),
    ]


def _pedal(value: int) -> bytes:
    return bytes((0xB0, SUSTAIN, value))


def _piece(path: Path) -> list[tuple[float, float, int, int]]:
    """Return onset, end, pitch and velocity of the notes of a piece, drums left out."""
    score = smf.read(path).score
    tempo = TempoMap(score.tempos)
    return [
        (
            tempo.ns_at(note.onset_ticks) / SECOND,
            tempo.ns_at(note.release_ticks) / SECOND,
            note.pitch,
            note.velocity,
        )
        for note in score.notes
        if note.instrument is not Instrument.DRUMS
    ]
