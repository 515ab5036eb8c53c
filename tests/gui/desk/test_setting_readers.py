"""All readers of the settings agree with the table: the command line, the window, MIDI learn."""

from typing import Any

import pytest
import typer.main
from pytestqt.qtbot import QtBot

from bridge.messages.settings import (
    KNOB_SETTINGS,
    SETTINGS,
    Mode,
    Settings,
    StartOn,
    value_of,
    with_value,
)
from bridge.midi.controls import Action
from bridge.midi.instruments import Instrument
from bridge.sync.quantise import GridStep
from bridge.sync.transport import Source
from bridge.synth.policy import SynthPolicy
from export.styles.space import StyleSpace
from gui.commands import cli
from gui.commands.console.options import MUSIC, WITHOUT_OPTION, option_name
from gui.desk.devices.panel import DevicesPanel
from gui.desk.play_panel import PlayPanel
from gui.desk.styles.panel import StylePanel
from gui.desk.widgets.theme import DARK

WITHOUT_CONTROL = {
    "candidates": "how many beginnings a machine has time for is no choice of a musician's",
    "palette": "it follows from the styles among which a knob has chosen",
}

OTHER: dict[str, object] = {
    "style": (("bach", 1.0),),
    "instruments": (Instrument.CELLO,),
    "seed": 77,
    "answer_ns": 4_500_000_000,
    "mode": Mode.LOOP,
    "bars": 3,
    "begins": StartOn.BAR,
    "by_silence": False,
    "vary": False,
    "palette": ("bach", "jazz"),
    "keyboard": False,
    "quantise.step": GridStep.TRIPLET,
    "time.sync": Source.LINK,
    "time.bpm": 97.5,
    "time.metre": (6, 8),
    "time.count_in_bars": 2,
    "time.click": True,
    "time.click_to_output": True,
    "sound": SynthPolicy.ON,
    "sound_font": "/fonts/grand.sf2",
}
"""A value other than the default, for settings without a numeric range."""


def other_value(name: str) -> Any:
    if name in OTHER:
        return OTHER[name]
    setting = SETTINGS[name]
    if setting.is_number:
        low, high = setting.stored_range
        return setting.kind(round((low + high) / 2, 1)) or setting.kind(high)
    members: Any = setting.kind
    return next(each for each in members if each is not setting.default)


def params(command: str) -> dict[str, Any]:
    """Return the options of a command by their first name."""
    group: Any = typer.main.get_command(cli.app)
    return {param.opts[0]: param for param in group.commands[command].params}


@pytest.mark.parametrize("name", [name for name in SETTINGS if name not in WITHOUT_OPTION])
def test_each_setting_has_an_option_with_its_default_and_help(name: str) -> None:
    option = params("jam")[option_name(name)]
    setting = SETTINGS[name]
    assert option.help.startswith(setting.spec.help)
    if setting.is_number:
        assert setting.stored(option.default) == setting.default
    elif setting.choices:
        default = setting.spec.none if setting.default is None else value_of(Settings(), name).value
        assert option.default == default


def test_settings_without_an_option_or_control_have_a_reason() -> None:
    assert all({**WITHOUT_OPTION, **WITHOUT_CONTROL}.values())
    assert set(WITHOUT_OPTION) | set(WITHOUT_CONTROL) <= set(SETTINGS)
    assert {option_name(name) for name in WITHOUT_OPTION}.isdisjoint(params("jam"))


@pytest.mark.parametrize("command", ["jam", "continue", "demo"])
def test_all_commands_that_generate_music_have_the_same_defaults(command: str) -> None:
    for name in MUSIC:
        if (command, name) != ("demo", "seed"):  # which is one that is worth showing
            assert params(command)[option_name(name)].default == (
                params("jam")[option_name(name)].default
            )


@pytest.mark.parametrize("name", list(SETTINGS))
def test_each_setting_has_a_control_in_the_window(
    qtbot: QtBot, space: StyleSpace, name: str
) -> None:
    panels = (StylePanel(space, DARK), PlayPanel(), DevicesPanel())
    asked = with_value(Settings(), name, other_value(name))
    assert asked != Settings()
    applied = Settings()
    for panel in panels:
        qtbot.addWidget(panel)
        panel.show_settings(asked)
        applied = panel.apply_to(applied)
    assert applied == (Settings() if name in WITHOUT_CONTROL else asked)


def test_each_setting_for_a_controller_can_be_learned() -> None:
    assert {action.setting for action in Action} == {None, *KNOB_SETTINGS}
    assert all(action.is_continuous for action in Action if action.setting is not None)
