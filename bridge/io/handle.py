"""The engine's handle on the MIDI I/O process: start it, tell it, hear from it, end it.

The process behind it owns the ports and the send queue (`bridge.io.process`). Nothing here waits for
it except `receive` and `close`. When it dies, that is a `Problem` like any other of the world: it
is received once, and from then on what is sent goes nowhere.
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
_OUTPUT_TIMEOUT_S = 0.5  # the pipe may end before the process has printed why


class MidiIo:
    """A running MIDI I/O process."""

    def __init__(self, child: Child) -> None:
        """Take charge of a child that has joined; see `start`."""
        self._child = child
        self._alive = True
        self._quitting = False

    @classmethod
    def start(cls, backend: BackendName = "auto", client_name: str = CLIENT_NAME) -> Self:
        """Start the process, which opens no ports yet, or raise `pipe.ChildError`."""
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
        """What `multiprocessing.connection.wait` can wait for, as long as `alive`."""
        return self._child.connection

    @property
    def alive(self) -> bool:
        """Whether the process is there, as far as `receive` has seen."""
        return self._alive

    @property
    def process_id(self) -> int:
        """The system's number of the process, for a person who looks for it."""
        return self._child.process.pid

    def send(self, message: ToIo) -> None:
        """Return the process something; if it is gone, `receive` will say so."""
        self._quitting |= isinstance(message, Quit)
        with suppress(OSError):
            self._child.connection.send(message)

    def receive(self, timeout_s: float | None = 0.0) -> list[FromIo]:
        """Return what the process has said; wait for it at most this long (None: for ever)."""
        messages: list[FromIo] = []
        try:
            while self._alive and self._child.connection.poll(0.0 if messages else timeout_s):
                messages.append(self._child.connection.recv())
        except (EOFError, OSError):
            self._alive = False
            if not self._quitting:
                words = self._child.output.last_words(_OUTPUT_TIMEOUT_S)
                messages.append(Problem(IoExited(words)))
        return messages

    def close(self) -> None:
        """Let the process release everything and leave; kill it if it does not."""
        self.send(Quit())
        self._alive = False
        self._child.close()
