"""The real window with a real engine on a JACK server: a keyboard that comes and goes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from bridge.messages.snapshot import RollNote, TurnState
from bridge.system.clock import SystemClock
from bridge.system.pipe import start_child
from export.styles.space import StyleSpace
from gui.desk.session_link import SessionLink
from gui.desk.widgets.theme import DARK
from gui.desk.window import Window
from tests.bridge.keyboard import Keyboard

pytestmark = pytest.mark.device

PATIENCE_MS = 20_000
MS = 1_000_000


@pytest.fixture
def window(
    qtbot: QtBot,
    space: StyleSpace,
    tmp_path: Path,
    default_jack_server: str,  # noqa: ARG001 - a server must run
) -> Iterator[Window]:
    engine = start_child("gui.engine.process")
    window = Window(SessionLink(engine.connection), space, DARK, tmp_path)
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()
    engine.close()


def played(window: Window) -> list[RollNote]:
    """Return the player's notes that the window shows."""
    assert window.snapshot is not None
    return [note for note in window.snapshot.notes if not note.answered]


def wait_for(qtbot: QtBot, window: Window, keyboard: str) -> None:
    """Wait until the window shows that this keyboard is heard; empty: none."""

    def shown() -> bool:
        return window.snapshot is not None and window.snapshot.keyboard == keyboard

    qtbot.waitUntil(shown, timeout=PATIENCE_MS)


def test_a_keyboard_is_heard_without_a_click_and_released_when_it_goes(
    window: Window, qtbot: QtBot
) -> None:
    with Keyboard() as keyboard:
        wait_for(qtbot, window, keyboard.name)
        assert window.top_bar.status_text == f"Listening to {keyboard.name}."
        qtbot.mouseClick(window.top_bar.start, Qt.MouseButton.LeftButton)
        keyboard.press(60)
        qtbot.waitUntil(lambda: len(played(window)) == 1, timeout=PATIENCE_MS)
        unplugged_ns = SystemClock().now_ns()
        keyboard.unplug()
        wait_for(qtbot, window, "")
        qtbot.waitUntil(lambda: played(window)[0].release_ns is not None, timeout=PATIENCE_MS)
    release_ns = played(window)[0].release_ns
    assert release_ns is not None
    assert 0 < release_ns - unplugged_ns < 100 * MS
    assert window.top_bar.status_text != f"Listening to {keyboard.name}."
    qtbot.waitUntil(
        lambda: window.snapshot is not None and window.snapshot.state is TurnState.ANSWERING,
        timeout=PATIENCE_MS,
    )
    with Keyboard() as again:
        wait_for(qtbot, window, again.name)
        again.press(62)
        qtbot.waitUntil(lambda: len(played(window)) == 2, timeout=PATIENCE_MS)


def test_the_tick_in_devices_switches_it_off_and_on(window: Window, qtbot: QtBot) -> None:
    with Keyboard() as keyboard:
        wait_for(qtbot, window, keyboard.name)
        qtbot.waitUntil(  # the list comes once no port comes or goes
            lambda: window.devices.input.findData(keyboard.name) > 0, timeout=PATIENCE_MS
        )
        window.devices.keyboard.click()
        wait_for(qtbot, window, "")
        assert not window.preferences().settings.keyboard
        window.devices.keyboard.click()
        wait_for(qtbot, window, keyboard.name)
