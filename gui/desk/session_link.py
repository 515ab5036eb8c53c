"""The window's end of the pipe to the engine.

The engine pushes frozen snapshots; the window posts requests. A timer empties the pipe thirty times
a second and passes on the newest snapshot only: a window that was busy for a moment draws the
present, not the past. Qt never waits for the pipe.
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
    """Passes requests to the engine and its snapshots to whoever listens."""

    changed = Signal(object)
    """Carries the newest Snapshot."""
    captured = Signal(object)
    """Carries the Captured that was asked for."""
    ended = Signal()
    """The engine is gone."""

    def __init__(self, connection: Connection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._connection, self._unpacker = connection, Unpacker()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.poll)
        self._timer.start(_PERIOD_MS)

    def attach(self, connection: Connection) -> None:
        """Go on with another engine, in place of one that has ended."""
        self._connection.close()
        self._connection, self._unpacker = connection, Unpacker()
        self._timer.start(_PERIOD_MS)

    def send(self, request: Request | Capture) -> None:
        """Post a request; if the engine is gone, `ended` says so."""
        with suppress(OSError):
            self._connection.send(request)

    def poll(self) -> None:
        """Empty the pipe and pass on the newest snapshot."""
        newest: Snapshot | None = None
        try:
            while self._connection.poll():
                told = self._connection.recv()
                if isinstance(told, Captured):
                    self.captured.emit(told)
                else:
                    newest = self._unpacker.unpack(told)
        except (EOFError, OSError):
            self._timer.stop()
            self.ended.emit()
            return
        if newest is not None:
            self.changed.emit(newest)

    def close(self) -> None:
        """Ask the engine to stop and let go of the pipe."""
        self._timer.stop()
        self.send(Stop())
        self._connection.close()
