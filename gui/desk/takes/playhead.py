"""The playhead of an audition: it moves smoothly, though snapshots come only now and then.

A snapshot gives the engine's time and the times of the audition (`gui.desk.takes.audition`). A
timer adds the time that has passed since the snapshot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from gui.desk.takes.audition import AuditionProgress

if TYPE_CHECKING:
    from bridge.history.takes import Span
    from bridge.messages.snapshot import Snapshot

_FRAME_MS = 33


class Playhead(QObject):
    """Follows the audition of one take at a time."""

    moved = Signal(int, float)
    """Carries the number of the take, and the fraction that has sounded, from 0 to 1."""
    ended = Signal()
    """Emitted when the take has sounded, or has not started in time."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._audition: AuditionProgress | None = None
        self._now_ns, self._elapsed = 0, QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._move)

    @property
    def number(self) -> int | None:
        """The number of the take that plays."""
        return None if self._audition is None else self._audition.number

    def start(self, number: int, span: Span, end_ticks: int) -> None:
        """Follow a take that is requested now, in place of the one before."""
        self._audition = AuditionProgress(number, span, end_ticks, self._present_ns)
        self._timer.start()

    def stop(self) -> None:
        """Follow no take."""
        self._audition = None
        self._timer.stop()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Read the engine's time, and the times of the audition."""
        self._now_ns = snapshot.now_ns
        self._elapsed.start()
        if self._audition is not None:
            self._audition.show_snapshot(snapshot)
            if self._audition.is_over:
                self.stop()
                self.ended.emit()

    @property
    def _present_ns(self) -> int:
        return self._now_ns + (self._elapsed.nsecsElapsed() if self._elapsed.isValid() else 0)

    def _move(self) -> None:
        if self._audition is not None:
            fraction = self._audition.fraction_at(self._present_ns)
            if fraction is not None:
                self.moved.emit(self._audition.number, fraction)
