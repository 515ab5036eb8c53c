"""A path over the map is played as a morph; the rest of the panel is tested with the window."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from bridge.dialogue import BlendAlong, Morph, Settings, Snapshot, State
from export.style_space import StyleSpace
from gui.desk.style_panel import StylePanel
from gui.desk.theme import DARK

SECOND = 1_000_000_000
STOPPED = Snapshot(0, State.STOPPED, Settings(), ())


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


def test_a_path_is_played_in_the_time_that_is_chosen(
    panel: StylePanel, draw: Callable[[], None], qtbot: QtBot, space: StyleSpace
) -> None:
    assert not panel.morph.isVisible()
    with qtbot.waitSignal(panel.asked) as offered:
        draw()
    assert panel.morph.isVisible()
    panel.findChildren(QSpinBox)[0].setValue(90)
    with qtbot.waitSignal(panel.asked) as asked:
        qtbot.mouseClick(panel.morph, Qt.MouseButton.LeftButton)
    (morph,) = asked.args
    assert morph.lasts_ns == 90 * SECOND
    assert morph.styles[0] == space.blend_at(panel.map.path[0])
    assert morph.styles[-1] == space.blend_at(panel.map.path[-1])
    assert len(set(morph.styles)) > 5
    assert offered.args == [BlendAlong(morph.styles)]


def test_the_puck_goes_along_and_the_same_button_stops_it(
    panel: StylePanel, draw: Callable[[], None], qtbot: QtBot
) -> None:
    draw()
    panel.show_snapshot(replace(STOPPED, morphing=0.0))
    assert panel.map.puck == panel.map.path[0]
    panel.show_snapshot(replace(STOPPED, morphing=1.0))
    assert panel.map.puck == panel.map.path[-1]
    with qtbot.waitSignal(panel.asked) as asked:
        qtbot.mouseClick(button(panel, "Stop here"), Qt.MouseButton.LeftButton)
    assert asked.args == [Morph(())]
    panel.show_snapshot(STOPPED)
    assert "path" in panel.morph.text()


def test_a_path_is_forgotten_and_its_morph_with_it(
    panel: StylePanel, draw: Callable[[], None], qtbot: QtBot
) -> None:
    draw()
    panel.show_snapshot(replace(STOPPED, morphing=0.5))
    asked = list[object]()
    panel.asked.connect(asked.append)
    qtbot.mouseClick(button(panel, "Clear"), Qt.MouseButton.LeftButton)
    assert asked == [Morph(()), BlendAlong(())]
    assert panel.map.path == ()
    assert not panel.morph.isVisible()
