"""Musical typing: what is typed anywhere in a window plays its keyboard.

It looks at each key before the widget that has the focus does. Letters belong to who writes: text
fields, number fields, menus and dialogs keep their keys. The space bar belongs to whoever is pushed
or opened by it: buttons and lists, and widgets that say so themselves (`PUSHED`). With Ctrl, Alt or
Meta a key is a command and no music, so mnemonics go on working; and a shortcut of one letter
yields, because the letter is claimed before shortcuts are looked up.

A key that is down stays with whom it was pressed for: its repeats and its release go there, too.
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
"""A property, true of a widget that does something of its own with the space bar."""
_TEXT_WIDGETS = (QLineEdit, QAbstractSpinBox, QTextEdit, QPlainTextEdit)
_PUSHABLE_WIDGETS = (QAbstractButton, QComboBox, QAbstractItemView)


class MusicalTyping(QObject):
    """Takes for a keyboard the keys that are music; off, until it is switched on."""

    def __init__(self, keyboard: Keyboard) -> None:
        super().__init__(keyboard)
        self._keyboard = keyboard
        self._enabled = False

    def setEnabled(self, enabled: bool) -> None:  # noqa: FBT001 - as Qt's own
        """Switch it on or off; off, it holds nothing."""
        application = QApplication.instance()
        assert application is not None
        if enabled and not self._enabled:
            application.installEventFilter(self)
        elif self._enabled and not enabled:
            application.removeEventFilter(self)
            self._keyboard.release_all()
        self._enabled = enabled

    def isEnabled(self) -> bool:
        """Tell whether it is on."""
        return self._enabled

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take a key if it is music, and if nobody else has a better right to it."""
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        keyboard = self._keyboard
        held = keyboard.is_held(event)
        if not held and self._belongs_elsewhere(watched, event):
            keyboard.forget_key(event)
            return False
        if event.type() is QEvent.Type.ShortcutOverride:
            taken = held or keyboard.is_playing_key(event)
        else:
            taken = keyboard.handle_key(event)
        if taken:
            event.accept()
        return taken

    def _belongs_elsewhere(self, watched: QWidget, event: QKeyEvent) -> bool:
        if watched.window() != self._keyboard.window():  # a menu, too, is a window
            return True
        # A field that has no use for a letter passes it on to its parents: they are asked, too.
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
