"""What is wrong is said until it is not, or until it is put away."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.desk.widgets.banner import Banner


@pytest.fixture
def banner(qtbot: QtBot) -> Banner:
    banner = Banner()
    qtbot.addWidget(banner)
    return banner


def test_it_is_there_only_while_something_is_wrong(banner: Banner) -> None:
    assert banner.isHidden()
    banner.say("The JACK server is gone.")
    assert banner.isVisible()
    assert banner.help.isHidden()
    banner.say("")
    assert banner.isHidden()


def test_it_can_be_put_away_and_what_is_new_comes_back(banner: Banner, qtbot: QtBot) -> None:
    banner.say("The JACK server is gone.")
    qtbot.mouseClick(banner.away, Qt.MouseButton.LeftButton)
    assert banner.isHidden()
    banner.say("There is no port.")
    assert banner.isVisible()


def test_what_helps_is_a_button(banner: Banner, qtbot: QtBot) -> None:
    done: list[int] = []
    banner.say("The engine has ended.", ("Start it again", lambda: done.append(1)))
    assert banner.help.text() == "Start it again"
    qtbot.mouseClick(banner.help, Qt.MouseButton.LeftButton)
    assert done == [1]
    assert banner.isVisible()  # until it has helped
    assert banner.away.isHidden()
    assert banner.helps
    banner.say("")
    assert banner.isHidden()
    assert not banner.helps
