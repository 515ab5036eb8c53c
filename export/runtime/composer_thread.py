"""A thread that runs the composer, so that the engine stays responsive.

Messages go in through `post`. A new message interrupts the work between two pieces of it, which are
a few tokens each. Decided events come out of `connection`, on which the engine waits together with
its other sources.
"""

from __future__ import annotations

import threading
from collections import deque
from multiprocessing.connection import Connection, Pipe
from typing import TYPE_CHECKING

from bridge.messages.composer import Configure
from bridge.playout.problem import ComposerFailed, ModelUnusable
from bridge.playout.protocol import Problem
from export.runtime.artefact import ArtefactError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.messages.composer import ToComposer
    from export.runtime.composer import Composer


class ComposerThread:
    """Runs a composer beside the engine."""

    def __init__(self, make: Callable[[], Composer]) -> None:
        """Make a composer in the thread, so that the caller does not wait for it, and run it."""
        self._make = make
        self._condition = threading.Condition()  # guards the three that follow
        self._messages: deque[ToComposer] = deque()
        self._idle = self._closing = False
        self.connection: Connection
        self.connection, self._sender = Pipe(duplex=False)
        self._thread = threading.Thread(target=self._run, name="composer", daemon=True)
        self._thread.start()

    def post(self, message: ToComposer) -> None:
        """Send the composer a message.

        Settings replace those just before them that are not read yet: a knob sends hundreds a
        second.
        """
        with self._condition:
            unread = self._messages
            if isinstance(message, Configure) and unread and isinstance(unread[-1], Configure):
                unread.pop()
            self._messages.append(message)
            self._idle = False
            self._condition.notify_all()

    def wait_idle(self, timeout_s: float) -> bool:
        """Wait until there is nothing more to do; return False if the timeout passes first."""
        with self._condition:
            return self._condition.wait_for(lambda: self._idle, timeout_s)

    def close(self) -> None:
        """Stop the thread and wait for its end."""
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        self._thread.join()
        self._sender.close()
        self.connection.close()

    def _run(self) -> None:
        try:
            self._serve(self._make())
        except ArtefactError as error:
            self._sender.send(Problem(ModelUnusable(error.reason)))
        except Exception as error:  # noqa: BLE001 - the thread ends here and the error is shown
            self._sender.send(Problem(ComposerFailed(type(error).__name__, str(error))))

    def _serve(self, composer: Composer) -> None:
        while True:
            with self._condition:
                while not (self._messages or composer.is_busy or self._closing):
                    self._idle = True
                    self._condition.notify_all()
                    self._condition.wait()
                if self._closing:
                    return
                messages = list(self._messages)
                self._messages.clear()
            for message in messages:
                composer.receive(message)
            composed = composer.step() if composer.is_busy else None
            if composed is not None:
                self._sender.send(composed)
