"""Real-time priority for a process that must not be late, and the signal that ends it."""

import gc
import os
import signal
import socket
import sys
from contextlib import suppress

PRIORITY = 50  # below the audio server's threads, above everything else
SWITCH_S = 0.000_2  # the longest time one thread keeps another from Python; the default is 5 ms


def claim_real_time() -> None:
    """Request real-time priority where the system grants it, and disable garbage collection."""
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()
    gc.disable()
    if sys.platform == "linux":
        # A user without the audio group's limits may not; the process then runs without.
        with suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))


def open_stop_socket() -> socket.socket:
    """Return a socket that becomes readable when the system asks this process to terminate."""
    stop, waker = socket.socketpair()
    waker.setblocking(False)  # noqa: FBT003 - the parameter has no name
    signal.set_wakeup_fd(waker.detach(), warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    ignore_terminal()
    return stop


def ignore_terminal() -> None:
    """Let Ctrl-C in the terminal, and its closing, not end this process.

    They reach every process of the terminal. The first one, a window or a command, decides what
    they mean, and ends the others.
    """
    for name in ("SIGINT", "SIGHUP"):
        if (kind := getattr(signal, name, None)) is not None:  # Windows has no SIGHUP
            signal.signal(kind, signal.SIG_IGN)
