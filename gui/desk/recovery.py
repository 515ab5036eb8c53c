"""Offers to recover a session that was cut off: one line, with buttons.

To recover is to save what was played, where captures are saved, and to show the takes again. The
journals are deleted once that is done, or on request. Otherwise they are offered again at the next
start. Several sessions are offered one after the other, the newest first.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from bridge.system.output_file import OutputError
from gui.desk.widgets.languages import translated
from gui.engine.snapshots import Captured
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from PySide6.QtWidgets import QWidget

    from bridge.history.recovered import Recovered
    from gui.desk.takes.captures import CapturesModel
    from gui.engine.session_folder import Unfinished

_POLL_MS = 30


class RecoveryOffer(QFrame):
    """Offers the sessions that were cut off; hidden while there are none."""

    takes_recovered = Signal(object)
    """Carries the `TakeTree` of the session."""
    message_changed = Signal(str, bool)
    """Carries a sentence, and whether it is an error."""

    def __init__(
        self, found: Sequence[Unfinished], captures: CapturesModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._found, self._captures = list(found), captures
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self.recover_button = self._button(
            self.tr("&Recover"), self.tr("Save what was played, and show the takes."), self._recover
        )
        self.discard_button = self._button(
            self.tr("&Discard"), self.tr("Delete what was played."), self._discard
        )
        self.later_button = self._button(
            self.tr("&Later"), self.tr("Ask again at the next start."), self._postpone
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 4, 4)
        row.addWidget(self._label, 1)
        for button in (self.recover_button, self.discard_button, self.later_button):
            row.addWidget(button)
        self._worker = ThreadPoolExecutor(1, "recovery")
        self._reading: Future[Recovered] | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._poll)
        self.hide()

    @property
    def message(self) -> str:
        """The line that is shown."""
        return self._label.text()

    def show_next(self) -> None:
        """Show the first session that has not been dealt with, or nothing."""
        self.setVisible(bool(self._found))
        for button in (self.recover_button, self.discard_button, self.later_button):
            button.setEnabled(True)
        if self._found:
            started = QDateTime.fromSecsSinceEpoch(int(self._found[0].started_at.timestamp()))
            when = QLocale().toString(started, self.tr("d MMM yyyy, HH:mm"))
            self._label.setText(
                self.tr("The session of {} was cut off. What was played is kept.").format(when)
            )

    def close_worker(self) -> None:
        """End the thread that reads."""
        self._timer.stop()
        self._worker.shutdown(cancel_futures=True)

    def _button(self, text: str, tip: str, clicked: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.clicked.connect(clicked)
        return button

    def _recover(self) -> None:
        for button in (self.recover_button, self.discard_button, self.later_button):
            button.setEnabled(False)
        self._reading = self._worker.submit(self._found[0].read)
        self._timer.start(_POLL_MS)

    def _discard(self) -> None:
        self._found.pop(0).discard()
        self.show_next()

    def _postpone(self) -> None:
        self._found.clear()
        self.show_next()

    def _poll(self) -> None:
        if self._reading is None or not self._reading.done():
            return
        recovered, self._reading = self._reading.result(), None
        self._timer.stop()
        if self._save(recovered):
            if recovered.takes.nodes:
                self.takes_recovered.emit(recovered.takes)
            self._discard()
        else:
            self.show_next()

    def _save(self, recovered: Recovered) -> bool:
        """Save what was played; return whether it is safe."""
        if not recovered.record.notes:
            return True
        captured = Captured(recovered.record, recovered.text)
        try:
            path = self._captures.save(captured, self._found[0].started_at)
        except OutputError as error:
            self.message_changed.emit(translated(sentence_of(error.reason)), True)
        else:
            self.message_changed.emit(self.tr("Kept as {}.").format(path.name), False)
            return True
        return False
