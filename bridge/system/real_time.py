"""What a process that must never be late asks of the system, and how it is asked to leave."""

import gc
import os
import signal
import socket
import sys
from contextlib import suppress

PRIORITY = 50  # below the audio server's threads, above everything else
SWITCH_S = 0.000_2  # how long one thread may keep another from running Python; 5 ms is a period


def claim_real_time() -> None:
    """Take real-time priority where the system gives it, and never stop to collect garbage."""
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()
    gc.disable()
    if sys.platform == "linux":
        # An ordinary user without the audio group's limits may not; then it just runs.
        with suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))


def open_stop_socket() -> socket.socket:
    """Give a socket that becomes readable when the system asks this process to terminate."""
    stop, ringer = socket.socketpair()
    ringer.setblocking(False)  # noqa: FBT003 - the parameter has no name
    signal.set_wakeup_fd(ringer.detach(), warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    # Control-C in a terminal reaches every process; the engine decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return stop
