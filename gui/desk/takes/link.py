"""The window's end of the pipe to the process that proposes takes.

That process is started with the first request, in the background, so that the window never waits
for it; whoever closes it kills it. A timer empties the pipe as long as something is in the making.
Answers to a request that is no longer wanted are dropped.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from bridge.system.pipe import Child, ChildError, start_child
from gui.engine.proposals import (
    USUAL_COUNT,
    Answer,
    Cancel,
    Failed,
    Finished,
    Grown,
    Loading,
    Propose,
    Proposed,
)

if TYPE_CHECKING:
    from subprocess import Popen

    from bridge.messages.settings import Settings
    from bridge.midi.notes import Score

_PERIOD_MS = 33
_MODULE = "gui.engine.takes"


class TakesLink(QObject):
    """Asks for takes and passes on what comes."""

    loading = Signal()
    """The network is being loaded."""
    grown = Signal(object)
    """Carries a Grown."""
    proposed = Signal(object)
    """Carries a Proposed."""
    finished = Signal()
    """All that was asked for is there."""
    failed = Signal(str)
    """There is nothing to propose; carries a sentence."""
    ended = Signal()
    """The process is gone; the next request starts another one."""

    def __init__(self, parent: QObject | None = None, *, module: str = _MODULE) -> None:
        super().__init__(parent)
        self._module = module
        self._number = 0
        self._wanted: Propose | None = None  # what is in the making
        self._child: Child | None = None
        self.starting: Future[Child] | None = None
        """The process that is about to be there."""
        self._timer = QTimer(self)
        self._timer.setInterval(_PERIOD_MS)
        self._timer.timeout.connect(self.poll)

    @property
    def busy(self) -> bool:
        """Tell whether something is in the making."""
        return self._wanted is not None

    @property
    def process(self) -> Popen[bytes] | None:
        """Return the process that proposes, while there is one."""
        return None if self._child is None else self._child.process

    def propose(
        self, score: Score, settings: Settings, bars: int, count: int = USUAL_COUNT
    ) -> None:
        """Ask for so many ways to continue a score; what was asked for before is dropped."""
        self._number += 1
        self._wanted = Propose(self._number, score, settings, bars, count)
        self._timer.start()
        if self._child is not None and self._child.process.poll() is not None:
            _kill(self._child)  # it ended while nobody looked
            self._child = None
        if self._child is not None:
            self._send(self._wanted)
        elif self.starting is None:
            starter = ThreadPoolExecutor(1)
            self.starting = starter.submit(start_child, self._module)
            starter.shutdown(wait=False)

    def cancel(self) -> None:
        """Want nothing more."""
        if self._wanted is not None:
            self._wanted = None
            self._timer.stop()
            if self._child is not None:
                self._send(Cancel())

    def poll(self) -> None:
        """Pass on what has come."""
        if self.starting is not None and not self._arrived(self.starting):
            return
        try:
            while self._child is not None and self._child.connection.poll():
                self._pass_on(self._child.connection.recv())
        except (EOFError, OSError):
            self._lost()

    def close(self) -> None:
        """Kill the process, which owns nothing."""
        self._wanted = None
        self._timer.stop()
        if self.starting is not None:
            self.starting.add_done_callback(_kill_started)
        if self._child is not None:
            _kill(self._child)
            self._child = None
        self.starting = None

    def _arrived(self, starting: Future[Child]) -> bool:
        """Take the process over that has been started; tell whether it is there."""
        if not starting.done():
            return False
        self.starting = None
        try:
            self._child = starting.result()
        except ChildError as error:
            self._drop()
            self.failed.emit(str(error))
            return False
        if self._wanted is not None:
            self._send(self._wanted)
        return True

    def _send(self, asked: Propose | Cancel) -> None:
        assert self._child is not None
        # If it is gone, the next look at the pipe says so.
        with suppress(OSError):
            self._child.connection.send(asked)

    def _pass_on(self, answer: Answer) -> None:
        if self._wanted is None or answer.number != self._wanted.number:
            return
        match answer:
            case Loading():
                self.loading.emit()
            case Grown():
                self.grown.emit(answer)
            case Proposed():
                self.proposed.emit(answer)
            case Finished():
                self._drop()
                self.finished.emit()
            case Failed(_, text):
                self._drop()
                self.failed.emit(text)

    def _drop(self) -> None:
        self._wanted = None
        self._timer.stop()

    def _lost(self) -> None:
        if self._child is not None:
            _kill(self._child)
            self._child = None
        self._drop()
        self.ended.emit()


def _kill(child: Child) -> None:
    child.process.kill()
    child.close()


def _kill_started(starting: Future[Child]) -> None:
    if starting.exception() is None:
        _kill(starting.result())
