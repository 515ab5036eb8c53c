"""The line of expected chords above the roll."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QFont, QFontMetricsF
from pytestqt.qtbot import QtBot

from bridge.messages.snapshot import RollChord
from gui.desk.roll.chords import PlacedName, place_chords
from gui.desk.roll.piano_roll import PianoRoll
from gui.desk.roll.view import View
from gui.desk.widgets.theme import DARK, LIGHT, Theme
from tests.gui.desk.music import NOW_NS, SECOND, jam

VIEW = View(800, 400, NOW_NS - 4 * SECOND)


def chords(*names: str, seconds: float = 2) -> tuple[RollChord, ...]:
    """Return chords one after another, the third of which is sounding now."""
    step = round(seconds * SECOND)
    begin = NOW_NS - 2 * step - step // 2
    return tuple(
        RollChord(name, begin + index * step, begin + (index + 1) * step)
        for index, name in enumerate(names)
    )


def placed(*shown: RollChord, view: View = VIEW) -> list[PlacedName]:
    return list(place_chords(shown, view, NOW_NS, QFontMetricsF(QFont())))


@pytest.mark.usefixtures("qtbot")
def test_a_name_stands_where_its_chord_begins() -> None:
    names = placed(*chords("C", "G7", "Am", "F"))
    assert [each.name for each in names] == ["C", "G7", "Am", "F"]
    for each, chord in zip(names[1:], chords("C", "G7", "Am", "F")[1:], strict=True):
        assert each.x == pytest.approx(VIEW.x_at(chord.begin_ns) + 4)
    assert [each.is_over for each in names] == [True, True, False, False]
    assert [each.is_now for each in names] == [False, False, True, False]


@pytest.mark.usefixtures("qtbot")
def test_a_chord_that_began_before_the_view_keeps_its_name_in_view() -> None:
    (only,) = placed(RollChord("Em7", NOW_NS - 9 * SECOND, NOW_NS + SECOND))
    assert only.x == 4


@pytest.mark.usefixtures("qtbot")
def test_names_without_room_are_left_out() -> None:
    assert not placed(*chords("Cmaj7", "Dm7b5", seconds=0.1))
    assert not placed(*chords("C", "G"), view=replace(VIEW, left_ns=NOW_NS + 60 * SECOND))
    assert not placed()


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_the_roll_shows_them_and_is_quiet_without(qtbot: QtBot, theme: Theme) -> None:
    roll = PianoRoll(theme)
    qtbot.addWidget(roll)
    roll.resize(1000, 430)
    roll.show()
    with_chords = replace(jam(), notes=())
    # A stopped session stands still, so that two pictures can be compared.
    still = replace(with_chords, state=type(with_chords.state).STOPPED)
    pictures = []
    for shown in (still, replace(still, chords=()), still):
        roll.show_snapshot(shown)
        pictures.append(roll.grab().toImage())
    assert pictures[0] == pictures[2] != pictures[1]
