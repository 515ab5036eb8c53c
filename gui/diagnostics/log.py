"""The log: one file in the platform's folder, written by the process that the user started.

`FrontLog` is the log of that process, a window or a command. Its children write records to standard
error (`hand_over_records`), and `bridge.system.child_output` reads them in the parent, so that only
one process writes the file. Commands may run beside a window, so each line is written in one piece.
Windows does not rename a file that another process holds open; the file then grows until it can be
renamed.

Threads that log only put records into queues of limited length, and separate threads write them, to
the file and to standard error. So nobody waits for a disk, or for a pipe that is not read. If the
log cannot be written, that is reported once on standard error, and the program continues without
it.
"""

from __future__ import annotations

import errno
import logging
import os
import platform
import queue
import re
import sys
from contextlib import contextmanager, suppress
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from typing import TYPE_CHECKING, Self

from platformdirs import user_log_path

from bridge.names import visible
from bridge.system.child_output import LINE_FORMAT
from bridge.system.input_file import InputError, open_input
from gui.diagnostics.home import shorten_home
from gui.diagnostics.line_writer import MAX_LINES, LineWriter
from gui.diagnostics.recent import ERROR_COUNT, LINE_COUNT, RecentRecords

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from io import TextIOWrapper
    from pathlib import Path
    from types import TracebackType

LEVEL_VARIABLE = "ANTIPHON_LOG"
"""The environment variable that carries the level of the log to child processes."""
MAX_BYTES, BACKUP_COUNT = 1_000_000, 2
_CLOSE_TIMEOUT_S = 1.0
_LINE_FORMAT = "%(asctime)s.%(msecs)03d %(levelname)s %(process)d %(name)s: %(message)s"
_ERROR_LINE = re.compile(r"\d{4}-\d\d-\d\d [\d:.]+ (ERROR|CRITICAL) ")
_PACKAGES = ("assets", "bridge", "export", "gui", "model")
_LOG = logging.getLogger("gui")


def log_file() -> Path:
    """Return the path of the log."""
    return user_log_path("antiphon", appauthor=False) / "antiphon.log"


def last_lines(path: Path, count: int = LINE_COUNT) -> tuple[str, ...]:
    """Return the last lines of a log, of its last two megabytes; none if it cannot be read."""
    try:
        with open_input(path) as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - 2 * MAX_BYTES))
            text = stream.read(2 * MAX_BYTES).decode("utf-8", "replace")
    except (InputError, OSError):
        return ()
    return tuple(text.splitlines()[-count:])


def last_errors(path: Path) -> tuple[str, ...]:
    """Return the last lines of level ERROR and above of a log; none if it cannot be read."""
    lines = last_lines(path, sys.maxsize)
    return tuple(line for line in lines if _ERROR_LINE.match(line))[-ERROR_COUNT:]


class _Lines(logging.Formatter):
    """Formats a record for the user, with the home directory as `~`.

    Names come from the world: what would act on a terminal is written as escapes.
    """

    def format(self, record: logging.LogRecord) -> str:
        lines = shorten_home(super().format(record)).split("\n")
        return "\n".join(map(visible, lines))


