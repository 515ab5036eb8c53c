"""Start a child process with a private pipe to it.

Both ends send and receive frozen values, pickled. Unpickling can run any code, so no other program
may reach the pipe. The parent makes both ends before the child starts, and the child inherits one.
The pipe has no name and no address (a socket pair; on Windows a named pipe with both ends taken),
so no other program can connect to it. The child reads the number of its end in an environment
variable. It inherits no other descriptor but its standard streams and those that it is handed, and
hands none on to its own children.

If either process dies, for any reason, the system closes its end, and the other reads the end of
the pipe. Neither process needs another check.

The parent logs what a child prints on standard error (`bridge.system.child_output`).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import Pipe, connection
from typing import TYPE_CHECKING, Any

from bridge.system.child_end import ChildEnd
from bridge.system.child_exit import ChildExited
from bridge.system.real_time import signals_blocked, unblock_signals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection

    from bridge.system.child_output import ChildOutput

_START_TIMEOUT_S = 30.0  # a cold disk or a virus scanner is slow
_EXIT_TIMEOUT_S = 5.0
_OUTPUT_TIMEOUT_S = 0.5  # a process started by the child may hold its standard error open
_PIPE_VARIABLE, _SOCKET_VARIABLE = "ANTIPHON_PIPE", "ANTIPHON_SOCKET"
_JOINED = b"joined"


class ChildError(Exception):
    """The child failed to start."""

    def __init__(self, reason: ChildExited) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Child:
    """A running process and the pipe to it."""

    process: subprocess.Popen[bytes]
    connection: Connection
    output: ChildOutput

    def find_end(self) -> ChildEnd | None:
        """Return how the child ended; None while it runs, or while its output is being read."""
        status = self.process.returncode
        if status is None or not self.output.is_over:
            return None
        return ChildEnd(status, self.output.last_words())

    def kill(self) -> None:
        """End the child at once, and close the pipe."""
        self.end()
        self.close()

    def end(self) -> None:
        """End the child at once, on any thread; the owner of the pipe reads its end."""
        self.output.is_killed = True
        self.process.kill()

    def close_within(self, timeout_s: float) -> None:
        """Close the pipe, and end a child at once that has not exited in time: it loses nothing."""
        self.connection.close()
        try:
            self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
        else:
            self.close()

    def close(self) -> None:
        """Close the pipe, which makes the child exit; kill it if it does not."""
        self.connection.close()
        try:
            self.process.wait(_EXIT_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.wait(_OUTPUT_TIMEOUT_S)


def start_child(module: str, *arguments: str, handed: socket.socket | None = None) -> Child:
    """Run `python -m module arguments...` and wait until it has joined.

    The child inherits the socket `handed` and can `take_socket` it; the caller's stays open.

    Raises:
        ChildError: the child has ended, or has not joined within thirty seconds.

    """
    # A child imports this module too, and needs no logging.
    from bridge.system.child_output import ChildOutput  # noqa: PLC0415

    ours, theirs = Pipe()
    with theirs:  # the child alone may hold it open, or its end would not be seen
        numbers = {_PIPE_VARIABLE: theirs.fileno()}
        if handed is not None:
            numbers[_SOCKET_VARIABLE] = handed.fileno()
        with _inheritance(tuple(numbers.values())) as inheritance, signals_blocked():
            process = subprocess.Popen(
                # -P: no module is taken from the current folder, which may be anyone's.
                # faulthandler prints where a crash in C code happened.
                [sys.executable, "-P", "-X", "faulthandler", "-m", module, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                # A signal to the parent's whole group, as from a terminal, is for the parent.
                process_group=0 if os.name == "posix" else None,
                env=_without_numbers() | {name: str(each) for name, each in numbers.items()},
                **inheritance,
            )
    output = ChildOutput(process, module)
    if not _joins(ours):
        with suppress(subprocess.TimeoutExpired):  # its end of the pipe closes before it has ended
            process.wait(_OUTPUT_TIMEOUT_S)
        process.kill()
        ours.close()
        words = output.last_words(_OUTPUT_TIMEOUT_S)
        raise ChildError(ChildExited(module, process.wait(), words))
    return Child(process, ours, output)


def join_parent() -> Connection:
    """Return the pipe to the process that started this one through `start_child`."""
    unblock_signals()
    number = int(os.environ.pop(_PIPE_VARIABLE))
    _keep_from_children(number)
    if sys.platform == "win32":
        parent = connection.PipeConnection(number)
    else:
        parent = connection.Connection(number)
    parent.send_bytes(_JOINED)
    return parent


def has_socket() -> bool:
    """Return whether `start_child` has handed a socket to this process that it has not taken."""
    return _SOCKET_VARIABLE in os.environ


def take_socket() -> socket.socket:
    """Return the socket that `start_child` has handed to this process; once."""
    number = int(os.environ.pop(_SOCKET_VARIABLE))
    _keep_from_children(number)
    return socket.socket(fileno=number)


def _joins(ours: Connection) -> bool:
    """Wait for the child's greeting; False if it dies or is too slow."""
    try:
        return ours.poll(_START_TIMEOUT_S) and ours.recv_bytes() == _JOINED
    except (EOFError, OSError):
        return False


def _without_numbers() -> dict[str, str]:
    """Return the environment without descriptors of our own."""
    own = (_PIPE_VARIABLE, _SOCKET_VARIABLE)
    return {name: value for name, value in os.environ.items() if name not in own}


if sys.platform == "win32":  # written from the documentation of subprocess; not tested

    @contextmanager
    def _inheritance(handles: Sequence[int]) -> Iterator[dict[str, Any]]:
        """Yield the arguments of `Popen` that let the child inherit these handles only.

        A handle in the list must be inheritable during the call.
        """
        for handle in handles:
            os.set_handle_inheritable(handle, True)  # noqa: FBT003 - the parameter has no name
        try:
            listed = subprocess.STARTUPINFO(lpAttributeList={"handle_list": list(handles)})
            yield {"startupinfo": listed}
        finally:
            for handle in handles:
                os.set_handle_inheritable(handle, False)  # noqa: FBT003

    def _keep_from_children(handle: int) -> None:
        os.set_handle_inheritable(handle, False)  # noqa: FBT003

else:

    @contextmanager
    def _inheritance(descriptors: Sequence[int]) -> Iterator[dict[str, Any]]:
        """Yield the arguments of `Popen` that let the child inherit these descriptors only."""
        yield {"pass_fds": descriptors}

    def _keep_from_children(descriptor: int) -> None:
        os.set_inheritable(descriptor, False)  # noqa: FBT003 - the parameter has no name
