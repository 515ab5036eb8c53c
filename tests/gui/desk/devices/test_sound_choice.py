"""When the built-in synth plays, and its sound font."""

import pytest
from pytestqt.qtbot import QtBot

from bridge.messages.settings import Settings
from bridge.synth.policy import SynthPolicy
from gui.desk.devices.sound_choice import SoundChoice


@pytest.fixture
def choice(qtbot: QtBot) -> SoundChoice:
    choice = SoundChoice()
    qtbot.addWidget(choice)
    return choice


@pytest.mark.parametrize("sound", list(SynthPolicy))
def test_settings_are_shown_and_returned(
    choice: SoundChoice, qtbot: QtBot, sound: SynthPolicy
) -> None:
    asked = Settings(seed=3, sound=sound, sound_font="/fonts/grand.sf2")
    with qtbot.assertNotEmitted(choice.changed):
        choice.show_settings(asked)
    assert choice.apply_to(Settings(seed=3)) == asked
    assert "grand.sf2" in choice.font_button.toolTip()


def test_a_choice_is_emitted(choice: SoundChoice, qtbot: QtBot) -> None:
    choice.show_settings(Settings(sound=SynthPolicy.OFF))
    with qtbot.waitSignal(choice.changed):
        choice.policy_box.setCurrentIndex(choice.policy_box.findData(SynthPolicy.ON))
    with qtbot.waitSignal(choice.changed):
        choice.set_sound_font("/fonts/grand.sf2")
    assert choice.apply_to(Settings()) == Settings(
        sound=SynthPolicy.ON, sound_font="/fonts/grand.sf2"
    )
