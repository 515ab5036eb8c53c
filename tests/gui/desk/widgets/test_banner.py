"""A problem is shown until it is solved, or until it is hidden."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.desk.widgets.banner import Banner


@pytest.fixture
def banner(qtbot: QtBot) -> Banner:
    banner = Banner()
    qtbot.addWidget(banner)
    return banner


def test_it_is_shown_only_during_a_problem(banner: Banner) -> None:
    assert banner.isHidden()
    banner.show_message("The JACK server is gone.")
    assert banner.isVisible()
    assert banner.remedy_button.isHidden()
    banner.show_message("")
    assert banner.isHidden()


def test_it_can_be_hidden_until_a_new_message(banner: Banner, qtbot: QtBot) -> None:
    banner.show_message("The JACK server is gone.")
    qtbot.mouseClick(banner.hide_button, Qt.MouseButton.LeftButton)
    assert banner.isHidden()
    banner.show_message("There is no port.")
    assert banner.isVisible()


def test_a_remedy_has_a_button(banner: Banner, qtbot: QtBot) -> None:
    done: list[int] = []
    banner.show_message("The engine has ended.", ("Start it again", lambda: done.append(1)))
    assert banner.remedy_button.text() == "Start it again"
    qtbot.mouseClick(banner.remedy_button, Qt.MouseButton.LeftButton)
    assert done == [1]
    assert banner.isVisible()  # until the problem is solved
    assert banner.hide_button.isHidden()
    assert banner.has_remedy
    banner.show_message("")
    assert banner.isHidden()
    assert not banner.has_remedy
