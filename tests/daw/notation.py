"""MuseScore and LilyPond, run by command without a screen and with settings of their own.

`midi2ly` and `lilypond` come in one package. LilyPond engraves what midi2ly makes of a MIDI file,
and saves it as MIDI again.
"""

import os
import subprocess
import tempfile
from pathlib import Path

MUSESCORE, LILYPOND, MIDI2LY = "mscore3", "lilypond", "midi2ly"
DEBIAN = "musescore3 lilypond"


def save_in_musescore(source: Path, path: Path) -> None:
    """Have MuseScore open a file and save it as another one; the suffixes give the formats."""
    with tempfile.TemporaryDirectory() as home:
        places = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")
        subprocess.run(
            [MUSESCORE, "-o", path, source],
            env=os.environ | dict.fromkeys(places, home) | {"QT_QPA_PLATFORM": "offscreen"},
            capture_output=True,
            check=True,
        )


def save_in_lilypond(source: Path, folder: Path) -> Path:
    """Have LilyPond save a score as MIDI; return the path of the file.

    Where the score asks for a layout, the engraved PDF is beside the file.
    """
    output = folder / source.stem
    subprocess.run([LILYPOND, "--loglevel=ERROR", f"--output={output}", source], check=True)
    return output.with_suffix(".midi")


def convert_by_midi2ly(source: Path, path: Path) -> None:
    """Have midi2ly convert a MIDI file into a score for LilyPond."""
    subprocess.run([MIDI2LY, "--output", path, source], capture_output=True, check=True)
