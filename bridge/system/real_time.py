"""Real-time priority for a process that must not be late, and the signals that end it."""

import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

PRIORITY = 50  # below the audio server's threads, above everything else
PARENT_ENDS_S = 10.0
"""The time after SIGTERM in which a parent has ended its child processes properly."""
_SILENT_S = 2.0
"""The same for a process that sounds: without its parent, it must be silent soon."""
ENDING_SIGNALS = frozenset(
    kind
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
    if (kind := getattr(signal, name, None)) is not None  # Windows has only the first two
)
"""The signals that ask a process to end: Ctrl-C, the system, a closed terminal, Ctrl-\\."""
SWITCH_S = 0.000_2  # the longest time one thread keeps another from Python; the default is 5 ms

SHARED_SWITCH_S = 0.000_5  # the same where another thread computes all the time


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


def share_interpreter() -> None:
    """Let a thread that waits for messages run soon beside one that computes."""
    sys.setswitchinterval(SHARED_SWITCH_S)


def open_stop_socket() -> socket.socket:
    """Return a socket that becomes readable when this process must end on request of the system."""
    stop, waker = socket.socketpair()
    waker.setblocking(False)  # noqa: FBT003 - the parameter has no name
    leave_end_to_parent(lambda: waker.send(b"."), _SILENT_S)
    return stop


def leave_end_to_parent(end: Callable[[], object], after_s: float = PARENT_ENDS_S) -> None:
    r"""Let a parent process decide what a signal to all its processes means.

    Ctrl-C and Ctrl-\\ in the terminal, and its closing, reach every process of the terminal. They
    are ignored: the first one, a window or a command, ends the others. At logout the system sends
    SIGTERM to every process of the user. If this process still runs `after_s` later, `end` is
    called, in the main thread.
    """
    for kind in ENDING_SIGNALS - {signal.SIGTERM}:
        signal.signal(kind, signal.SIG_IGN)
    if sys.platform == "win32":
        signal.signal(signal.SIGTERM, lambda _number, _frame: end())
        return
    signal.signal(signal.SIGALRM, lambda _number, _frame: end())
    signal.signal(signal.SIGTERM, lambda _number, _frame: _alarm_in(after_s))


def _alarm_in(after_s: float) -> None:
    """Send this process SIGALRM after a time."""
    # A timer of the system would go off in an interpreter that is ending, and has no handler left.
    timer = threading.Timer(after_s, os.kill, (os.getpid(), signal.SIGALRM))
    timer.daemon = True
    timer.start()


@contextmanager
def signals_blocked() -> Iterator[None]:
    """Block the signals that end a process, in this thread and in processes that it starts.

    A process that is being started cannot handle them yet. It calls `unblock_signals` when it can.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def unblock_signals() -> None:
    """Handle the signals that were blocked when this process was started."""
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING_SIGNALS)


def exit_terminated() -> NoReturn:
    """Exit with the status of a process that SIGTERM has ended, as a shell reports it."""
    sys.exit(128 + signal.SIGTERM)
