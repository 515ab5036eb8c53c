"""The search, the list of weights, and a path on the map that is played as a morph."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QSlider, QSpinBox, QTableView
from pytestqt.qtbot import QtBot

from bridge.messages.requests import Morph, SetBlendPath
from bridge.messages.settings import Settings
from bridge.messages.snapshot import Snapshot, TurnState
from export.styles.space import StyleSpace
from gui.desk.styles.panel import StylePanel
from gui.desk.widgets.theme import DARK

SECOND = 1_000_000_000
STOPPED = Snapshot(0, TurnState.STOPPED, Settings(), ())


@pytest.fixture
def panel(qtbot: QtBot, space: StyleSpace) -> StylePanel:
    panel = StylePanel(space, DARK)
    qtbot.addWidget(panel)
    panel.resize(420, 700)
    panel.show()
    return panel


@pytest.fixture
def draw(panel: StylePanel, qtbot: QtBot) -> Callable[[], None]:
    def draw() -> None:
        shift, left = Qt.KeyboardModifier.ShiftModifier, Qt.MouseButton.LeftButton
        qtbot.mousePress(panel.map, left, shift, QPoint(60, 60))
        for x in range(60, 300, 20):
            qtbot.mouseMove(panel.map, QPoint(x, 60 + x // 2))
        qtbot.mouseRelease(panel.map, left, shift, QPoint(300, 210))

    return draw


def button(panel: StylePanel, text: str) -> QPushButton:
    return next(b for b in panel.findChildren(QPushButton) if text in b.text().replace("&", ""))


def test_a_path_is_played_in_the_chosen_time(
    panel: StylePanel, draw: Callable[[], None], qtbot: QtBot, space: StyleSpace
) -> None:
    assert not panel.morph.isVisible()
    with qtbot.waitSignal(panel.requested) as offered:
        draw()
    assert panel.morph.isVisible()
    panel.findChildren(QSpinBox)[0].setValue(90)
    with qtbot.waitSignal(panel.requested) as asked:
        qtbot.mouseClick(panel.morph, Qt.MouseButton.LeftButton)
    (morph,) = asked.args
    assert morph.duration_ns == 90 * SECOND
    assert morph.styles[0] == space.blend_at(panel.map.path[0])
    assert morph.styles[-1] == space.blend_at(panel.map.path[-1])
    assert len(set(morph.styles)) > 5
    assert offered.args == [SetBlendPath(morph.styles)]


def test_the_puck_follows_the_path_and_the_button_stops_it(
    panel: StylePanel, draw: Callable[[], None], qtbot: QtBot
) -> None:
    draw()
    panel.show_snapshot(replace(STOPPED, morph_progress=0.0))
    assert panel.map.puck == pytest.approx(panel.map.path[0])
    panel.show_snapshot(replace(STOPPED, morph_progress=1.0))
    assert panel.map.puck == pytest.approx(panel.map.path[-1])
    with qtbot.waitSignal(panel.requested) as asked:
        qtbot.mouseClick(button(panel, "Stop here"), Qt.MouseButton.LeftButton)
    assert asked.args == [Morph(())]
    panel.show_snapshot(STOPPED)
    assert "path" in panel.morph.text()


def test_clearing_a_path_stops_its_morph(
    panel: StylePanel, draw: Callable[[], None], qtbot: QtBot
) -> None:
    draw()
    panel.show_snapshot(replace(STOPPED, morph_progress=0.5))
    asked = list[object]()
    panel.requested.connect(asked.append)
    qtbot.mouseClick(button(panel, "Clear"), Qt.MouseButton.LeftButton)
    assert asked == [Morph(()), SetBlendPath(())]
    assert panel.map.path == ()
    assert not panel.morph.isVisible()


def said(panel: StylePanel) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]


def search(panel: StylePanel) -> QLineEdit:
    return next(box for box in panel.findChildren(QLineEdit) if box.accessibleName())


def test_a_search_without_a_match_shows_a_message(panel: StylePanel, qtbot: QtBot) -> None:
    plain = panel.map.grab().toImage()
    qtbot.keyClicks(search(panel), "zappa")
    assert "No style is called “zappa”." in said(panel)
    assert panel.map.grab().toImage() != plain
    qtbot.keyClick(search(panel), Qt.Key.Key_Return)
    assert panel.map.puck is None  # there is no first match
    search(panel).clear()
    assert not any("zappa" in text for text in said(panel))
    qtbot.waitUntil(lambda: panel.map.grab().toImage() == plain)


def test_enter_chooses_the_first_match_and_leaves_the_search(
    panel: StylePanel, qtbot: QtBot
) -> None:
    panel.activateWindow()
    search(panel).setFocus()
    qtbot.keyClicks(search(panel), "bach")
    assert search(panel).hasFocus()
    qtbot.keyClick(search(panel), Qt.Key.Key_Return)
    assert panel.blend.style == (("bach", 1.0),)
    assert search(panel).text() == ""
    assert panel.map.hasFocus()


def test_the_strength_is_shown_as_a_number(panel: StylePanel) -> None:
    (slider,) = panel.findChildren(QSlider)
    slider.setValue(20)
    assert "2.0" in said(panel)
    panel.show_settings(Settings(style_strength=0.5))
    assert "0.5" in said(panel)


def blend_of(space: StyleSpace, count: int) -> Settings:
    return Settings(style=tuple((name, 1 / count) for name in space.names[:count]))


def test_the_list_has_the_height_of_up_to_four_rows(panel: StylePanel, space: StyleSpace) -> None:
    (table,) = panel.findChildren(QTableView)
    hint = "No style is chosen. Click a name."
    assert not table.isVisible()
    assert hint in said(panel)
    heights = []
    for count in range(1, 6):
        panel.show_settings(blend_of(space, count))
        assert hint not in said(panel)
        heights.append(table.height())
        last = table.visualRect(panel.blend.index(min(count, 4) - 1, 0))
        assert table.viewport().rect().contains(last)
    row = table.rowHeight(0)
    assert heights[0] < 2 * row
    assert [later - heights[0] for later in heights] == [0, row, 2 * row, 3 * row, 3 * row]
    panel.show_settings(Settings())
    assert not table.isVisible()


def test_the_map_keeps_its_size_during_a_drag(
    panel: StylePanel, space: StyleSpace, qtbot: QtBot
) -> None:
    (table,) = panel.findChildren(QTableView)
    panel.map.choose_style("bach")
    before = table.height()
    name = panel.map.map_to_widget(space.position_of((("bach", 1.0),)) or (0.0, 0.0)).toPoint()
    away = name + QPoint(40, 30)
    qtbot.mousePress(panel.map, Qt.MouseButton.LeftButton, pos=name)
    qtbot.mouseMove(panel.map, away)
    assert panel.blend.rowCount() > 1
    assert table.height() == before
    qtbot.mouseRelease(panel.map, Qt.MouseButton.LeftButton, pos=away)
    assert table.height() > before


def test_during_a_morph_the_list_never_shrinks(
    panel: StylePanel, draw: Callable[[], None], space: StyleSpace
) -> None:
    (table,) = panel.findChildren(QTableView)
    draw()
    panel.show_snapshot(replace(STOPPED, morph_progress=0.1))
    panel.show_settings(blend_of(space, 3))
    grown = table.height()
    panel.show_settings(blend_of(space, 2))
    assert table.height() == grown
    panel.show_snapshot(STOPPED)
    assert table.height() < grown
