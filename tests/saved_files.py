"""The MIDI files of other programs in `golden/files`, and their continuations.

`dev/save_midi_files.py` saved the files. They are read here through mido, and not by this project's
reader.
"""

import subprocess
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import mido
import pytest

from tests.daw.session_file import Note, notes_in

FOLDER = Path(__file__).with_name("golden") / "files"
PROMPTS = sorted(FOLDER.glob("*/*.mid"))
BARS = 2
TEXT_CHARSET = "utf-8"


@dataclass(frozen=True, slots=True)
class End:
    """The bar line at or after the last note, and the length of the bar there, in quarters."""

    beat: Fraction
    bar: Fraction


# From the scores, and for what was played from the recording.
ENDS = {
    name: End(Fraction(beat), Fraction(bar))
    for name, beat, bar in [
        ("ardour/drums", 8, 4),
        ("ardour/hands", 12, 4),
        ("ardour/played", 12, 4),
        ("lilypond/metres", 45, 4),
        ("lilypond/orchestra", 8, 4),
        ("lilypond/song", 24, 3),
        ("musescore/orchestra", 8, 4),
        ("musescore/piano", 28, 3),
        ("musescore/song", 19, 3),
    ]
}


def name_of(prompt: Path) -> str:
    """Return program and piece, such as `lilypond/song`."""
    return prompt.relative_to(FOLDER).with_suffix("").as_posix()


of_each_file = pytest.mark.parametrize("prompt", PROMPTS, ids=name_of)


def continued(prompt: Path, folder: Path, *options: str) -> Path:
    """Continue a file by two bars with `antiphon continue`; return the path of the result."""
    path = folder / f"{name_of(prompt).replace('/', '-')}.mid"
    command = "from gui.commands.cli import main; main()"
    asked = ["--bars", str(BARS), "--seed", "1", *options]
    done = subprocess.run(
        [sys.executable, "-c", command, "continue", prompt, "-o", path, *asked],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return path


def tracks_of(path: Path) -> list[list[Note]]:
    """Return the notes of each track of a file, read strictly."""
    file = mido.MidiFile(path, charset=TEXT_CHARSET)
    return [sorted(notes_in(track, file.ticks_per_beat)) for track in file.tracks]
