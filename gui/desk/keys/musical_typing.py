"""Musical typing: typing anywhere in a window plays its keyboard.

An event filter sees each key before the focused widget does. Text fields, number fields, menus and
dialogs keep their letters. Widgets that the space bar pushes or opens keep the space bar: buttons,
lists, and widgets with the property `PUSHED_PROPERTY`. A key with Ctrl, Alt or Meta is a command
and not music, so mnemonics keep working. A one-letter shortcut loses to music, because the letter
is claimed before shortcuts are looked up.

A key that is down stays with the widget it was pressed for, including its repeats and its release.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from gui.desk.keys.keyboard import Keyboard

PUSHED_PROPERTY = "pushedBySpace"
"""A property that is true for a widget with its own use for the space bar."""
_TEXT_WIDGETS = (QLineEdit, QAbstractSpinBox, QTextEdit, QPlainTextEdit)
_PUSHABLE_WIDGETS = (QAbstractButton, QComboBox, QAbstractItemView)


class MusicalTyping(QObject):
    """An event filter that sends keys which are music to a keyboard; disabled at first."""

    def __init__(self, keyboard: Keyboard) -> None:
        super().__init__(keyboard)
        self._keyboard = keyboard
        self._enabled = False

    def setEnabled(self, enabled: bool) -> None:  # noqa: FBT001 - as Qt's own
        """Enable or disable musical typing; disabling releases all keys."""
        application = QApplication.instance()
        assert application is not None
        if enabled and not self._enabled:
            application.installEventFilter(self)
        elif self._enabled and not enabled:
            application.removeEventFilter(self)
            self._keyboard.release_all()
        self._enabled = enabled

    def isEnabled(self) -> bool:
        """Return whether musical typing is enabled."""
        return self._enabled

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Consume a key if it is music and no other widget has a claim to it."""
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        keyboard = self._keyboard
        held = keyboard.is_held(event)
        if not held and self._belongs_elsewhere(watched, event):
            keyboard.drop_key(event)
            return False
        if event.type() is QEvent.Type.ShortcutOverride:
            consumed = held or keyboard.is_playing_key(event)
        else:
            consumed = keyboard.handle_key(event)
        if consumed:
            event.accept()
        return consumed

    def _belongs_elsewhere(self, watched: QWidget, event: QKeyEvent) -> bool:
        if watched.window() != self._keyboard.window():  # a menu is a window too
            return True
        # A field passes a letter it cannot use to its parents, so the focused widget counts too.
        asked = (watched, QApplication.focusWidget())
        return any(
            isinstance(widget, _TEXT_WIDGETS)
            or (isinstance(widget, QComboBox) and widget.isEditable())
            or (event.key() == Qt.Key.Key_Space and _is_pushed(widget))
            for widget in asked
        )


def _is_pushed(widget: QWidget | None) -> bool:
    if isinstance(widget, _PUSHABLE_WIDGETS):
        return True
    return widget is not None and bool(widget.property(PUSHED_PROPERTY))
