"""The window's journal: its takes and captures, as they come (`bridge.history.journal`).

The engine journals what is played. If either journal is not where it should be, the window says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from bridge.history.journal_changes import TakesChanges, TakesSoFar
from bridge.history.takes import TakeTree
from bridge.system.clock import SystemClock
from gui.desk.widgets.languages import translated
from gui.engine.journal_writer import JournalFile, JournalWriter
from gui.engine.played_journal import beginning_now
from gui.engine.session_folder import TAKES, journal_places
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from bridge.messages.journal_reason import JournalReason
    from bridge.messages.snapshot import Snapshot


class TakesJournal(QObject):
    """Journals the takes and the captures of a window."""

    problem_found = Signal(str)
    """Carries a sentence about a journal that is not in its usual place."""

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        """Begin the journal of the takes, in the session of this name."""
        super().__init__(parent)
        self._state = TakesSoFar(TakeTree())
        self._shown: JournalReason | None = None
        file = JournalFile(journal_places(name, TAKES), SystemClock())
        self._writer = JournalWriter(file, TakesChanges().take, (beginning_now(),))

    def post_takes(self, takes: TakeTree) -> None:
        """Journal the takes, which may have changed."""
        if takes is not self._state.takes:
            self._post(TakesSoFar(takes, self._state.captures))

    def post_capture(self, path: str) -> None:
        """Journal that a capture was saved as this file."""
        self._post(TakesSoFar(self._state.takes, (*self._state.captures, path)))

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Report once where the engine's journal is, or else that of the takes."""
        trouble = snapshot.journal_trouble or self._writer.trouble
        if trouble != self._shown:
            self._shown = trouble
            if trouble is not None:
                self.problem_found.emit(translated(sentence_of(trouble)))

    def close(self) -> None:
        """Write what was posted last."""
        self._writer.close()

    def _post(self, state: TakesSoFar) -> None:
        self._state = state
        self._writer.post(state)
