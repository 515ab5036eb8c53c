"""The map of styles with mouse and keyboard."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from export.styles.space import StyleSpace
from gui.desk.styles.map_view import MapView
from gui.desk.widgets.theme import DARK

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(qtbot: QtBot, space: StyleSpace) -> MapView:
    view = MapView(space, DARK)
    view.resize(900, 700)
    qtbot.addWidget(view)
    view.show()
    return view


def dot(view: MapView, space: StyleSpace, name: str) -> QPoint:
    place = space.position_of(((name, 1.0),))
    assert place is not None
    return view.map_to_widget(place).toPoint()


def test_widget_and_map_positions_are_inverse(view: MapView) -> None:
    for zoom in (1.0, 2.5):
        view.zoom_by(zoom)
        for point in ((0.4, 0.5), (0.5, 0.55)):
            assert view.widget_to_map(view.map_to_widget(point)) == pytest.approx(point)


def test_a_click_on_a_name_chooses_that_style(
    view: MapView, space: StyleSpace, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(view.chosen) as asked:
        qtbot.mouseClick(view, LEFT, pos=dot(view, space, "chopin"))
    assert asked.args[0] == (("chopin", 1.0),)
    assert view.puck == pytest.approx(space.position_of((("chopin", 1.0),)))


def test_a_small_movement_is_still_a_click(view: MapView, space: StyleSpace, qtbot: QtBot) -> None:
    asked: list[object] = []
    view.chosen.connect(asked.append)
    place = dot(view, space, "chopin") + QPoint(4, 3)
    qtbot.mousePress(view, LEFT, pos=place)
    qtbot.mouseMove(view, place + QPoint(1, 1))
    qtbot.mouseRelease(view, LEFT, pos=place + QPoint(1, 1))
    assert asked == [(("chopin", 1.0),)]
    qtbot.mousePress(view, LEFT, pos=place)
    qtbot.mouseMove(view, place + QPoint(40, 30))  # a deliberate drag
    assert len(asked[-1]) > 1  # type: ignore[arg-type]


def test_dragging_the_puck_chooses_a_blend(view: MapView, space: StyleSpace, qtbot: QtBot) -> None:
    asked: list[object] = []
    view.chosen.connect(asked.append)
    qtbot.mousePress(view, LEFT, pos=QPoint(300, 640))
    qtbot.mouseMove(view, QPoint(420, 330))
    qtbot.mouseRelease(view, LEFT, pos=QPoint(420, 330))
    there = view.widget_to_map(QPointF(420, 330))
    assert asked[-1] == space.blend_at(there)
    assert view.puck == pytest.approx(there)


def test_shift_draws_a_path_and_the_puck_stays(view: MapView, qtbot: QtBot) -> None:
    shift = Qt.KeyboardModifier.ShiftModifier
    with qtbot.assertNotEmitted(view.chosen), qtbot.waitSignal(view.path_drawn) as drawn:
        qtbot.mousePress(view, LEFT, shift, QPoint(200, 300))
        for x in range(200, 400, 4):
            qtbot.mouseMove(view, QPoint(x, 300))
        qtbot.mouseRelease(view, LEFT, shift, QPoint(400, 300))
    (path,) = drawn.args
    assert view.path == path
    assert path[0] == pytest.approx(view.widget_to_map(QPointF(200, 300)))
    assert 20 < len(path) < 40
    view.clear_path()
    assert view.path == ()


def test_the_arrow_keys_move_the_puck(view: MapView, qtbot: QtBot) -> None:
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.puck == pytest.approx((0.51, 0.5))
    qtbot.keyClick(view, Qt.Key.Key_Up)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.puck == pytest.approx((0.5, 0.51))


def test_another_style_moves_the_puck_unless_it_matches(
    view: MapView, space: StyleSpace, qtbot: QtBot
) -> None:
    qtbot.keyClick(view, Qt.Key.Key_Right)
    there = view.puck
    assert there is not None
    view.show_style(space.blend_at(there))
    assert view.puck == there
    view.show_style((("bach", 0.5), ("jazz", 0.5)))
    assert view.puck == pytest.approx(space.position_of((("bach", 0.5), ("jazz", 0.5))))
    view.show_style(())
    assert view.puck is None


def test_zooming_keeps_the_position_and_the_map_visible(view: MapView, qtbot: QtBot) -> None:
    place = QPointF(450, 350)
    before = view.widget_to_map(place)
    view.zoom_by(3.0, place)
    assert view.widget_to_map(place) == pytest.approx(before)
    view.zoom_by(100.0, QPointF(900, 0))
    assert all(0 <= at <= 1 for at in view.widget_to_map(QPointF(0, 700)))
    qtbot.mouseDClick(view, LEFT, pos=QPoint(10, 10))
    assert view.widget_to_map(place) == pytest.approx((0.5, 0.5))


def test_names_near_the_mouse_are_found(view: MapView, space: StyleSpace) -> None:
    assert view.name_at(QPointF(dot(view, space, "bach"))) == "bach"
    assert view.name_at(QPointF(2, 2)) is None


def test_a_search_dims_all_else(view: MapView, space: StyleSpace) -> None:
    before = view.grab().toImage()
    view.show_matches(space.search("jazz"))
    found = view.grab().toImage()
    assert found != before
    view.show_matches(())  # without a match
    assert view.grab().toImage() not in (before, found)
    view.show_matches(None)
    assert view.grab().toImage() == before


def move(view: MapView, place: QPoint, button: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    """Move the mouse over a map, without moving the screen's pointer."""
    here, there = QPointF(place), QPointF(view.mapToGlobal(place))
    no_key = Qt.KeyboardModifier.NoModifier
    moved = QMouseEvent(QEvent.Type.MouseMove, here, there, Qt.MouseButton.NoButton, button, no_key)
    QApplication.sendEvent(view, moved)


def test_no_name_is_highlighted_during_a_drag(
    view: MapView, space: StyleSpace, qtbot: QtBot
) -> None:
    away, shift = QPoint(20, 690), Qt.KeyboardModifier.ShiftModifier
    view.show_style((("chopin", 1.0),))
    view.show_puck(view.widget_to_map(QPointF(away)))
    plain = view.grab().toImage()
    move(view, dot(view, space, "haydn"))
    assert view.grab().toImage() != plain
    qtbot.mousePress(view, LEFT, shift, dot(view, space, "haydn"))
    held = view.is_held
    assert view.grab().toImage() == plain
    with qtbot.waitSignal(view.released):
        qtbot.mouseRelease(view, LEFT, shift, away)
    assert (held, view.is_held) == (True, False)
    assert view.grab().toImage() == plain


def test_the_start_of_a_drag_is_not_highlighted_after_it(
    view: MapView, space: StyleSpace, qtbot: QtBot
) -> None:
    end = QPoint(420, 330)
    qtbot.mousePress(view, LEFT, pos=QPoint(20, 690))
    move(view, end, LEFT)
    qtbot.mouseRelease(view, LEFT, pos=end)
    plain = view.grab().toImage()
    move(view, dot(view, space, "haydn"))
    assert view.grab().toImage() != plain
    qtbot.mousePress(view, LEFT, pos=dot(view, space, "haydn"))
    move(view, end, LEFT)
    assert view.grab().toImage() == plain
    qtbot.mouseRelease(view, LEFT, pos=end)
    assert view.grab().toImage() == plain