class _ChildLines(logging.Formatter):
    """Formats a record so that the parent recognises each of its lines."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n".join(
            LINE_FORMAT.format(level=record.levelname, name=record.name, text=line)
            for line in super().format(record).splitlines()
        )


class _LogFile(RotatingFileHandler):
    """A file of bounded size; a disk error never becomes an error of the program."""

    def __init__(self, path: Path, report: Callable[[BaseException | None], object]) -> None:
        super().__init__(
            path,
            maxBytes=MAX_BYTES,
            backupCount=BACKUP_COUNT,
            encoding="utf-8",
            delay=True,
            errors="backslashreplace",
        )
        self._has_failed, self._report = False, report

    def createLock(self) -> None:
        # One thread writes. With a lock, the end of the program would wait for a disk that hangs.
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        if not self._has_failed:
            super().emit(record)

    def _open(self) -> TextIOWrapper:
        # A FIFO would wait for a program that reads, and a device has no size to be bounded.
        if os.path.lexists(self.baseFilename) and not os.path.isfile(self.baseFilename):  # noqa: PTH113
            raise OSError(errno.EINVAL, "not a regular file", self.baseFilename)
        return super()._open()

    def doRollover(self) -> None:
        with suppress(OSError):
            super().doRollover()

    def close(self) -> None:
        with suppress(OSError):  # what is left in a buffer may not fit on the disk
            super().close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - as inherited
        self._has_failed = True
        self._report(sys.exc_info()[1])


class _LineHandler(logging.Handler):
    """Writes records to a stream that may be slow or full, without waiting for it."""

    def __init__(self, lines: LineWriter) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.write(self.format(record))


class _BoundedQueueHandler(QueueHandler):
    """Queues records; what finds the queue full, because a disk hangs, is lost."""

    def enqueue(self, record: logging.LogRecord) -> None:
        with suppress(queue.Full):
            self.queue.put_nowait(record)


class _FileThread(QueueListener):
    """The thread that writes the file. A disk that hangs does not keep the program from ending."""

    def stop(self) -> None:
        with suppress(queue.Full):
            self.enqueue_sentinel()
        if self._thread is not None:
            self._thread.join(_CLOSE_TIMEOUT_S)


class FrontLog:
    """The log of the process that the user started; used in a `with` statement."""

    def __init__(self) -> None:
        self._handlers: list[logging.Handler] = []
        self._writer: _FileThread | None = None
        self._console: LineWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: object, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Log an error that ends the program, and write what is left."""
        if isinstance(error, Exception):
            # Python prints it on standard error too; once is enough.
            _LOG.critical("ended by an error", exc_info=error, extra={"file_only": True})
        self.close()

    def begin(self, arguments: Sequence[str], *, verbose: bool) -> None:
        """Start to write, and log the program and its arguments.

        The file has records of level INFO and above, standard error those of WARNING and above;
        with `verbose`, DEBUG and INFO.
        """
        self.close()
        level = logging.DEBUG if verbose else logging.INFO
        os.environ[LEVEL_VARIABLE] = logging.getLevelName(level)
        lines = _Lines(_LINE_FORMAT, "%Y-%m-%d %H:%M:%S")
        self._add(RecentRecords(), lines)
        self._add_console(logging.INFO if verbose else logging.WARNING)
        self._add_file(lines)
        _set_level(level)
        from importlib.metadata import version  # start-up without a command does not need it

        system = f"Python {platform.python_version()}, {platform.platform()}"
        typed = visible(" ".join(arguments))  # one line, whatever was typed
        _LOG.info("Antiphon %s, %s: %s", version("antiphon"), system, typed)

    def close(self) -> None:
        """Write what is left, and stop logging."""
        for handler in self._handlers:
            logging.getLogger().removeHandler(handler)
        if self._writer is not None:
            self._writer.stop()
            for handler in self._writer.handlers:
                handler.close()
        if self._console is not None:
            self._console.close()
        if self._handlers:
            _set_level(logging.NOTSET)
        self._handlers, self._writer, self._console = [], None, None

    def _add(self, handler: logging.Handler, formatter: logging.Formatter) -> None:
        handler.setFormatter(formatter)
        logging.getLogger().addHandler(handler)
        self._handlers.append(handler)

    def _add_console(self, level: int) -> None:
        if sys.stderr is None:  # a program without a console has none
            return
        self._console = LineWriter(sys.stderr)
        console = _LineHandler(self._console)
        console.setLevel(level)
        console.addFilter(lambda record: not getattr(record, "file_only", False))
        self._add(console, _Lines("antiphon: %(levelname)s %(name)s: %(message)s"))

    def _add_file(self, lines: logging.Formatter) -> None:
        path = log_file()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _check_log(path)
        except OSError as error:
            self._report_unwritable(error)
            return
        file = _LogFile(path, self._report_unwritable)
        file.setFormatter(lines)
        self._writer = _FileThread(queue.Queue[logging.LogRecord](MAX_LINES), file)
        self._writer.start()
        self._add(_BoundedQueueHandler(self._writer.queue), logging.Formatter())

    def _report_unwritable(self, error: BaseException | None) -> None:
        """Report once, where the user may see it, that no log is written."""
        if self._console is not None:
            self._console.write(shorten_home(f"antiphon: no log is written: {error}"))


def _check_log(path: Path) -> None:
    """Raise OSError if the log is a pipe: to open it would wait for a program that reads it."""
    if path.is_fifo():
        raise OSError(errno.EINVAL, "a pipe", str(path))


@contextmanager
def hand_over_records() -> Iterator[None]:
    """Write the records of a child process to standard error, for its parent."""
    lines = LineWriter(sys.stderr)
    handler = _LineHandler(lines)
    handler.setFormatter(_ChildLines())
    logging.getLogger().addHandler(handler)
    _set_level(os.environ.get(LEVEL_VARIABLE, "INFO"))
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
        lines.close()


def _set_level(level: int | str) -> None:
    """Set the level of our own packages; other libraries' warnings are logged.

    A word that is no level, from the environment, is INFO.
    """
    if isinstance(level, str) and level not in logging.getLevelNamesMapping():
        level = logging.INFO
    for name in _PACKAGES:
        logging.getLogger(name).setLevel(level)
