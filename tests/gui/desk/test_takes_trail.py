"""The way back: names, and a list of all that there is."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from bridge.dialogue import Settings
from bridge.takes import Span, Takes
from gui.desk.takes_trail import TakesTrail
from tests.gui.desk.takes import MINUET, NOTES, tree


@pytest.fixture
def trail(qtbot: QtBot) -> TakesTrail:
    trail = TakesTrail()
    qtbot.addWidget(trail)
    trail.resize(400, 30)
    trail.show()
    return trail


def test_it_shows_the_way_from_the_beginning(trail: TakesTrail) -> None:
    assert not trail.all.isVisible()
    trail.show_takes(tree())
    assert trail.all.isVisible()
    assert [crumb.text() for crumb in trail.crumbs] == ["minuet", "2", "1"]
    assert [crumb.font().bold() for crumb in trail.crumbs] == [False, False, True]
    trail.show_takes(tree().back())
    assert [crumb.text() for crumb in trail.crumbs] == ["minuet", "2"]


def test_a_name_on_it_leads_there(qtbot: QtBot, trail: TakesTrail) -> None:
    trail.show_takes(tree())
    with qtbot.waitSignal(trail.gone) as gone:
        qtbot.mouseClick(trail.crumbs[1], Qt.MouseButton.LeftButton)
    assert gone.args == [2]


def test_a_long_way_and_a_long_name_are_shortened(trail: TakesTrail) -> None:
    takes = Takes().begun(MINUET, "a name that is much longer than there is room for")
    for number in range(9):
        takes = takes.tried(number, Span(0, 1), NOTES, Settings())
    width = trail.width()
    trail.show_takes(takes.at(9))
    assert len(trail.crumbs) == 5
    assert len(trail.crumbs[0].text()) < 20
    assert trail.crumbs[0].toolTip().endswith("room for")
    assert trail.width() == width


def test_a_line_of_the_list_leads_there(qtbot: QtBot, trail: TakesTrail) -> None:
    trail.show_takes(tree())
    model = trail.list.model()
    minuet = model.index(0, 0)
    with qtbot.waitSignal(trail.gone) as gone:
        trail.list.activated.emit(model.index(0, 0, minuet))
    assert gone.args == [1]
