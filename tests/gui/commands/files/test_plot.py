"""`antiphon plot`: a picture with a hue for Antiphon's notes and a line for each bar."""

from itertools import pairwise
from pathlib import Path

import mido
import pytest
from PySide6.QtGui import QColor, QImage
from typer.testing import CliRunner

from assets import DEMO_PHRASES
from gui.commands.cli import app

MINUET, TAKE = DEMO_PHRASES / "minuet.mid", DEMO_PHRASES / "takes" / "jazz-trio-jazz-1.mid"


def plot(*words: str | Path) -> tuple[int, str]:
    command = ["plot", *map(str, words)]
    found = CliRunner().invoke(app, command, catch_exceptions=False)
    return found.exit_code, found.output


def columns(path: Path, hue: tuple[int, int]) -> list[int]:
    """Return the columns of the roll with pixels of a hue, as degrees."""
    picture = QImage(str(path))
    return [
        x
        for x in range(picture.width())
        for y in range(41, picture.height() - 57)
        if (colour := QColor(picture.pixel(x, y))).hslSaturation() > 60
        and hue[0] <= colour.hslHue() <= hue[1]
    ]


BLUE, ORANGE = (195, 220), (15, 40)


def test_ours_has_another_hue_and_lies_behind_its_bar(tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    status, told = plot(TAKE, "-o", out)
    assert status == 0
    assert "of them Antiphon's" in told
    theirs, ours = columns(out, BLUE), columns(out, ORANGE)
    assert min(len(theirs), len(ours)) > 400
    assert max(theirs) < min(ours) + 20  # a last note may ring over the bar line


def test_a_file_of_others_has_one_hue(tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    assert plot(MINUET, "-o", out) == (0, f"{out}: 23 notes\n")
    assert len(columns(out, BLUE)) > 1000
    assert columns(out, ORANGE) == []


def test_each_bar_has_a_line(tmp_path: Path) -> None:
    plot(MINUET, "-o", tmp_path / "out.png")
    picture = QImage(str(tmp_path / "out.png"))
    white = QColor("white").rgb()
    row = [picture.pixel(x, 45) != white for x in range(58, picture.width() - 18)]
    lines = [x for x in range(1, len(row)) if row[x] and not row[x - 1]]
    assert len(lines) == 5
    steps = {after - before for before, after in pairwise(lines)}
    assert max(steps) - min(steps) <= 1  # in one tempo and metre


def test_a_long_file_is_wider(tmp_path: Path) -> None:
    file = mido.MidiFile(MINUET)
    file.tracks[-1].insert(-1, mido.Message("note_on", note=60, velocity=9, time=480 * 400))
    file.tracks[-1].insert(-1, mido.Message("note_off", note=60, time=480))
    file.save(tmp_path / "long.mid")
    for source, name in ((MINUET, "usual"), (tmp_path / "long.mid", "wide")):
        assert plot(source, "-o", tmp_path / f"{name}.png")[0] == 0
    widths = [QImage(str(tmp_path / f"{name}.png")).width() for name in ("usual", "wide")]
    assert widths[0] < widths[1] <= 8000


@pytest.mark.parametrize(
    "words,sentence",
    [
        ((MINUET, "-o", "{}/out.jpg"), ".png"),
        ((MINUET, "-o", "{}/none/out.png"), "folder"),
        (("{}/none.mid", "-o", "{}/out.png"), "no such file"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    tmp_path: Path, words: tuple[str | Path, ...], sentence: str
) -> None:
    status, told = plot(*(str(word).format(tmp_path) for word in words))
    assert (status, told.count("\n")) == (2, 1)
    assert sentence in told
    assert list(tmp_path.iterdir()) == []


def test_a_picture_is_replaced_only_with_force(tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    out.write_text("mine")
    status, told = plot(MINUET, "-o", out)
    assert (status, out.read_text()) == (2, "mine")
    assert "--force" in told
    assert plot(MINUET, "-o", out, "--force")[0] == 0
