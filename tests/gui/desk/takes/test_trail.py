"""The trail: the path to the current take, and the list of all takes."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bridge.history.takes import Span, TakeTree
from bridge.messages.settings import Settings
from gui.desk.takes.trail import TakesTrail
from tests.gui.desk.takes.examples import MINUET, NOTES, tree

LEFT = Qt.MouseButton.LeftButton
NO_SCREEN = pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)
"""Qt's warning about popups without a screen."""


@pytest.fixture
def trail(qtbot: QtBot) -> TakesTrail:
    trail = TakesTrail()
    qtbot.addWidget(trail)
    trail.resize(400, 30)
    trail.show()
    trail.move(100, 400)
    return trail


def test_it_shows_the_path_from_the_root(trail: TakesTrail) -> None:
    assert not trail.all.isVisible()
    trail.show_takes(tree())
    assert trail.all.isVisible()
    assert [crumb.text() for crumb in trail.crumbs] == ["minuet", "2", "1"]
    assert [crumb.font().bold() for crumb in trail.crumbs] == [False, False, True]
    trail.show_takes(tree().undo())
    assert [crumb.text() for crumb in trail.crumbs] == ["minuet", "2"]


def test_a_click_on_a_name_chooses_its_node(qtbot: QtBot, trail: TakesTrail) -> None:
    trail.show_takes(tree())
    with qtbot.waitSignal(trail.node_chosen) as gone:
        qtbot.mouseClick(trail.crumbs[1], Qt.MouseButton.LeftButton)
    assert gone.args == [2]


def test_a_long_path_and_a_long_name_are_shortened(trail: TakesTrail) -> None:
    takes = TakeTree().with_root(MINUET, "a name that is much longer than there is room for")
    for number in range(9):
        takes = takes.with_take(number, Span(0, 1), NOTES, Settings())
    width = trail.width()
    trail.show_takes(takes.with_current(9))
    assert len(trail.crumbs) == 5
    assert len(trail.crumbs[0].text()) < 20
    assert trail.crumbs[0].toolTip().endswith("room for")
    assert trail.width() == width


def test_a_row_of_the_list_chooses_its_node(qtbot: QtBot, trail: TakesTrail) -> None:
    trail.show_takes(tree())
    model = trail.list.model()
    minuet = model.index(0, 0)
    with qtbot.waitSignal(trail.node_chosen) as gone:
        trail.list.activated.emit(model.index(0, 0, minuet))
    assert gone.args == [1]


def opened(qtbot: QtBot, trail: TakesTrail) -> None:
    trail.show_takes(tree())
    qtbot.mouseClick(trail.all, LEFT)
    assert QApplication.activePopupWidget() is trail.popup
    assert trail.list.isVisible()
    assert trail.list.currentIndex().data() is not None


def press_on_screen(qtbot: QtBot, trail: TakesTrail, place: QPoint) -> None:
    """Press the mouse through the window system, which handles popups."""
    qtbot.mouseClick(trail.windowHandle(), LEFT, pos=place)


@NO_SCREEN
def test_escape_closes_the_list(qtbot: QtBot, trail: TakesTrail) -> None:
    opened(qtbot, trail)
    with qtbot.assertNotEmitted(trail.node_chosen):
        qtbot.keyClick(trail.popup.windowHandle(), Qt.Key.Key_Escape)
    assert QApplication.activePopupWidget() is None
    assert not trail.list.isVisible()


@NO_SCREEN
def test_a_click_beside_the_list_closes_it(qtbot: QtBot, trail: TakesTrail) -> None:
    opened(qtbot, trail)
    with qtbot.assertNotEmitted(trail.node_chosen):
        press_on_screen(qtbot, trail, QPoint(trail.width() - 2, trail.height() - 2))
    assert QApplication.activePopupWidget() is None
    assert not trail.popup.testAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)


@NO_SCREEN
def test_a_click_on_the_opener_closes_the_list(qtbot: QtBot, trail: TakesTrail) -> None:
    opened(qtbot, trail)
    press_on_screen(qtbot, trail, trail.all.mapTo(trail, trail.all.rect().center()))
    assert QApplication.activePopupWidget() is None
    # Some systems deliver the press again to the widget below, which would reopen the list.
    assert trail.popup.testAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)


@NO_SCREEN
def test_a_click_in_the_list_chooses_a_node_and_closes_it(qtbot: QtBot, trail: TakesTrail) -> None:
    opened(qtbot, trail)
    view = trail.list
    line = view.visualRect(view.model().index(0, 0))
    with qtbot.waitSignal(trail.node_chosen) as gone:
        qtbot.mouseClick(view.viewport(), LEFT, pos=line.center())
    assert gone.args == [0]
    assert QApplication.activePopupWidget() is None
