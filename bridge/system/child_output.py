"""Read what a child process prints on standard error, and log it line by line.

A thread reads, so that a child never waits because its pipe is full. A line from the child's own
logging (`LEVEL logger: text`) is logged at that level under that name. Every other line is logged
as a warning under the child's name. The last of these lines are kept, because they show why a child
ended.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import deque
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

LINE_FORMAT = "{level} {name}: {text}"
"""The format in which a child logs each line of a record."""
_LOGGED = re.compile(r"(DEBUG|INFO|WARNING|ERROR|CRITICAL) ([\w.]+): (.*)")
_MAX_LINES = 50
_MAX_LINE_BYTES = 4096
_FATAL = "Fatal Python error"  # the first line of `faulthandler`; a list of frames follows


class ChildOutput:
    """The standard error of a child process."""

    def __init__(self, process: subprocess.Popen[bytes], name: str) -> None:
        """Start reading; `name` is the child's module."""
        assert process.stderr is not None
        self.is_killed = False
        """Whether the parent kills the child, in which case its exit status is no error."""
        self._name = name
        self._lines: deque[str] = deque(maxlen=_MAX_LINES)
        self._is_over = threading.Event()
        threading.Thread(
            target=self._read, args=(process, process.stderr), name=f"{name} stderr", daemon=True
        ).start()

    @property
    def is_over(self) -> bool:
        """Whether the child has ended and its output is logged."""
        return self._is_over.is_set()

    def wait(self, timeout_s: float) -> None:
        """Wait until the child has ended and its output is logged, at most `timeout_s`."""
        self._is_over.wait(timeout_s)

    def last_words(self, timeout_s: float = 0.0) -> str:
        """Return the line that best shows why the child ended; empty if it printed none.

        Wait at most `timeout_s` for the child's end: it may still be printing.
        """
        self.wait(timeout_s)
        lines = [line for line in tuple(self._lines) if line.strip() and line[0] not in " \t"]
        fatal = [line for line in lines if line.startswith(_FATAL)]
        return (fatal or lines or [""])[-1]

    def _read(self, process: subprocess.Popen[bytes], stream: IO[bytes]) -> None:
        try:
            with stream:
                while line := stream.readline(_MAX_LINE_BYTES):
                    self._log_line(line.decode("utf-8", "backslashreplace").rstrip())
            self._log_end(process.wait())
        finally:
            self._is_over.set()

    def _log_end(self, status: int) -> None:
        if status and not self.is_killed:
            words = self.last_words()
            ended = f"{self._name} ended with status {status}"
            logging.getLogger(self._name).error("%s", f"{ended}: {words}" if words else ended)

    def _log_line(self, line: str) -> None:
        if (logged := _LOGGED.fullmatch(line)) is not None:
            level, name, text = logged.groups()
            logging.getLogger(name).log(logging.getLevelNamesMapping()[level], "%s", text)
        else:
            self._lines.append(line)
            logging.getLogger(self._name).warning("%s", line)
