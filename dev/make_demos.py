# ruff: noqa: E501, ISC004 - a line of music is easiest to read as one line
"""Write the demo phrases in assets/demo from the notes below.

Each is the opening of a piece in the public domain, or was composed for Antiphon. A line is a
voice: pitch, length in quarter notes, pitch, length ...; `r` is a rest, `+` joins the pitches of a
chord. Velocities rise and fall a little over each bar, as a player's do.
"""

import math
from pathlib import Path

from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange, Note, Score, TempoChange
from bridge.midi.smf import score_bytes
from model.tokens.vocabulary import pitch_named

PIECES = {
    # F. Chopin, Nocturne op. 9 no. 2 (1832), the first phrase.
    "nocturne": (
        63, (12, 8), Instrument.PIANO,
        [
            "A#4 .5 G5 2 F5 .5 G5 .5 F5 1.5 D#5 1 A#4 .5 G5 1 C5 .5 C6 1 G5 .5 A#5 1.5 G#5 1 G5 .5",
            "r .5 D#2 .5 A#3+D#4+G4 .5 A#3+D#4+G4 .5 D#2 .5 A#3+D#4+G#4 .5 A#3+D#4+G#4 .5 D#2 .5 A#3+D#4+G4 .5 "
            "A#3+D#4+G4 .5 D#2 .5 A#3+D#4+G4 .5 C#4+D#4+A#4 .5 C3 .5 G3+E4+A#4 .5 C4+E4+A#4 .5 F2 .5 C4+G#4 .5 C4+G#4 .5 "
            "F2 .5 C4+G#4 .5 C4+G#4 .5",
        ],
    ),
    # C. Petzold, Minuet in G (before 1725), from the Notebook for Anna Magdalena Bach.
    "minuet": (
        120, (3, 4), Instrument.PIANO,
        [
            "D5 1 G4 .5 A4 .5 B4 .5 C5 .5 D5 1 G4 1 G4 1 E5 1 C5 .5 D5 .5 E5 .5 F#5 .5 G5 1 G4 1 G4 1",
            "G3+B3+D4 2 A3 1 B3 3 C4 3 B3 3",
        ],
    ),
    # J. S. Bach, Prelude in C, BWV 846 (1722), the first four bars.
    "prelude": (
        66, (4, 4), Instrument.PIANO,
        [
            " ".join(
                " ".join(f"r .5 {' '.join(f'{p} .25' for p in (c, d, e, c, d, e))}" for _ in range(2))
                for c, d, e in (("G4", "C5", "E5"), ("A4", "D5", "F5"), ("G4", "D5", "F5"), ("G4", "C5", "E5"))
            ),
            "C4 2 C4 2 C4 2 C4 2 B3 2 B3 2 C4 2 C4 2",
            "r .25 E4 1.75 r .25 E4 1.75 r .25 D4 1.75 r .25 D4 1.75 r .25 D4 1.75 r .25 D4 1.75 r .25 E4 1.75 r .25 E4 1.75",
        ],
    ),
    # Composed for Antiphon: a blues lick over a walking left hand.
    "blues": (
        112, (4, 4), Instrument.PIANO,
        [
            "r .5 G4 .5 A#4 .5 C5 .5 D#5 .5 C5 .5 A#4 .5 G4 .5 C5 1.5 A#4 .5 G4 .5 F4 .5 D#4 .5 C4 .5 "
            "r .5 C5 .5 D#5 .5 F5 .5 F#5 .5 F5 .5 D#5 .5 C5 .5 A#4 .5 G4 .5 A#4 .5 C5 2.5",
            "C3 1 E3 1 G3 1 A3 1 A#3 1 A3 1 G3 1 E3 1 F3 1 A3 1 C4 1 D4 1 C3 1 E3 1 G3 1 G#3 1",
        ],
    ),
}  # fmt: skip


def voice(line: str, instrument: Instrument, bar_quarters: float) -> list[Note]:
    """Return the notes of a line."""
    notes, at = [], 0.0
    words = line.split()
    for pitches, length in zip(words[::2], words[1::2], strict=True):
        quarters = float(length)
        swell = round(10 * math.sin(math.pi * (at % bar_quarters) / bar_quarters))
        for name in pitches.split("+") if pitches != "r" else []:
            onset, release = round(48 * at), round(48 * (at + 0.95 * quarters))
            notes.append(Note(onset, instrument, pitch_named(name), release, 66 + swell))
        at += quarters
    return notes


def main() -> None:
    """Write all demo phrases."""
    folder = Path(__file__).parent.parent / "assets" / "demo"
    folder.mkdir(exist_ok=True)
    for name, (bpm, (count, unit), instrument, lines) in PIECES.items():
        notes = [note for line in lines for note in voice(line, instrument, 4 * count / unit)]
        score = Score(tuple(sorted(notes)), (TempoChange(0, bpm),), (MetreChange(0, count, unit),))
        content = score_bytes(score, f"Antiphon demo phrase: {name}")
        (folder / f"{name}.mid").write_bytes(content)
        print(f"{name}: {len(notes)} notes, {score.end_ticks / 48:.1f} quarters")


if __name__ == "__main__":
    main()
