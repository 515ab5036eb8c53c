"""Each control asks for its setting, and shows it."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLabel, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from bridge.messages.settings import (
    Changes,
    KeyPolicy,
    Mode,
    ReEntry,
    Settings,
    StartOn,
)
from bridge.messages.time_settings import TimeSettings
from bridge.midi.instruments import Instrument
from bridge.sync.quantise import GridStep, Quantise
from gui.desk.play_panel import PlayPanel
from tests.gui.desk.wheel import turned

USUAL = Settings()


@pytest.fixture
def panel(qtbot: QtBot) -> PlayPanel:
    panel = PlayPanel()
    qtbot.addWidget(panel)
    panel.show_settings(USUAL)
    return panel


def control(panel: PlayPanel, name: str) -> QWidget:
    (found,) = [each for each in panel.findChildren(QWidget) if each.accessibleName() == name]
    return found


def turn(control: QWidget, value: object) -> None:
    match control:
        case QComboBox():
            control.setCurrentIndex(control.findData(value))
        case QCheckBox():
            control.setChecked(bool(value))
        case QSpinBox() | QDoubleSpinBox():
            control.setValue(value)  # type: ignore[arg-type]


CONTROLS = [
    ("Mode", Mode.TRADE, replace(USUAL, mode=Mode.TRADE)),
    ("Bars", 3, replace(USUAL, bars=3)),
    ("Length", 4.5, replace(USUAL, answer_ns=4_500_000_000)),
    ("When I come in", ReEntry.DUCK, replace(USUAL, re_entry=ReEntry.DUCK)),
    ("It begins", StartOn.BAR, replace(USUAL, begins=StartOn.BAR)),
    ("Hand over", False, replace(USUAL, by_silence=False)),
    ("Loops", False, replace(USUAL, vary=False)),
    ("Temperature", 1.25, replace(USUAL, temperature=1.25)),
    ("Top-p", 0.7, replace(USUAL, top_p=0.7)),
    ("Chord changes", Changes.STRICT, replace(USUAL, changes=Changes.STRICT)),
    ("Key", KeyPolicy.SOFT, replace(USUAL, key=KeyPolicy.SOFT)),
    ("Seed", 77, replace(USUAL, seed=77)),
    ("Quantise", GridStep.TRIPLET, replace(USUAL, quantise=Quantise(GridStep.TRIPLET))),
    ("Quantise strength", 0.5, replace(USUAL, quantise=Quantise(strength=0.5))),
    ("Swing", 0.67, replace(USUAL, quantise=Quantise(swing=0.67))),
    ("Tempo", 97.5, replace(USUAL, time=TimeSettings(bpm=97.5))),
    ("Count-in", 2, replace(USUAL, time=TimeSettings(count_in_bars=2))),
    ("Click", True, replace(USUAL, time=TimeSettings(click=True))),
    ("Click notes", True, replace(USUAL, time=TimeSettings(click_to_output=True))),
    ("cello", True, replace(USUAL, instruments=(Instrument.CELLO,))),
]


@pytest.mark.parametrize("name,value,settings", CONTROLS, ids=[name for name, *_ in CONTROLS])
def test_a_control_asks_for_its_setting_and_shows_it(
    panel: PlayPanel, qtbot: QtBot, name: str, value: object, settings: Settings
) -> None:
    assert panel.apply_to(USUAL) == USUAL
    with qtbot.waitSignal(panel.changed):
        turn(control(panel, name), value)
    assert panel.apply_to(USUAL) == settings
    with qtbot.assertNotEmitted(panel.changed):
        panel.show_settings(USUAL)
    assert panel.apply_to(USUAL) == USUAL
    panel.show_settings(settings)
    assert panel.apply_to(USUAL) == settings


def test_all_that_can_be_set_has_a_name_and_a_tip(panel: PlayPanel) -> None:
    kinds = (QComboBox, QCheckBox, QSpinBox, QDoubleSpinBox)
    controls = [each for kind in kinds for each in panel.findChildren(kind)]
    assert len(controls) == len(CONTROLS) - 1 + len(Instrument)
    for each in controls:
        assert each.accessibleName()
        assert each.toolTip()


def test_a_tempo_too_slow_to_play_is_the_slowest(panel: PlayPanel) -> None:
    turn(control(panel, "Tempo"), 3.0)
    assert panel.apply_to(USUAL).time.bpm == 20.0


def test_a_label_says_what_its_control_says(panel: PlayPanel) -> None:
    labels = [label for label in panel.findChildren(QLabel) if label.buddy() is not None]
    assert len(labels) == len(CONTROLS) - 1
    for label in labels:
        assert label.toolTip() == label.buddy().toolTip()


@pytest.mark.parametrize("name", [name for name, *_ in CONTROLS])
def test_the_wheel_scrolls_and_sets_nothing(panel: PlayPanel, qtbot: QtBot, name: str) -> None:
    panel.resize(380, 240)
    panel.show()
    qtbot.waitUntil(lambda: panel.verticalScrollBar().maximum() > 0)
    with qtbot.assertNotEmitted(panel.changed):
        assert not turned(control(panel, name))  # so it goes to the parent, as Qt does it
    assert turned(panel.viewport())
    assert panel.verticalScrollBar().value() > 0
