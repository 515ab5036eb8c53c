"""Settings can be undone: whoever has gone astray goes back, step by step.

A step is what somebody does in one go. A puck that is dragged asks for a hundred blends, and is one
step; so changes of the same settings that follow each other quickly are taken together.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QElapsedTimer, QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence, QUndoCommand, QUndoStack

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.messages.settings import Settings

    SettingValues = dict[str, Any]

_MERGE_MS = 1000
_MAX_STEPS = 200
_COMMAND_ID = 1


class SettingsUndo(QUndoStack):
    """The changes of settings that can be undone, and done again."""

    def __init__(self, request: Callable[[SettingValues], object]) -> None:
        """Let `ask` ask for settings as they were before, or after again, by their names."""
        super().__init__()
        self.setUndoLimit(_MAX_STEPS)
        self._request_values, self._elapsed = request, QElapsedTimer()

    def record(self, before: Settings, after: Settings) -> None:
        """Take note that these settings have been asked for, in place of those."""
        if before == after:
            return
        quick = self._elapsed.isValid() and self._elapsed.elapsed() < _MERGE_MS
        self._elapsed.start()
        self.push(_SettingsCommand(self._request, before, after, mergeable=quick))

    def _request(self, values: SettingValues) -> None:
        self._elapsed.invalidate()  # what comes next is another step
        self._request_values(values)


class _SettingsCommand(QUndoCommand):
    """One change."""

    def __init__(
        self,
        request: Callable[[SettingValues], object],
        before: Settings,
        after: Settings,
        *,
        mergeable: bool,
    ) -> None:
        super().__init__()
        self._request_values, self.before, self.after, self._mergeable = (
            request,
            before,
            after,
            mergeable,
        )
        self._done = True  # it is pushed when it has been asked for

    def id(self) -> int:
        """Return that steps may be taken together."""
        return _COMMAND_ID

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take the next step as part of this one, if it is."""
        assert isinstance(other, _SettingsCommand)
        same = changed_names(self.before, self.after) == changed_names(other.before, other.after)
        if not (same and other._mergeable):  # noqa: SLF001 - one of ours
            return False
        self.after = other.after
        return True

    def undo(self) -> None:
        """Ask for the settings of before."""
        self._request_values(self._values(self.before))

    def redo(self) -> None:
        """Ask for the settings of after, again."""
        if self._done:
            self._done = False
        else:
            self._request_values(self._values(self.after))

    def _values(self, settings: Settings) -> SettingValues:
        """Return what of these settings the step is about: others may have changed since."""
        return {name: getattr(settings, name) for name in changed_names(self.before, self.after)}


class UndoShortcutFilter(QObject):
    """Lets a window's undo and redo come before those of a box in which a number is written."""

    def eventFilter(self, box: QObject, event: QEvent) -> bool:
        """Leave these keys to the window."""
        keys = QKeySequence.StandardKey
        if (
            event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
            and isinstance(event, QKeyEvent)
            and (event.matches(keys.Undo) or event.matches(keys.Redo))
        ):
            event.ignore()
            return True
        return super().eventFilter(box, event)


def changed_names(before: Settings, after: Settings) -> tuple[str, ...]:
    """Return the names of the settings that differ."""
    return tuple(
        field.name
        for field in fields(before)
        if getattr(before, field.name) != getattr(after, field.name)
    )
