"""Number boxes get everything from the table of settings."""

import pytest
from PySide6.QtWidgets import QDoubleSpinBox, QSpinBox
from pytestqt.qtbot import QtBot

from bridge.messages.settings import SETTINGS
from gui.desk.widgets.number_box import NumberBox, WholeNumberBox

NUMBERS = [name for name, setting in SETTINGS.items() if setting.is_number]


def box_of(qtbot: QtBot, name: str) -> WholeNumberBox | NumberBox:
    box = WholeNumberBox(name) if SETTINGS[name].is_whole else NumberBox(name)
    qtbot.addWidget(box)
    return box


@pytest.mark.parametrize("name", NUMBERS)
def test_a_box_has_the_range_step_unit_and_help_of_its_setting(qtbot: QtBot, name: str) -> None:
    box, spec = box_of(qtbot, name), SETTINGS[name].spec
    assert isinstance(box, QSpinBox | QDoubleSpinBox)
    assert box.minimum() == (0 if SETTINGS[name].is_optional else spec.minimum)
    assert box.maximum() == spec.maximum
    assert box.singleStep() == spec.step
    assert box.suffix() == (f" {spec.unit}" if spec.unit else "")
    assert box.specialValueText() == spec.none
    assert box.toolTip() == spec.help


@pytest.mark.parametrize("name", NUMBERS)
def test_both_ends_and_every_step_of_a_box_are_values_of_its_setting(
    qtbot: QtBot, name: str
) -> None:
    box, setting = box_of(qtbot, name), SETTINGS[name]
    for number in (box.minimum(), box.maximum(), box.minimum() + box.singleStep()):
        box.setValue(number)  # type: ignore[arg-type]
        value = box.setting_value()
        assert setting.accepts(value)
        box.show_setting(None if setting.is_optional else setting.stored_range[0])
        box.show_setting(value)
        assert box.setting_value() == value


def test_milliseconds_are_shown_and_nanoseconds_are_kept(qtbot: QtBot) -> None:
    box = box_of(qtbot, "time.advance_ns")
    box.show_setting(-12_300_000)
    assert box.text() == "-12.3 ms"
    assert box.setting_value() == -12_300_000


def test_below_the_range_is_none_or_the_least(qtbot: QtBot) -> None:
    box = box_of(qtbot, "time.bpm")
    assert isinstance(box, NumberBox)
    box.show_setting(None)
    assert (box.text(), box.setting_value()) == ("free", None)
    box.setValue(3.0)
    assert box.setting_value() == 20.0


TYPED = (
    *("nan", "inf", "-inf", "1e999", "1e308", "0x10", "1_0", "9" * 400, f"-{'9' * 400}", "", " "),
    *("\uff15", "\u0665", "\u202e5", "5\x00", "--5", "1,5", "1.5.5", "<b>1</b>"),
)


@pytest.mark.parametrize("name", NUMBERS)
def test_whatever_is_typed_the_value_is_one_of_the_range(qtbot: QtBot, name: str) -> None:
    box = box_of(qtbot, name)
    for typed in TYPED:
        box.lineEdit().setText(typed)
        box.interpretText()
        assert SETTINGS[name].accepts(box.setting_value()), typed
        box.clear()
        if typed.isascii() and typed.isprintable():  # QTest has no other keys
            qtbot.keyClicks(box, typed)
        assert SETTINGS[name].accepts(box.setting_value()), typed
