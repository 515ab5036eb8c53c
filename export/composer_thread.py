"""A thread for the composer, so that the engine goes on listening while it works.

Messages go in through `post`, and a newer one interrupts the work between two pieces of it: a few
tokens. What is composed comes out of `connection`, so that the engine can wait for it along with
everything else.
"""

from __future__ import annotations

import threading
from collections import deque
from multiprocessing.connection import Connection, Pipe
from typing import TYPE_CHECKING

from bridge.protocol import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.dialogue import ToComposer
    from export.composer import Composer


class ComposerThread:
    """Runs a composer beside the engine."""

    def __init__(self, make: Callable[[], Composer]) -> None:
        """Make a composer in the thread, where nobody waits for it, and run it."""
        self._make = make
        self._messages: deque[ToComposer] = deque()
        self._wake = threading.Event()
        self._leaving = False
        self.connection: Connection
        self.connection, self._out = Pipe(duplex=False)
        self._thread = threading.Thread(target=self._run, name="composer", daemon=True)
        self._thread.start()

    def post(self, message: ToComposer) -> None:
        """Give the composer a message."""
        self._messages.append(message)
        self._wake.set()

    def close(self) -> None:
        """Let the thread end, and wait for it."""
        self._leaving = True
        self._wake.set()
        self._thread.join()
        self._out.close()
        self.connection.close()

    def _run(self) -> None:
        try:
            self._serve()
        except Exception as error:  # noqa: BLE001 - the outermost of its thread, and shown
            self._out.send(Problem(f"The composer has failed ({type(error).__name__}: {error})."))

    def _serve(self) -> None:
        composer = self._make()
        while not self._leaving:
            if not self._messages and not composer.busy:
                self._wake.wait()
                self._wake.clear()
            while self._messages:
                composer.take(self._messages.popleft())
            composed = composer.work() if composer.busy else None
            if composed is not None:
                self._out.send(composed)
