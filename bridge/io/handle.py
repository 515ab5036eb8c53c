"""The engine's handle on the MIDI I/O process: start it, send to it, receive from it, end it.

The process owns the ports and the send queue (`bridge.io.process`). Only `receive` and `close` wait
for it. If the process dies, `receive` returns one `Problem`; later messages to it are dropped.
"""

from contextlib import suppress
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Literal, Self

from bridge.playout.problem import IoExited
from bridge.playout.protocol import FromIo, Problem, Quit, ToIo
from bridge.system.pipe import Child, start_child

BackendName = Literal["auto", "jack", "rtmidi", "loopback"]
CLIENT_NAME = "Antiphon"
_OUTPUT_TIMEOUT_S = 0.5  # the pipe may end before the process prints the reason


class MidiIo:
    """A running MIDI I/O process."""

    def __init__(self, child: Child) -> None:
        """Own a child that has joined; see `start`."""
        self._child = child
        self._alive = True
        self._quitting = False

    @classmethod
    def start(cls, backend: BackendName = "auto", client_name: str = CLIENT_NAME) -> Self:
        """Start the process, with no ports open yet, or raise `pipe.ChildError`."""
        return cls(start_child("bridge.io.process", backend, client_name))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def connection(self) -> Connection:
        """The connection to pass to `multiprocessing.connection.wait` while `alive`."""
        return self._child.connection

    @property
    def alive(self) -> bool:
        """Whether the process runs, as of the last `receive`."""
        return self._alive

    @property
    def process_id(self) -> int:
        """The process ID, for display."""
        return self._child.process.pid

    def send(self, message: ToIo) -> None:
        """Send a message to the process; if the process is gone, `receive` reports it."""
        self._quitting |= isinstance(message, Quit)
        with suppress(OSError):
            self._child.connection.send(message)

    def receive(self, timeout_s: float | None = 0.0) -> list[FromIo]:
        """Return the messages received; wait at most `timeout_s` for the first (None: forever)."""
        messages: list[FromIo] = []
        try:
            while self._alive and self._child.connection.poll(0.0 if messages else timeout_s):
                messages.append(self._child.connection.recv())
        except (EOFError, OSError):
            self._alive = False
            if not self._quitting:
                self._child.output.wait(_OUTPUT_TIMEOUT_S)
                messages.append(Problem(IoExited(self._child.find_end())))
        return messages

    def close(self) -> None:
        """Ask the process to release everything and exit; kill it if it does not."""
        self.send(Quit())
        self._alive = False
        self._child.close()
