"""The queues between the main thread and a callback in another thread.

The main thread posts commands, and the callback posts reports. Each queue has one
writer and one reader, so neither thread waits for a lock of the other. After a report the callback
writes to a socket, `wakeup`, which the main thread waits on.
"""

from __future__ import annotations

import socket
import threading
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from bridge.playout.protocol import Command, InputLost

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.playout.protocol import Report

CallbackCommand = Command | threading.Event | InputLost
"""A command, or an event that the callback sets when it reaches it in the queue.

`InputLost` is reported back, after what was received before.
"""


class CallbackQueues:
    """Commands in one direction, reports in the other."""

    def __init__(self) -> None:
        self._commands: deque[CallbackCommand] = deque()
        self._reports: deque[Report] = deque()
        self.wakeup, self._waker = socket.socketpair()
        for end in (self.wakeup, self._waker):
            end.setblocking(False)  # noqa: FBT003 - the parameter has no name

    # The main thread.

    def post(self, command: CallbackCommand) -> None:
        """Post a command to the callback."""
        self._commands.append(command)

    def pop_reports(self) -> list[Report]:
        """Return the reports since the last call."""
        return [self._reports.popleft() for _ in range(len(self._reports))]

    def clear_wakeup(self) -> None:
        """Empty the socket, before the reports are read."""
        with suppress(BlockingIOError):
            while self.wakeup.recv(256):
                pass

    def close(self) -> None:
        """Close the socket. Reports can still be read."""
        self.wakeup.close()
        self._waker.close()

    # The callback.

    def pop_commands(self) -> Iterator[CallbackCommand]:
        """Yield the commands that are posted now; later ones are left to the next call."""
        for _ in range(len(self._commands)):
            yield self._commands.popleft()

    def report(self, report: Report) -> None:
        """Report to the main thread, and wake it."""
        self._reports.append(report)
        self.wake()

    def wake(self) -> None:
        """Wake the main thread; either thread may call this."""
        # A full socket is readable already, and a closed one has no reader.
        with suppress(OSError):
            self._waker.send(b"\0")
