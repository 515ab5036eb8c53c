"""Undo and redo of settings.

An undo step is what the user does in one go. Dragging a puck requests many blends but is one step,
so quick changes of the same settings are merged.
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
    """The changes of settings that can be undone and redone."""

    def __init__(self, request: Callable[[SettingValues], object]) -> None:
        """Use `request` to request settings; it gets their names and values."""
        super().__init__()
        self.setUndoLimit(_MAX_STEPS)
        self._request_values, self._elapsed = request, QElapsedTimer()

    def record(self, before: Settings, after: Settings) -> None:
        """Record that the settings `after` have been requested in place of `before`."""
        if before == after:
            return
        quick = self._elapsed.isValid() and self._elapsed.elapsed() < _MERGE_MS
        self._elapsed.start()
        self.push(_SettingsCommand(self._request, before, after, mergeable=quick))

    def _request(self, values: SettingValues) -> None:
        self._elapsed.invalidate()  # the next change is a new step
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
        self._done = True  # the change is made before the command is pushed

    def id(self) -> int:
        """Return an id, so that Qt offers steps for merging."""
        return _COMMAND_ID

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Merge the next step into this one, if both belong together."""
        assert isinstance(other, _SettingsCommand)
        same = changed_names(self.before, self.after) == changed_names(other.before, other.after)
        if not (same and other._mergeable):  # noqa: SLF001 - the same class
            return False
        self.after = other.after
        return True

    def undo(self) -> None:
        """Request the settings before the change."""
        self._request_values(self._values(self.before))

    def redo(self) -> None:
        """Request the settings after the change again."""
        if self._done:
            self._done = False
        else:
            self._request_values(self._values(self.after))

    def _values(self, settings: Settings) -> SettingValues:
        """Return the changed settings only, since others may have changed since."""
        return {name: getattr(settings, name) for name in changed_names(self.before, self.after)}


class UndoShortcutFilter(QObject):
    """Gives the window's undo and redo precedence over those of number boxes."""

    def eventFilter(self, box: QObject, event: QEvent) -> bool:
        """Pass the undo and redo keys on to the window."""
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
