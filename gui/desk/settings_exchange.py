"""The settings on their way between the window and the engine.

The window requests settings as a whole, and a snapshot carries those of the engine. For a moment
after a request, snapshots still carry the earlier ones, and showing them would move the controls
back under the user's hand. The engine may also change settings itself, by MIDI learn. So the
engine's settings are shown if they are new, unless a request is on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer

if TYPE_CHECKING:
    from bridge.messages.settings import Settings

_GRACE_MS = 1000
"""A request that the engine has not adopted after this time has failed."""


class SettingsExchange:
    """Knows which settings are requested, and which are shown."""

    def __init__(self) -> None:
        self.requested: Settings | None = None
        """The settings on the way to the engine."""
        self.shown: Settings | None = None
        """The settings that were requested or shown last."""
        self._elapsed = QElapsedTimer()

    def request(self, settings: Settings) -> None:
        """Record that settings are requested, which the controls show already."""
        self.requested = self.shown = settings
        self._elapsed.start()

    def start_grace(self) -> None:
        """Give the engine time from now on: it has started, and now reads the request."""
        self._elapsed.start()

    def forget_shown(self) -> None:
        """Show the settings of the next engine, whatever they are."""
        self.shown = None

    def receive(self, settings: Settings) -> bool:
        """Record the settings of a snapshot; return whether the controls must show them."""
        if self.requested is not None:
            if settings == self.requested:
                self.shown, self.requested = self.requested, None
            elif self._elapsed.elapsed() < _GRACE_MS:
                return False
            else:
                self.shown = self.requested = None
        if settings == self.shown:
            return False
        self.shown = settings
        return True
