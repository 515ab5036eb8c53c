"""The window's end of the pipe to the engine.

The engine sends snapshots; the window sends requests. A timer empties the pipe thirty times a
second and emits only the newest snapshot, so a busy window never draws old ones. Qt never waits for
the pipe.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from bridge.messages.requests import Request, Stop
from bridge.messages.snapshot import Snapshot
from gui.engine.snapshots import Capture, Captured, Unpacker

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_PERIOD_MS = 33


class SessionLink(QObject):
    """Sends requests to the engine, and emits its snapshots."""

    changed = Signal(object)
    """Carries the newest `Snapshot`."""
    captured = Signal(object)
    """Carries the requested `Captured`."""
    ended = Signal()
    """The engine process has ended."""

    def __init__(self, connection: Connection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._connection, self._unpacker = connection, Unpacker()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.poll)
        self._timer.start(_PERIOD_MS)

    def attach(self, connection: Connection) -> None:
        """Continue with another engine after the last one has ended."""
        self._connection.close()
        self._connection, self._unpacker = connection, Unpacker()
        self._timer.start(_PERIOD_MS)

    def send(self, request: Request | Capture) -> None:
        """Send a request; if the engine has ended, `ended` is emitted."""
        with suppress(OSError):
            self._connection.send(request)

    def poll(self) -> None:
        """Empty the pipe and emit the newest snapshot."""
        newest: Snapshot | None = None
        try:
            while self._connection.poll():
                message = self._connection.recv()
                if isinstance(message, Captured):
                    self.captured.emit(message)
                else:
                    newest = self._unpacker.unpack(message)
        except (EOFError, OSError):
            self._timer.stop()
            self.ended.emit()
            return
        if newest is not None:
            self.changed.emit(newest)

    def close(self) -> None:
        """Stop the engine and close the pipe."""
        self._timer.stop()
        self.send(Stop())
        self._connection.close()
