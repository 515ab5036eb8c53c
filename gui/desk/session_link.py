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
from bridge.playout.protocol import Panic
from bridge.system.panic_signal import PanicSignal
from gui.engine.snapshots import Capture, Captured, Unpacker

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from bridge.system.child_end import FindEnd

_PERIOD_MS = 33
_MAX_END_POLLS = 60  # two seconds


class SessionLink(QObject):
    """Sends requests to the engine, and emits its snapshots."""

    changed = Signal(object)
    """Carries the newest `Snapshot`."""
    captured = Signal(object)
    """Carries the requested `Captured`."""
    ended = Signal(object)
    """The engine process has ended; carries its `ChildEnd`, or None if it is not known how."""

    def __init__(
        self,
        connection: Connection,
        find_end: FindEnd | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Serve a pipe; `find_end` is the `Child.find_end` of the process at its other end."""
        super().__init__(parent)
        self._panic = PanicSignal()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.poll)
        self._serve(connection, find_end)

    def attach(self, connection: Connection, find_end: FindEnd | None = None) -> None:
        """Continue with another engine after the last one has ended."""
        self._connection.close()
        self._serve(connection, find_end)

    def _serve(self, connection: Connection, find_end: FindEnd | None) -> None:
        self._connection, self._unpacker = connection, Unpacker()
        self._find_end, self._end_polls = find_end, 0
        self._timer.start(_PERIOD_MS)

    def send(self, request: Request | Capture) -> None:
        """Send a request; if the engine has ended, `ended` is emitted.

        A panic goes to the MIDI I/O process too, since the engine may be busy.
        """
        if isinstance(request, Panic):
            self._panic.send()
        with suppress(OSError):
            self._connection.send(request)

    def poll(self) -> None:
        """Empty the pipe and emit the newest snapshot."""
        newest: Snapshot | None = None
        is_over = False
        try:
            while self._connection.poll():
                message = self._connection.recv()
                if isinstance(message, Captured):
                    self.captured.emit(message)
                else:
                    newest = self._unpacker.unpack(message)
        except (EOFError, OSError):
            is_over = True
        if newest is not None:
            self._panic.aim(newest.io_process_id)
            self.changed.emit(newest)
        if is_over:
            self._report_end()

    def _report_end(self) -> None:
        """Emit `ended`, at once or at a later poll: the pipe may end before the process does."""
        end = None
        if self._find_end is not None:
            end = self._find_end()
            self._end_polls += 1
            if end is None and self._end_polls < _MAX_END_POLLS:
                return
        self._timer.stop()
        self._panic.close()
        self.ended.emit(end)

    def close(self) -> None:
        """Stop the engine and close the pipe."""
        self._timer.stop()
        self.send(Stop())
        self._panic.close()
        self._connection.close()
