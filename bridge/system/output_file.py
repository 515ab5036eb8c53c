"""Files of the user's that are written: what may be replaced, and what never.

An output is a regular file, or a name that no file has. A file that exists is replaced only on
request, and a file that the output is made from never: it is the user's work. Two names mean the
same file if the system says so, which hard links, symbolic links and folders without regard to case
need. A file may have no name here, if it is standard input; then its descriptor stands for it.

An output is checked twice: before the work, which may take hours, and again when the file gets its
name (`atomic_write`).

A log is the exception: it grows while the program runs, so it is written in place (`create_log`),
and it may be a FIFO, from which another program reads.
"""

from __future__ import annotations

import enum
import errno
import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from bridge.system.atomic_write import atomic_write, resolved_target
from bridge.system.error_text import error_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence


MIDI_ENDINGS, PNG_ENDINGS = (".mid", ".midi"), (".png",)
SOUND_ENDINGS = (".wav", ".flac", ".ogg")
"""The endings that the names of written files may have, in lower case."""


class OutputFault(enum.Enum):
    """Why a file is not written."""

    EXISTS = enum.auto()
    """It exists, and is not to be replaced."""
    INPUT = enum.auto()
    """It is the file that the output is made from."""
    FOLDER = enum.auto()
    SPECIAL = enum.auto()
    """A device, a FIFO or a socket."""
    NO_FOLDER = enum.auto()
    """The folder that it would be in does not exist."""
    FORBIDDEN = enum.auto()


@dataclass(frozen=True, slots=True)
class RefusedOutput:
    """A file that may not be written."""

    path: Path
    fault: OutputFault


@dataclass(frozen=True, slots=True)
class WrongEnding:
    """A file's name has another ending than its content; `endings` are the right ones."""

    path: Path
    endings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutputNotWritten:
    """A file cannot be written; `error` is the system's text."""

    path: Path
    error: str


OutputReason = RefusedOutput | WrongEnding | OutputNotWritten


class OutputError(Exception):
    """A file is not written; what was there is left."""

    def __init__(self, reason: OutputReason) -> None:
        super().__init__(reason)
        self.reason = reason


def check_output(
    path: Path,
    *,
    replace: bool,
    inputs: Collection[Path | int] = (),
    endings: Sequence[str] = (),
) -> None:
    """Check that a file can be written, without writing.

    `inputs` are never replaced; they are paths or open descriptors. `endings` are those that the
    name may have, in lower case; without any, it may have every one.

    Raises:
        OutputError: the file is not to be replaced, or cannot be written.

    """
    if endings and path.suffix.lower() not in endings:
        raise OutputError(WrongEnding(path, tuple(endings)))
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        _check_folder(path)
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
        raise _not_written(path, error) from error
    else:
        _check_file(path, mode, inputs, replace=replace)


def write_output(
    path: Path,
    content: bytes,
    *,
    replace: bool,
    inputs: Collection[Path | int] = (),
    endings: Sequence[str] = (),
) -> None:
    """Check a file again, and write it completely or not at all.

    Raises:
        OutputError: the file is not to be replaced, or cannot be written.

    """
    with open_output(path, replace=replace, inputs=inputs, endings=endings) as stream:
        stream.write(content)


@contextmanager
def open_output(
    path: Path,
    *,
    replace: bool,
    inputs: Collection[Path | int] = (),
    endings: Sequence[str] = (),
) -> Iterator[IO[bytes]]:
    """Check a file again, and yield a stream whose content becomes the file when the block ends.

    An exception in the block leaves what was there.

    Raises:
        OutputError: the file is not to be replaced, or cannot be written.

    """
    check_output(path, replace=replace, inputs=inputs, endings=endings)
    try:
        with atomic_write(path, replace=replace) as stream:
            yield stream
    except FileExistsError:
        raise OutputError(RefusedOutput(path, OutputFault.EXISTS)) from None
    except (OSError, ValueError) as error:
        raise _not_written(path, error) from error


def is_fifo(path: Path) -> bool:
    """Return whether a path names a FIFO."""
    try:
        return stat.S_ISFIFO(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def create_log(path: Path, *, replace: bool) -> IO[bytes]:
    """Return a log, opened for writing: a new file, one that is emptied, or a FIFO.

    What has been opened is checked before it is emptied: another program may have put something
    else in its place since it was checked. A FIFO is opened when a program reads from it.

    Raises:
        OutputError: it is neither a file nor a FIFO, is not to be replaced, or cannot be opened.

    """
    was_fifo = is_fifo(path)
    flags = os.O_WRONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    if not was_fifo:  # so that nothing waits if it is one by now
        flags |= os.O_CREAT | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
        flags |= 0 if replace else os.O_EXCL  # in one step with the check that there is none
    try:
        descriptor = os.open(path, flags, 0o666)
    except FileExistsError:
        raise OutputError(RefusedOutput(path, OutputFault.EXISTS)) from None
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) == errno.ENXIO:  # a FIFO without a reader, or a socket
            raise OutputError(RefusedOutput(path, OutputFault.SPECIAL)) from None
        raise _not_written(path, error) from error
    stream = os.fdopen(descriptor, "wb")
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        stream.truncate()
    elif not (was_fifo and stat.S_ISFIFO(mode)):
        stream.close()
        raise OutputError(RefusedOutput(path, OutputFault.SPECIAL))
    return stream


def is_same_file(one: Path | int, other: Path | int) -> bool:
    """Return whether two paths or open descriptors are one file of the system."""
    try:
        return os.path.samestat(os.stat(one), os.stat(other))  # noqa: PTH116 - takes descriptors
    except OSError:  # one of them is gone
        return False


def free_path(path: Path) -> Path:
    """Return a path beside another, with a number, that no file has."""
    number = 2
    while os.path.lexists(free := path.with_name(f"{path.stem} ({number}){path.suffix}")):
        number += 1
    return free


def _check_file(path: Path, mode: int, inputs: Collection[Path | int], *, replace: bool) -> None:
    if stat.S_ISDIR(mode):
        raise OutputError(RefusedOutput(path, OutputFault.FOLDER))
    if not stat.S_ISREG(mode):
        raise OutputError(RefusedOutput(path, OutputFault.SPECIAL))
    if any(is_same_file(path, each) for each in inputs):
        raise OutputError(RefusedOutput(path, OutputFault.INPUT))
    if not replace:
        raise OutputError(RefusedOutput(path, OutputFault.EXISTS))
    folder = resolved_target(path).parent
    if not (os.access(path, os.W_OK) and os.access(folder, os.W_OK)):
        raise OutputError(RefusedOutput(path, OutputFault.FORBIDDEN))


def _check_folder(path: Path) -> None:
    try:
        # Through a symbolic link to nothing, the file that it points to is made.
        folder = resolved_target(path).parent
    except FileNotFoundError:
        raise OutputError(RefusedOutput(path, OutputFault.NO_FOLDER)) from None
    except OSError as error:
        raise _not_written(path, error) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(RefusedOutput(path, OutputFault.FORBIDDEN))


def _not_written(path: Path, error: OSError | ValueError) -> OutputError:
    """Return why a file is not written; ValueError is a name that the system cannot have."""
    return OutputError(OutputNotWritten(path, error_text(error)))
