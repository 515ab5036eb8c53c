"""Write lines to a stream that may be slow, full or gone, without waiting for it.

A terminal can be stopped, and a pipe is full while nobody reads it. Who writes to it then waits.
So a thread writes, from a queue of limited length. What finds the queue full is lost, and counted.
After an error nothing more is written.
"""

from __future__ import annotations

import os
import queue
import select
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

MAX_LINES = 10_000
_CLOSE_TIMEOUT_S = 1.0


class LineWriter:
    """Writes lines in a thread."""

    def __init__(
        self,
        stream: TextIO | None,
        on_error: Callable[[OSError], object] | None = None,
        max_lines: int = MAX_LINES,
    ) -> None:
        """Write to a stream; without one, nothing. `on_error` is called once, in the thread."""
        self._stream, self._on_error = stream, on_error
        self._lines: queue.Queue[str | None] = queue.Queue(max_lines)
        self._has_failed = stream is None
        self.lost_count = 0
        """The number of lines that found no room."""
        self._thread = threading.Thread(target=self._run, name="lines", daemon=True)
        if stream is not None:
            self._thread.start()

    def write(self, line: str) -> None:
        """Write a line soon; this does not wait."""
        if self._has_failed:
            return
        try:
            self._lines.put_nowait(f"{line}\n")
        except queue.Full:
            self.lost_count += 1

    def close(self, timeout_s: float = _CLOSE_TIMEOUT_S) -> bool:
        """Write what is left, and wait at most this long; return whether all is written."""
        if self._has_failed:
            return False
        with suppress(queue.Full):
            self._lines.put(None, timeout=timeout_s)
        self._thread.join(timeout_s)
        return not (self._thread.is_alive() or self.has_failed or self.lost_count)

    @property
    def has_failed(self) -> bool:
        """Whether nothing more is written."""
        return self._has_failed

    def _run(self) -> None:
        try:
            while (line := self._lines.get()) is not None:
                self._write_line(line)
        except ValueError:  # the stream has been closed
            self._has_failed = True
        except OSError as error:
            self._has_failed = True
            if self._on_error is not None:
                self._on_error(error)

    def _write_line(self, line: str) -> None:
        assert self._stream is not None
        try:
            descriptor = self._stream.fileno()
        except OSError:  # a stream in memory
            self._stream.write(line)
            self._stream.flush()
            return
        # Past the buffer of the stream: a thread that waits in it would keep the program from
        # ending, since Python flushes that buffer then.
        left = memoryview(line.encode(self._stream.encoding or "utf-8", "backslashreplace"))
        while left:
            try:
                left = left[os.write(descriptor, left) :]
            except BlockingIOError:  # another program has made it non-blocking
                select.select([], [descriptor], [])
