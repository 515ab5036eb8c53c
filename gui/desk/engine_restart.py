"""Starts another engine when the window's engine has ended by itself.

The first time that happens at once. An engine that ends again soon is started again after a pause,
which grows; the button in the banner starts it without a pause. The new engine reads the journal of
the session, so that its history goes on, and gets the settings, ports and controls from the window.
A session that was running is started.

Starting a process takes a second, and a thread does it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from bridge.messages.snapshot import TurnState
from bridge.system.pipe import ChildError
from bridge.system.units import SECOND
from gui.desk.widgets.languages import translated
from gui.engine.retry import RetryTimer
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from bridge.messages.snapshot import Snapshot
    from bridge.system.clock import Clock
    from bridge.system.pipe import Child
    from gui.desk.session_link import SessionLink
    from gui.desk.window import Window

STABLE_NS = 10 * SECOND
"""An engine that has worked for this long is replaced at once."""
_POLL_MS = 30


class EngineRestart(QObject):
    """Starts another engine when the last one has ended."""

    def __init__(
        self,
        window: Window,
        link: SessionLink,
        engine: Child,
        start: Callable[[], Child],
        clock: Clock,
    ) -> None:
        """Watch an engine; `start` starts another one."""
        super().__init__(window)
        self.engines = [engine]
        """All engines so far, the present one last."""
        self._window, self._start_engine, self._clock = window, start, clock
        self._started_ns = clock.now_ns()
        self._is_running = False  # whether the session is, as far as was shown
        self._retry = RetryTimer()
        self._worker = ThreadPoolExecutor(1, "engine")
        self._starting: Future[Child] | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._poll)
        link.changed.connect(self._note_state)
        link.ended.connect(self._handle_end)
        window.engine_wanted.connect(self._start)

    def close(self) -> None:
        """Close all engines, and start no more."""
        self._timer.stop()
        if self._starting is not None:
            with suppress(ChildError):
                self.engines.append(self._starting.result())
        self._worker.shutdown()
        for engine in self.engines:
            engine.close()

    def _note_state(self, snapshot: Snapshot) -> None:
        self._is_running = snapshot.state is not TurnState.STOPPED

    def _handle_end(self) -> None:
        if self._clock.now_ns() - self._started_ns >= STABLE_NS:
            self._retry.reset()
        self._timer.start(_POLL_MS)
        self._poll()

    def _poll(self) -> None:
        if self._starting is None:
            if self._retry.is_due(self._clock.now_ns()):
                self._start()
        elif self._starting.done():
            starting, self._starting = self._starting, None
            try:
                self._attach(starting.result())
            except ChildError as error:
                self._window.show_engine_missing(translated(sentence_of(error.reason)))

    def _start(self) -> None:
        if self._starting is None:
            self._retry.record_failure(self._clock.now_ns())
            self._starting = self._worker.submit(self._start_engine)
            self._timer.start(_POLL_MS)

    def _attach(self, engine: Child) -> None:
        self._timer.stop()
        self._started_ns = self._clock.now_ns()
        self.engines.append(engine)
        self._window.attach_engine(engine.connection, engine.find_end, resume=self._is_running)
        self._window.top_bar.show_message(
            self.tr("The engine had ended and was started again. What was played is there.")
        )
