"""The log: one file in the platform's folder, written by the process that the user started.

`FrontLog` is the log of that process, a window or a command. Its children write records to standard
error (`hand_over_records`), and `bridge.system.child_output` reads them in the parent, so that only
one process writes the file. Commands may run beside a window, so each line is written in one piece.
Windows does not rename a file that another process holds open; the file then grows until it can be
renamed.

Threads that log only put records into a queue, and a separate thread writes them. If the log cannot
be written, that is reported once on standard error, and the program continues without it.
"""

from __future__ import annotations

import logging
import os
import platform
import re
import sys
from contextlib import contextmanager, suppress
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from queue import SimpleQueue
from typing import TYPE_CHECKING, Self

from platformdirs import user_log_path

from bridge.names import visible
from bridge.system.child_output import LINE_FORMAT
from gui.diagnostics.home import shorten_home
from gui.diagnostics.recent import ERROR_COUNT, LINE_COUNT, RecentRecords

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

LEVEL_VARIABLE = "ANTIPHON_LOG"
"""The environment variable that carries the level of the log to child processes."""
MAX_BYTES, BACKUP_COUNT = 1_000_000, 2
_LINE_FORMAT = "%(asctime)s.%(msecs)03d %(levelname)s %(process)d %(name)s: %(message)s"
_ERROR_LINE = re.compile(r"\d{4}-\d\d-\d\d [\d:.]+ (ERROR|CRITICAL) ")
_PACKAGES = ("assets", "bridge", "export", "gui", "model")
_LOG = logging.getLogger("gui")


def log_file() -> Path:
    """Return the path of the log."""
    return user_log_path("antiphon", appauthor=False) / "antiphon.log"


def last_lines(path: Path, count: int = LINE_COUNT) -> tuple[str, ...]:
    """Return the last lines of a log; none if it cannot be read."""
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
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

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            maxBytes=MAX_BYTES,
            backupCount=BACKUP_COUNT,
            encoding="utf-8",
            delay=True,
            errors="backslashreplace",
        )
        self._has_failed = False

    def emit(self, record: logging.LogRecord) -> None:
        if not self._has_failed:
            super().emit(record)

    def doRollover(self) -> None:
        with suppress(OSError):
            super().doRollover()

    def close(self) -> None:
        with suppress(OSError):  # what is left in a buffer may not fit on the disk
            super().close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - as inherited
        self._has_failed = True
        report_unwritable(sys.exc_info()[1])


def report_unwritable(error: BaseException | None) -> None:
    """Report once, where the user may see it, that no log is written."""
    if sys.stderr is not None:  # a program without a console has none
        sys.stderr.write(shorten_home(f"antiphon: no log is written: {error}\n"))


class FrontLog:
    """The log of the process that the user started; used in a `with` statement."""

    def __init__(self) -> None:
        self._handlers: list[logging.Handler] = []
        self._writer: QueueListener | None = None

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
        if self._handlers:
            _set_level(logging.NOTSET)
        self._handlers, self._writer = [], None

    def _add(self, handler: logging.Handler, formatter: logging.Formatter) -> None:
        handler.setFormatter(formatter)
        logging.getLogger().addHandler(handler)
        self._handlers.append(handler)

    def _add_console(self, level: int) -> None:
        if sys.stderr is None:
            return
        console = logging.StreamHandler(sys.stderr)
        console.setLevel(level)
        console.addFilter(lambda record: not getattr(record, "file_only", False))
        self._add(console, _Lines("antiphon: %(levelname)s %(name)s: %(message)s"))

    def _add_file(self, lines: logging.Formatter) -> None:
        path = log_file()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            report_unwritable(error)
            return
        file = _LogFile(path)
        file.setFormatter(lines)
        self._writer = _start_writer(file)
        queue = QueueHandler(self._writer.queue)
        self._add(queue, logging.Formatter())


@contextmanager
def hand_over_records() -> Iterator[None]:
    """Write the records of a child process to standard error, for its parent."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_ChildLines())
    writer = _start_writer(handler)
    queue = QueueHandler(writer.queue)
    logging.getLogger().addHandler(queue)
    _set_level(os.environ.get(LEVEL_VARIABLE, "INFO"))
    try:
        yield
    finally:
        logging.getLogger().removeHandler(queue)
        writer.stop()


def _start_writer(handler: logging.Handler) -> QueueListener:
    """Start a thread that writes, so that a slow disk or a full pipe delays no other thread."""
    writer = QueueListener(SimpleQueue[logging.LogRecord](), handler)
    writer.start()
    return writer


def _set_level(level: int | str) -> None:
    """Set the level of our own packages; other libraries' warnings are logged."""
    for name in _PACKAGES:
        logging.getLogger(name).setLevel(level)
