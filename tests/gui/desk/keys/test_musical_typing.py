"""Musical typing in a window: which widget gets a key, wherever the focus is."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QListWidget,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from bridge.midi.events import ControlChange, Event, NoteOff, NoteOn
from bridge.system.clock import ManualClock
from gui.desk.keys.keyboard import Keyboard
from gui.desk.keys.musical_typing import MusicalTyping
from gui.desk.takes.card import TakeState
from gui.desk.takes.small_roll import SmallRoll
from gui.desk.widgets.theme import DARK
from tests.gui.desk.takes.examples import MINUET, NOTES, SPAN

KEYS = Qt.Key
# The offscreen platform warns about this for every menu.
NO_GRAB = pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)
ON, OFF = NoteOn(0, 60, 95), NoteOff(0, 60)


class Room:
    """A window with a keyboard and other widgets that use keys."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QWidget()
        self.keyboard = Keyboard(DARK, ManualClock())
        self.typing = MusicalTyping(self.keyboard)
        self.button = QPushButton("&Start")
        self.line, self.text, self.plain = QLineEdit(), QTextEdit(), QPlainTextEdit()
        self.number, self.list = QSpinBox(), QListWidget()
        self.combo, self.editable = QComboBox(), QComboBox()
        self.list.addItems(["Zebra", "Fox"])
        for combo in (self.combo, self.editable):
            combo.addItems(["Zebra", "Fox"])
        self.editable.setEditable(True)
        self.clicked: list[bool] = []
        self.button.clicked.connect(lambda: self.clicked.append(True))
        layout = QVBoxLayout(self.window)
        self.others = (
            *(self.button, self.line, self.text, self.plain, self.number),
            *(self.list, self.combo, self.editable),
        )
        for widget in (*self.others, self.keyboard):
            layout.addWidget(widget)
        self.events: list[Event] = []
        self.keyboard.played.connect(
            lambda inject: self.events.extend(timed.event for timed in inject.events)
        )
        qtbot.addWidget(self.window)
        self.window.show()
        with qtbot.waitActive(self.window):
            self.window.activateWindow()
        self.qtbot = qtbot

    def click(self, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
        """Press and release a key in the focused widget, as the system would."""
        handle = self.window.windowHandle()
        assert handle is not None
        modifiers = Qt.KeyboardModifier.NoModifier if modifier is None else modifier
        self.qtbot.keyClick(handle, key, modifiers)

    def new_events(self) -> list[Event]:
        events, self.events[:] = list(self.events), []
        return events


@pytest.fixture
def room(qtbot: QtBot) -> Iterator[Room]:
    room = Room(qtbot)
    room.typing.setEnabled(True)
    yield room
    room.typing.setEnabled(False)


@pytest.mark.parametrize("name", ["button", "list", "combo", "keyboard"])
def test_letters_play_wherever_the_focus_is(room: Room, name: str) -> None:
    getattr(room, name).setFocus()
    room.click(KEYS.Key_F)
    assert room.new_events() == [NoteOn(0, 65, 95), NoteOff(0, 65)]
    assert room.combo.currentText() == "Zebra"
    assert room.list.currentRow() < 1


@pytest.mark.parametrize("name", ["line", "text", "plain", "number", "editable"])
def test_text_fields_keep_their_keys(room: Room, name: str) -> None:
    getattr(room, name).setFocus()
    room.click(KEYS.Key_A)
    room.click(KEYS.Key_Space)
    assert room.new_events() == []


def test_typed_text_arrives(room: Room) -> None:
    for field in (room.line, room.editable.lineEdit()):
        assert field is not None
        field.clear()
        field.setFocus()
        room.click(KEYS.Key_A)
        assert field.text() == "a"


def test_a_read_only_field_keeps_its_keys(room: Room) -> None:
    room.line.setReadOnly(True)
    room.line.setFocus()
    room.click(KEYS.Key_A)
    assert room.new_events() == []


def test_disabling_releases_all_keys_and_consumes_none(room: Room) -> None:
    room.button.setFocus()
    handle = room.window.windowHandle()
    room.qtbot.keyPress(handle, KEYS.Key_A)
    room.typing.setEnabled(False)
    assert not room.typing.isEnabled()
    assert room.new_events() == [ON, OFF]
    room.qtbot.keyRelease(handle, KEYS.Key_A)
    room.click(KEYS.Key_S)
    assert room.new_events() == []
    room.typing.setEnabled(True)
    room.typing.setEnabled(True)
    room.click(KEYS.Key_A)
    assert room.new_events() == [ON, OFF]
    room.typing.setEnabled(False)
    room.click(KEYS.Key_A)
    assert room.new_events() == []


@NO_GRAB
@pytest.mark.parametrize("name", ["button", "combo", "list"])
def test_buttons_keep_the_space_bar(room: Room, name: str) -> None:
    getattr(room, name).setFocus()
    room.click(KEYS.Key_Space)
    assert room.new_events() == []
    if name == "button":
        assert len(room.clicked) == 1
    room.combo.hidePopup()


@pytest.mark.parametrize("key", [KEYS.Key_Space, KEYS.Key_Return])
def test_a_focused_take_plays_and_the_pedal_stays_up(room: Room, key: Qt.Key) -> None:
    roll = SmallRoll(DARK, lambda _: None)
    roll.show_take(1, MINUET, SPAN, NOTES, TakeState.READY)
    roll.setParent(room.window)
    played: list[bool] = []
    roll.played.connect(lambda: played.append(True))
    roll.show()
    roll.setFocus()
    room.click(key)
    assert (played, room.new_events()) == ([True], [])
    room.click(KEYS.Key_A)  # letters that the take does not use
    assert room.new_events() == [ON, OFF]


def test_elsewhere_space_is_the_pedal(room: Room) -> None:
    room.keyboard.setFocus()
    room.click(KEYS.Key_Space)
    assert room.new_events() == [ControlChange(0, 64, 127), ControlChange(0, 64, 0)]


def test_mnemonics_and_commands_keep_working(room: Room) -> None:
    saved: list[bool] = []
    save = QShortcut(QKeySequence("Ctrl+S"), room.window)
    save.activated.connect(lambda: saved.append(True))
    room.keyboard.setFocus()
    room.click(KEYS.Key_S, Qt.KeyboardModifier.AltModifier)
    room.click(KEYS.Key_S, Qt.KeyboardModifier.ControlModifier)
    room.qtbot.waitUntil(lambda: room.clicked == [True])  # a button first shows that it is pressed
    assert saved == [True]
    assert room.new_events() == []


@pytest.mark.parametrize("name", ["button", "keyboard"])
def test_a_one_letter_shortcut_loses_to_music(room: Room, name: str) -> None:
    went_off: list[bool] = []
    shortcut = QShortcut(QKeySequence("A"), room.window)
    shortcut.activated.connect(lambda: went_off.append(True))
    getattr(room, name).setFocus()
    room.click(KEYS.Key_A)
    assert (room.new_events(), went_off) == ([ON, OFF], [])
    room.typing.setEnabled(False)
    room.button.setFocus()
    room.click(KEYS.Key_A)
    assert (room.new_events(), went_off) == ([], [True])


def test_other_keys_pass(room: Room) -> None:
    escaped: list[bool] = []
    escape = QShortcut(QKeySequence(KEYS.Key_Escape), room.window)
    escape.activated.connect(lambda: escaped.append(True))
    room.line.setFocus()
    room.click(KEYS.Key_Escape)
    room.keyboard.setFocus()
    room.click(KEYS.Key_Escape)
    room.click(KEYS.Key_Backtab)
    assert escaped == [True, True]
    assert not room.keyboard.hasFocus()


def test_a_release_is_consumed_wherever_the_focus_is(room: Room) -> None:
    room.button.setFocus()
    handle = room.window.windowHandle()
    room.qtbot.keyPress(handle, KEYS.Key_A)
    room.line.setFocus()
    again = QKeyEvent(
        QEvent.Type.KeyPress, KEYS.Key_A, Qt.KeyboardModifier.NoModifier, "a", autorep=True
    )
    QApplication.sendEvent(room.line, again)
    assert room.line.text() == ""
    room.qtbot.keyRelease(handle, KEYS.Key_A)
    assert room.new_events() == [ON, OFF]
    room.click(KEYS.Key_A)
    assert (room.line.text(), room.new_events()) == ("a", [])


def test_a_missed_release_loses_no_letter(room: Room) -> None:
    room.keyboard.setFocus()
    room.qtbot.keyPress(room.window.windowHandle(), KEYS.Key_A)
    other = QWidget()
    room.qtbot.addWidget(other)
    other.show()
    with room.qtbot.waitActive(other):
        other.activateWindow()
    other.close()  # the release goes to no window of ours
    with room.qtbot.waitActive(room.window):
        room.window.activateWindow()
    assert room.new_events() == [ON, OFF]
    room.line.setFocus()
    for key in (KEYS.Key_A, KEYS.Key_H, KEYS.Key_A):
        room.click(key)
    assert (room.line.text(), room.new_events()) == ("aha", [])


def test_text_after_a_missed_release_may_auto_repeat(room: Room) -> None:
    room.keyboard.setFocus()
    handle = room.window.windowHandle()
    room.qtbot.keyPress(handle, KEYS.Key_A)
    room.line.setFocus()
    room.qtbot.keyPress(handle, KEYS.Key_A)
    again = QKeyEvent(
        QEvent.Type.KeyPress, KEYS.Key_A, Qt.KeyboardModifier.NoModifier, "a", autorep=True
    )
    QApplication.sendEvent(room.line, again)
    room.qtbot.keyRelease(handle, KEYS.Key_A)
    assert (room.line.text(), room.new_events()) == ("aa", [ON, OFF])


def test_space_pressed_as_music_pushes_no_button(room: Room) -> None:
    room.keyboard.setFocus()
    handle = room.window.windowHandle()
    room.qtbot.keyPress(handle, KEYS.Key_Space)
    room.button.setFocus()
    room.qtbot.keyRelease(handle, KEYS.Key_Space)
    assert room.new_events() == [ControlChange(0, 64, 127), ControlChange(0, 64, 0)]
    assert room.clicked == []


@NO_GRAB
def test_menus_keep_their_keys(room: Room) -> None:
    menu = QMenu(room.window)
    chosen: list[bool] = []
    menu.addAction("&Apple").triggered.connect(lambda: chosen.append(True))
    menu.popup(room.window.mapToGlobal(room.button.pos()))
    room.qtbot.waitUntil(menu.isVisible)
    room.click(KEYS.Key_A)
    assert room.new_events() == []
    menu.close()
    room.qtbot.keyClick(menu, KEYS.Key_A)
    assert chosen


def test_another_window_keeps_its_keys(room: Room) -> None:
    dialog = QDialog(room.window)
    room.qtbot.addWidget(dialog)
    dialog.show()
    room.qtbot.keyClick(dialog, KEYS.Key_A)
    assert room.new_events() == []


def test_it_is_removed_with_its_keyboard(qtbot: QtBot) -> None:
    room = Room(qtbot)
    room.typing.setEnabled(True)
    room.window.deleteLater()
    QApplication.sendPostedEvents(room.window, QEvent.Type.DeferredDelete)
    other = QPushButton()
    qtbot.addWidget(other)
    other.show()
    qtbot.keyClick(other, KEYS.Key_A)  # the filter must not use a deleted keyboard
