"""The row of takes: columns that show numbers of the tree, and the keys that choose."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.desk.takes.card import TakeState
from gui.desk.takes.row import TakesRow
from gui.desk.widgets.theme import DARK
from tests.gui.desk.takes.examples import tree

LEFT, RIGHT = Qt.Key.Key_Left, Qt.Key.Key_Right


class Shown:
    """A row with the takes 1 and 2, and its signals."""

    def __init__(self, qtbot: QtBot) -> None:
        self.signals: list[tuple[str, int]] = []
        self.written: list[tuple[int, bool]] = []
        self.row = TakesRow(DARK, self.write)
        for name in ("played", "kept", "chosen"):
            getattr(self.row, name).connect(lambda n, name=name: self.signals.append((name, n)))
        qtbot.addWidget(self.row)
        self.row.resize(800, 100)
        self.row.show()
        self.row.activateWindow()
        self.row.fill((1, 2))
        self.row.show_takes(tree(), chosen=None, playing=None)

    def write(self, number: int, up_to_end: bool) -> Path | None:  # noqa: FBT001 - called by place
        self.written.append((number, up_to_end))
        return None

    def states(self) -> list[TakeState]:
        return [roll.state for roll in self.row.rolls]


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_takes_fill_the_first_columns(shown: Shown) -> None:
    ready, kept, empty = TakeState.READY, TakeState.KEPT, TakeState.EMPTY
    assert shown.states() == [ready, kept, empty, empty]  # take 2 was continued
    assert [roll.title for roll in shown.row.rolls] == ["Take 1", "Take 2", "Take 3", "Take 4"]
    shown.row.clear(5)
    assert shown.states() == [empty] * 4
    assert shown.row.rolls[0].title == "Take 5"


def test_the_chosen_take_and_the_one_that_plays_are_shown(shown: Shown) -> None:
    shown.row.show_takes(tree(), chosen=2, playing=1)
    assert [roll.is_chosen for roll in shown.row.rolls] == [False, True, False, False]
    assert shown.states()[0] is TakeState.PLAYING
    shown.row.set_playhead(1, 0.5)
    shown.row.set_playhead(3, 0.75)  # not in the row
    shown.row.show_takes(tree(), chosen=1, playing=1)
    assert [roll.playhead for roll in shown.row.rolls[:2]] == [0.5, None]


def test_signals_carry_the_numbers_of_takes(shown: Shown, qtbot: QtBot) -> None:
    qtbot.mouseClick(shown.row.rolls[1], Qt.MouseButton.LeftButton)
    qtbot.mouseDClick(shown.row.rolls[0], Qt.MouseButton.LeftButton)
    assert ("played", 2) in shown.signals
    assert ("kept", 1) in shown.signals
    shown.signals.clear()
    qtbot.mouseClick(shown.row.rolls[3], Qt.MouseButton.LeftButton)
    assert shown.signals == []


def test_number_keys_play_takes(shown: Shown) -> None:
    assert shown.row.press(Qt.Key.Key_2)
    assert shown.signals[-1] == ("played", 2)
    assert not shown.row.press(Qt.Key.Key_3)  # an empty column


def test_arrow_keys_go_round(shown: Shown, qtbot: QtBot) -> None:
    shown.row.rolls[0].setFocus()
    qtbot.waitUntil(shown.row.rolls[0].hasFocus)
    for key, number in ((RIGHT, 2), (RIGHT, 1), (LEFT, 2)):
        assert shown.row.press(key)
        assert shown.row.focused == number


def test_a_drag_writes_the_take_of_its_column(shown: Shown) -> None:
    shown.row.rolls[1].make_drag(up_to_end=True)
    shown.row.rolls[3].make_drag(up_to_end=True)
    assert shown.written == [(2, True)]
