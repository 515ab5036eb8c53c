"""The window's end of the pipe to the process that generates takes.

The first request starts the process in the background, so the window never waits for it.
`TakesLink.close` kills it. A timer reads the pipe while a request is in progress. Replies to an
earlier request are dropped.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from bridge.system.pipe import Child, ChildError, start_child
from gui.engine.proposals import (
    DEFAULT_COUNT,
    Cancel,
    EndOfProposals,
    Failed,
    Loading,
    Progress,
    Proposal,
    Propose,
    Reply,
)

if TYPE_CHECKING:
    from subprocess import Popen

    from bridge.messages.settings import Settings
    from bridge.midi.notes import Score

_PERIOD_MS = 33
_MODULE = "gui.engine.takes"


class TakesLink(QObject):
    """Requests takes and emits the replies."""

    loading = Signal()
    """The network is being loaded."""
    progressed = Signal(object)
    """Carries a `Progress`."""
    proposed = Signal(object)
    """Carries a `Proposal`."""
    finished = Signal()
    """All requested takes are there."""
    failed = Signal(object)
    """No take can be generated; carries the reason."""
    ended = Signal()
    """The process has ended; the next request starts another one."""

    def __init__(self, parent: QObject | None = None, *, module: str = _MODULE) -> None:
        super().__init__(parent)
        self._module = module
        self._request_id = 0
        self._request: Propose | None = None  # the request in progress
        self._child: Child | None = None
        self.starting: Future[Child] | None = None
        """The process that is being started."""
        self._timer = QTimer(self)
        self._timer.setInterval(_PERIOD_MS)
        self._timer.timeout.connect(self.poll)

    @property
    def is_busy(self) -> bool:
        """Whether a request is in progress."""
        return self._request is not None

    @property
    def process(self) -> Popen[bytes] | None:
        """The process that generates takes, while it runs."""
        return None if self._child is None else self._child.process

    def propose(
        self, score: Score, settings: Settings, bars: int, count: int = DEFAULT_COUNT
    ) -> None:
        """Request `count` continuations of a score; an earlier request is dropped."""
        self._request_id += 1
        self._request = Propose(self._request_id, score, settings, bars, count)
        self._timer.start()
        if self._child is not None and self._child.process.poll() is not None:
            self._child.close()  # it exited between two polls
            self._child = None
        if self._child is not None:
            self._send(self._request)
        elif self.starting is None:
            starter = ThreadPoolExecutor(1)
            self.starting = starter.submit(start_child, self._module)
            starter.shutdown(wait=False)

    def cancel(self) -> None:
        """Cancel the request in progress."""
        if self._request is not None:
            self._request = None
            self._timer.stop()
            if self._child is not None:
                self._send(Cancel())

    def poll(self) -> None:
        """Read the pipe and emit the replies."""
        if self.starting is not None and not self._adopt_child(self.starting):
            return
        try:
            while self._child is not None and self._child.connection.poll():
                self._emit_reply(self._child.connection.recv())
        except (EOFError, OSError):
            self._handle_exit()

    def close(self) -> None:
        """Kill the process, which has no state to save."""
        self._request = None
        self._timer.stop()
        if self.starting is not None:
            self.starting.add_done_callback(_kill_started)
        if self._child is not None:
            self._child.kill()
            self._child = None
        self.starting = None

    def _adopt_child(self, starting: Future[Child]) -> bool:
        """Adopt the process if it has started; return whether it runs."""
        if not starting.done():
            return False
        self.starting = None
        try:
            self._child = starting.result()
        except ChildError as error:
            self._release_child()
            self.failed.emit(error.reason)
            return False
        if self._request is not None:
            self._send(self._request)
        return True

    def _send(self, request: Propose | Cancel) -> None:
        assert self._child is not None
        # If the process has ended, the next poll reports it.
        with suppress(OSError):
            self._child.connection.send(request)

    def _emit_reply(self, reply: Reply) -> None:
        if self._request is None or reply.request_id != self._request.request_id:
            return
        match reply:
            case Loading():
                self.loading.emit()
            case Progress():
                self.progressed.emit(reply)
            case Proposal():
                self.proposed.emit(reply)
            case EndOfProposals():
                self._release_child()
                self.finished.emit()
            case Failed(_, reason):
                self._release_child()
                self.failed.emit(reason)

    def _release_child(self) -> None:
        self._request = None
        self._timer.stop()

    def _handle_exit(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None
        self._release_child()
        self.ended.emit()


def _kill_started(starting: Future[Child]) -> None:
    if starting.exception() is None:
        starting.result().kill()
