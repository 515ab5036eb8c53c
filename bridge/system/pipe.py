"""Start a child process with a private pipe to it.

Both ends send and receive frozen values, pickled. Unpickling can run any code, so no other program
may connect. The parent listens at an address of this machine only (a Unix socket, on Windows a
named pipe) with a fresh key. It passes both to the child through its standard input, which no other
program reads. The two then prove to each other that they have the key.

If either process dies, for any reason, the system closes its end, and the other reads the end of
the pipe. Neither process needs another check.

The parent logs what a child prints on standard error (`bridge.system.child_output`).
"""

from __future__ import annotations

import json
import queue
import secrets
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Client, Connection, Listener
from typing import TYPE_CHECKING

from bridge.system.child_end import ChildEnd
from bridge.system.child_exit import ChildExited

if TYPE_CHECKING:
    from bridge.system.child_output import ChildOutput

_POLL_S = 0.05
_MAX_POLLS = 600  # thirty seconds: a cold disk or a virus scanner is slow
_EXIT_TIMEOUT_S = 5.0
_OUTPUT_TIMEOUT_S = 0.5  # a process started by the child may hold its standard error open


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
        self.output.is_killed = True
        self.process.kill()
        self.close()

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


def start_child(module: str, *arguments: str) -> Child:
    """Run `python -m module arguments...` and wait until it has joined, or raise `ChildError`."""
    # A child imports this module too, and needs no logging.
    from bridge.system.child_output import ChildOutput  # noqa: PLC0415

    key = secrets.token_bytes(32)
    with Listener(_address(), authkey=key) as listener:
        address = listener.address
        where = address.decode() if isinstance(address, bytes) else address
        process = subprocess.Popen(
            # faulthandler prints where a crash in C code happened.
            [sys.executable, "-X", "faulthandler", "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        output = ChildOutput(process, module)
        _send_line(process, json.dumps({"address": where, "key": key.hex()}))
        connection = _accept(listener, process)
        if connection is None:
            with Client(where, authkey=key):
                pass  # ends the thread that still waits for the child
            process.kill()
            words = output.last_words(_OUTPUT_TIMEOUT_S)
            raise ChildError(ChildExited(module, process.wait(), words))
    return Child(process, connection, output)


def _address() -> str | None:
    """Return the address to listen at: on Linux a name with no file, as a path may be too long."""
    return f"\0antiphon-{secrets.token_hex(8)}" if sys.platform == "linux" else None


def join_parent() -> Connection:
    """Connect to the process that started this one through `start_child`."""
    where = json.loads(sys.stdin.readline())
    return Client(where["address"], authkey=bytes.fromhex(where["key"]))


def _send_line(process: subprocess.Popen[bytes], line: str) -> None:
    assert process.stdin is not None
    # If the child is gone already, `_accept` detects it.
    with suppress(BrokenPipeError), process.stdin as stdin:
        stdin.write(line.encode())


def _accept(listener: Listener, process: subprocess.Popen[bytes]) -> Connection | None:
    """Wait for the child while it lives. A thread waits, as a listener has no time-out."""
    arrived: queue.SimpleQueue[Connection] = queue.SimpleQueue()
    threading.Thread(target=lambda: arrived.put(listener.accept()), daemon=True).start()
    for _ in range(_MAX_POLLS):
        try:
            return arrived.get(timeout=_POLL_S)
        except queue.Empty:
            if process.poll() is not None:
                break
    return None
