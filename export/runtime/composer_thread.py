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

from bridge.playout.protocol import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.messages.composer import ToComposer
    from export.runtime.composer import Composer


class ComposerThread:
    """Runs a composer beside the engine."""

    def __init__(self, make: Callable[[], Composer]) -> None:
        """Make a composer in the thread, where nobody waits for it, and run it."""
        self._make = make
        self._change = threading.Condition()  # guards the three that follow
        self._messages: deque[ToComposer] = deque()
        self._idle = self._leaving = False
        self.connection: Connection
        self.connection, self._out = Pipe(duplex=False)
        self._thread = threading.Thread(target=self._run, name="composer", daemon=True)
        self._thread.start()

    def post(self, message: ToComposer) -> None:
        """Give the composer a message."""
        with self._change:
            self._messages.append(message)
            self._idle = False
            self._change.notify_all()

    def settle(self, timeout_s: float) -> bool:
        """Wait until there is nothing more to do; tell whether it has come to that."""
        with self._change:
            return self._change.wait_for(lambda: self._idle, timeout_s)

    def close(self) -> None:
        """Let the thread end, and wait for it."""
        with self._change:
            self._leaving = True
            self._change.notify_all()
        self._thread.join()
        self._out.close()
        self.connection.close()

    def _run(self) -> None:
        try:
            self._serve(self._make())
        except Exception as error:  # noqa: BLE001 - the outermost of its thread, and shown
            self._out.send(Problem(f"The composer has failed ({type(error).__name__}: {error})."))

    def _serve(self, composer: Composer) -> None:
        while True:
            with self._change:
                while not (self._messages or composer.busy or self._leaving):
                    self._idle = True
                    self._change.notify_all()
                    self._change.wait()
                if self._leaving:
                    return
                messages = list(self._messages)
                self._messages.clear()
            for message in messages:
                composer.receive(message)
            composed = composer.work() if composer.busy else None
            if composed is not None:
                self._out.send(composed)
