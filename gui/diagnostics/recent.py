"""Keep the last log records in memory, for a report."""

from __future__ import annotations

import logging
from collections import deque

LINE_COUNT, ERROR_COUNT = 50, 10


class RecentRecords(logging.Handler):
    """The last lines of the log, and the last errors."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: deque[str] = deque(maxlen=LINE_COUNT)
        self._errors: deque[str] = deque(maxlen=ERROR_COUNT)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        text = self.format(record)
        self._lines.extend(text.splitlines())
        if record.levelno >= logging.ERROR:
            self._errors.append(text)

    @property
    def lines(self) -> tuple[str, ...]:
        """The last lines, oldest first."""
        return self._copy_of(self._lines)

    @property
    def errors(self) -> tuple[str, ...]:
        """The last records of level ERROR and above, with their tracebacks, oldest first."""
        return self._copy_of(self._errors)

    def _copy_of(self, kept: deque[str]) -> tuple[str, ...]:
        """Return a copy; another thread may be logging."""
        self.acquire()
        try:
            return tuple(kept)
        finally:
            self.release()


def find_recent() -> RecentRecords | None:
    """Return the records that this process keeps, or None before its log begins."""
    found = (each for each in logging.getLogger().handlers if isinstance(each, RecentRecords))
    return next(found, None)
