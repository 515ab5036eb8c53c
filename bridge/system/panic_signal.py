"""A signal from the window to the MIDI I/O process: panic, past the engine.

Panic must not wait for an engine that is busy, or stopped. The window knows the MIDI I/O process
only by its number, which the engine reports. On Linux the number is exchanged at once for a
descriptor, so that a signal never reaches another process that gets the same number later. Windows
has no such signal; there, panic goes through the engine alone.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from contextlib import suppress

_SIGNAL: signal.Signals | None = getattr(signal, "SIGUSR1", None)


def accept_panic() -> socket.socket:
    """Return a socket that receives a byte for each signal, which no longer ends this process."""
    panic, waker = socket.socketpair()
    for end in (panic, waker):
        end.setblocking(False)  # noqa: FBT003 - the parameter has no name
    if _SIGNAL is not None:
        signal.signal(_SIGNAL, lambda _number, _frame: _wake(waker))
    return panic


def _wake(waker: socket.socket) -> None:
    with suppress(OSError):  # many bytes wait already, or the process is ending
        waker.send(b".")


class PanicSignal:
    """Signals panic to one process."""

    def __init__(self) -> None:
        self._process_id = 0
        self._descriptor: int | None = None  # on Linux

    def aim(self, process_id: int) -> None:
        """Signal to this process from now on; 0 is none."""
        if process_id == self._process_id:
            return
        self.close()
        if sys.platform == "linux" and process_id:
            with suppress(OSError):  # it has ended already, or the kernel is older than 5.3
                self._descriptor = os.pidfd_open(process_id)
        self._process_id = process_id

    def send(self) -> None:
        """Signal panic; a process that has ended is silent already."""
        if not self._process_id or _SIGNAL is None:
            return
        with suppress(OSError):
            if sys.platform != "linux":
                os.kill(self._process_id, _SIGNAL)
            elif self._descriptor is not None:
                signal.pidfd_send_signal(self._descriptor, _SIGNAL)

    def close(self) -> None:
        """Signal to no process any more."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor, self._process_id = None, 0
