"""The roll as a picture: positions of notes; neither a screen nor an application is needed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage

from bridge.messages.snapshot import RollNote
from bridge.midi.instruments import Instrument
from bridge.system.output_file import OutputError, OutputFault, RefusedOutput
from gui.commands.pictures.roll_png import ANSWERED_COLOUR, PLAYED_COLOUR, draw_roll

SECOND = 1_000_000_000


def note(pitch: int, onset_s: int, *, answered: bool) -> RollNote:
    return RollNote(
        Instrument.PIANO, pitch, 127, onset_s * SECOND, (onset_s + 1) * SECOND, answered
    )


def places(picture: QImage, hue: str) -> list[tuple[int, int]]:
    """Return the pixels of a hue below the heading."""
    wanted = QColor(hue).rgb()
    return [
        (x, y)
        for x in range(picture.width())
        for y in range(41, picture.height())
        if picture.pixel(x, y) == wanted
    ]


def test_time_runs_to_the_right_and_pitch_upwards(tmp_path: Path) -> None:
    path = tmp_path / "roll.png"
    draw_roll([note(48, 7, answered=False), note(72, 8, answered=True)], path, "title")
    picture = QImage(str(path))
    played, answered = places(picture, PLAYED_COLOUR), places(picture, ANSWERED_COLOUR)
    assert len(played) > 100
    assert len(answered) > 100
    assert max(x for x, _ in played) < min(x for x, _ in answered)
    assert min(y for _, y in played) > max(y for _, y in answered)


def test_a_soft_note_is_less_opaque(tmp_path: Path) -> None:
    path = tmp_path / "roll.png"
    draw_roll([RollNote(Instrument.PIANO, 60, 1, 0, SECOND)], path, "title")
    assert places(QImage(str(path)), PLAYED_COLOUR) == []


def test_an_empty_roll_is_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "without-suffix"
    draw_roll([], path, "title")
    assert path.read_bytes().startswith(b"\x89PNG")


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "roll.png"
    with pytest.raises(OutputError) as refusal:
        draw_roll([], path, "title")
    assert refusal.value.reason == RefusedOutput(path, OutputFault.NO_FOLDER)


def test_neither_screen_nor_application_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "roll.png"
    twice = (
        "import sys; from pathlib import Path; "
        "from gui.commands.pictures.roll_png import draw_roll; "
        "draw_roll([], Path(sys.argv[1]), 'one'); draw_roll([], Path(sys.argv[1]), 'two')"
    )
    bare = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "QT_QPA_PLATFORM"}}
    done = subprocess.run(
        [sys.executable, "-c", twice, path], env=bare, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert path.exists()
