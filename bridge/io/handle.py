"""The engine's handle on the MIDI I/O process: start it, send to it, receive from it, end it.

The process owns the ports and the send queue (`bridge.io.process`). Only `receive` and `close` wait
for it. If the process dies, `receive` returns one `Problem`; later messages to it are dropped.
`gui.engine.io_supervisor` starts it again.
"""

import socket
from contextlib import suppress
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Literal, Self

from bridge.playout.problem import IoExited
from bridge.playout.protocol import FromIo, Problem, Quit, ToIo
from bridge.system.clock import SystemClock
from bridge.system.pipe import Child, start_child
from bridge.system.units import SECOND

BackendName = Literal["auto", "jack", "rtmidi", "loopback"]
CLIENT_NAME = "Antiphon"
_MAX_MESSAGES = 32
_EXIT_TIMEOUT_NS = 3 * SECOND  # a JACK server that does not call us is waited for, for a second
_OUTPUT_TIMEOUT_S = 0.5  # the pipe may end before the process prints the reason


class MidiIo:
    """A running MIDI I/O process."""

    def __init__(self, child: Child) -> None:
        """Own a child that has joined; see `start`."""
        self._child = child
        self._alive = True
        self._quitting = False

    @classmethod
    def start(
        cls,
        backend: BackendName = "auto",
        client_name: str = CLIENT_NAME,
        synth: socket.socket | None = None,
    ) -> Self:
        """Start the process, with no ports open yet, or raise `pipe.ChildError`.

        It inherits the socket to the synth, which is needed for `Monitor`.
        """
        return cls(start_child("bridge.io.process", backend, client_name, handed=synth))

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
        """Return the messages received; wait at most `timeout_s` for the first (None: forever).

        Of very many, the first are returned: the caller has other work too.
        """
        messages: list[FromIo] = []
        try:
            while (
                self._alive
                and len(messages) < _MAX_MESSAGES
                and self._child.connection.poll(0.0 if messages else timeout_s)
            ):
                messages.append(self._child.connection.recv())
        except (EOFError, OSError):
            self._alive = False
            if not self._quitting:
                self._child.output.wait(_OUTPUT_TIMEOUT_S)
                messages.append(Problem(IoExited(self._child.find_end())))
        return messages

    def kill(self) -> None:
        """End the process at once; `receive` reports it."""
        self._child.process.kill()

    def close(self) -> list[FromIo]:
        """Ask the process to release everything and exit; kill it if it does not.

        Return its last messages. They say what it has sent until its end.
        """
        if self._alive:
            self.send(Quit())
        clock = SystemClock()
        end_ns, messages = clock.now_ns() + _EXIT_TIMEOUT_NS, list[FromIo]()
        while self._alive and (left_ns := end_ns - clock.now_ns()) > 0:
            messages += self.receive(left_ns / SECOND)
        self._alive = False
        self._child.close_within(max(0.0, (end_ns - clock.now_ns()) / SECOND))
        return messages
