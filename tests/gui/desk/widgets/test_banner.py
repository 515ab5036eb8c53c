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
    banner.show_message("The JACK server is gone.")
    assert banner.isVisible()
    assert banner.remedy_button.isHidden()
    banner.show_message("")
    assert banner.isHidden()


def test_it_can_be_put_away_and_what_is_new_comes_back(banner: Banner, qtbot: QtBot) -> None:
    banner.show_message("The JACK server is gone.")
    qtbot.mouseClick(banner.hide_button, Qt.MouseButton.LeftButton)
    assert banner.isHidden()
    banner.show_message("There is no port.")
    assert banner.isVisible()


def test_what_helps_is_a_button(banner: Banner, qtbot: QtBot) -> None:
    done: list[int] = []
    banner.show_message("The engine has ended.", ("Start it again", lambda: done.append(1)))
    assert banner.remedy_button.text() == "Start it again"
    qtbot.mouseClick(banner.remedy_button, Qt.MouseButton.LeftButton)
    assert done == [1]
    assert banner.isVisible()  # until it has helped
    assert banner.hide_button.isHidden()
    assert banner.has_remedy
    banner.show_message("")
    assert banner.isHidden()
    assert not banner.has_remedy
