"""Writes a journal in a thread, so that nobody who plays waits for a disk.

The owner posts what there is so far. Only the newest post counts, because it contains the earlier
ones (`bridge.history.journal_changes`): so nothing piles up, and nothing is lost, while a disk is
slow. Each post that the thread takes is written and flushed to the disk at once.

If a place fails, the journal goes on in the next one, with a copy of what is there. If all fail,
the lines are kept in memory, up to the size of a journal, and the places are tried again: soon,
then at growing intervals.
"""

from __future__ import annotations

import errno
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

from bridge.history.journal import encode, whole_length
from bridge.messages.journal_reason import JournalFull, JournalLost, JournalMoved
from bridge.system.error_text import error_text
from bridge.system.locked_file import LockedFile
from gui.engine.retry import RetryTimer
from gui.engine.session_folder import MAX_JOURNAL_BYTES, make_private_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bridge.history.journal import Entry
    from bridge.messages.journal_reason import JournalReason
    from bridge.system.clock import Clock

State = TypeVar("State")
_CLOSE_TIMEOUT_S = 2.0
"""A disk that hangs delays the end of a session no longer than this."""


class JournalFile:
    """A journal in the first of some places that can be written."""

    def __init__(
        self, places: Sequence[Path], clock: Clock, max_bytes: int = MAX_JOURNAL_BYTES
    ) -> None:
        self._places, self._clock, self._max_bytes = tuple(places), clock, max_bytes
        self._at = 0  # which place is used
        self._file: LockedFile | None = None
        self._length = 0  # of what is written completely
        self._unwritten = b""
        self._retry = RetryTimer()
        self.trouble: JournalReason | None = None
        """Why the journal is not where it should be, or not complete."""

    def append(self, lines: bytes) -> None:
        """Write lines, and flush them to the disk; if that fails, keep them."""
        if isinstance(self.trouble, JournalFull):
            return
        self._unwritten += lines
        if self._length + len(self._unwritten) > self._max_bytes:
            self.trouble, self._unwritten = JournalFull(self._max_bytes), b""
        if not self._unwritten or not self._retry.is_due(self._clock.now_ns()):
            return
        failure: OSError | None = None
        for number in range(self._at, len(self._places)):
            try:
                self._write_to(number)
            except OSError as error:
                failure = failure or error
                self._abandon()
            else:
                if failure is not None:
                    self.trouble = JournalMoved(self._places[number].parent, error_text(failure))
                elif isinstance(self.trouble, JournalLost):
                    self.trouble = None
                self._at, self._unwritten = number, b""
                self._retry.reset()
                return
        assert failure is not None
        self.trouble = JournalLost(error_text(failure))
        self._retry.record_failure(self._clock.now_ns())

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.release()
            self._file = None

    def _write_to(self, number: int) -> None:
        """Write what is unwritten to a place; raise OSError if it is not written completely."""
        path = self._places[number]
        if self._file is None:
            make_private_folder(path.parent)
            self._file = LockedFile(path)
            found = self._file.read(self._max_bytes)
            found = found[: whole_length(found)]
            self._file.truncate(len(found))
            self._length = len(found)
            # After a failure, what was there before is written once more.
            self._unwritten = self._unwritten.removeprefix(found)
        self._file.write(self._unwritten)
        if not self._file.is_in_place:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        self._length += len(self._unwritten)

    def _abandon(self) -> None:
        """Close a file that fails; what it contains must be written again, elsewhere."""
        if self._file is None:
            return
        with suppress(OSError):  # half a line would spoil the one that follows it
            self._file.truncate(self._length)
        with suppress(OSError):
            self._unwritten = self._file.read(self._length) + self._unwritten
            self._length = 0
        self.close()


class JournalWriter(Generic[State]):
    """The thread that writes a journal."""

    def __init__(
        self,
        file: JournalFile,
        changes: Callable[[State], Sequence[Entry]],
        beginning: Sequence[Entry] = (),
    ) -> None:
        """Start; `beginning` is written first, then the entries of `changes`, which it lacks."""
        self._file, self._changes, self._beginning = file, changes, beginning
        self._posted: State | None = None
        self._is_closing = False
        self._awake = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> JournalReason | None:
        """Why the journal is not where it should be, or not complete."""
        return self._file.trouble

    def post(self, state: State) -> None:
        """Write what is new in this state, soon; this does not wait."""
        with self._awake:
            self._posted = state
            self._awake.notify()

    def close(self, timeout_s: float = _CLOSE_TIMEOUT_S) -> None:
        """Write what was posted last, and end; wait at most this long."""
        with self._awake:
            self._is_closing = True
            self._awake.notify()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        is_closing = False
        while not is_closing:
            with self._awake:
                self._awake.wait_for(lambda: self._posted is not None or self._is_closing)
                (state, self._posted), is_closing = (self._posted, None), self._is_closing
            if state is not None:
                entries, self._beginning = [*self._beginning, *self._changes(state)], ()
                self._file.append(b"".join(map(encode, entries)))
        self._file.close()
