"""The window's record of which takes are kept (`export.taste`).

The takes of the window change step by step. Each step that keeps a take, or undoes that, is
written to the file of decisions. A thread does it: a disk may be slow, and measuring costs some
milliseconds.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from bridge.history.takes import TakeTree
from bridge.system.output_file import OutputError
from export.taste.decisions import record_decision, withdraw_decision
from export.taste.from_takes import decision_of, id_of, kept_take, undone_take
from gui.desk.widgets.languages import translated
from gui.wording.reasons import sentence_of

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.system.output_file import OutputReason


class TasteRecorder(QObject):
    """Records the decisions among the takes of a window."""

    problem_found = Signal(str)
    """Carries a sentence about a file that is not written; once in a session."""
    _failed = Signal(object)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        """Record into a file of decisions."""
        super().__init__(parent)
        self._path, self._takes = path, TakeTree()
        self._is_told = False
        self._writer = ThreadPoolExecutor(1, "taste")
        self._failed.connect(self._tell)

    def post_takes(self, takes: TakeTree) -> None:
        """Record what the step to this state of the takes decides; this does not wait."""
        before, self._takes = self._takes, takes
        if (kept := kept_take(before, takes)) is not None:
            self._writer.submit(self._record, takes, kept, datetime.now(tz=UTC).astimezone())
        elif (undone := undone_take(before, takes)) is not None:
            self._writer.submit(self._withdraw, takes, undone)

    def close(self) -> None:
        """Write what was posted last."""
        self._writer.shutdown()

    def _record(self, takes: TakeTree, kept: int, now: datetime) -> None:
        decision = decision_of(takes, kept, now)
        if decision is not None:
            try:
                record_decision(self._path, decision)
            except OutputError as error:
                self._failed.emit(error.reason)

    def _withdraw(self, takes: TakeTree, undone: int) -> None:
        if len(takes.children(takes.parent(undone))) > 1:
            try:
                withdraw_decision(self._path, id_of(takes, undone))
            except OutputError as error:
                self._failed.emit(error.reason)

    def _tell(self, reason: OutputReason) -> None:
        if not self._is_told:
            self._is_told = True
            self.problem_found.emit(translated(sentence_of(reason)))
