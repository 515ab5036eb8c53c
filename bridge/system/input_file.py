"""Files of the user's that are read: completely, up to a limit, and without waiting.

An input is a regular file, or a symbolic link to one. A FIFO is refused, because opening it waits
for a program that writes; so are a socket and a device, which may have no end, and whose opening
may have an effect. The descriptor is checked again once it is open, since another program may
replace the file between the check and the opening. It is opened so that even then nothing waits.

A limit is stated by each caller. A file that claims a larger size is refused unread. Reading stops
at the limit, since the files of `/proc` claim to be empty and some of them have no end.
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

from bridge.system.error_text import error_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_NONBLOCK", 0)
)
"""A FIFO is opened at once, and a terminal does not become the program's own (open(2))."""


class InputFault(enum.Enum):
    """Why a file is not read."""

    MISSING = enum.auto()
    FOLDER = enum.auto()
    SPECIAL = enum.auto()
    """A device, a FIFO or a socket."""
    FORBIDDEN = enum.auto()


@dataclass(frozen=True, slots=True)
class RefusedInput:
    """A file that is not read."""

    path: Path
    fault: InputFault


@dataclass(frozen=True, slots=True)
class InputTooLarge:
    """A file has more than `max_bytes` bytes: at least `size_bytes`."""

    path: Path
    max_bytes: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class InputNotRead:
    """A file cannot be read; `error` is the system's text."""

    path: Path
    error: str


InputReason = RefusedInput | InputTooLarge | InputNotRead


class InputError(Exception):
    """A file is not read."""

    def __init__(self, reason: InputReason) -> None:
        super().__init__(reason)
        self.reason = reason


def read_input(path: Path, max_bytes: int) -> bytes:
    """Return the content of a regular file of at most `max_bytes` bytes.

    Raises:
        InputError: there is none, it is not a regular file, it is larger, or it cannot be read.

    """
    with open_input(path, max_bytes) as stream, _system_errors(path):
        content = stream.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise InputError(InputTooLarge(path, max_bytes, len(content)))
    return content


@contextmanager
def open_input(path: Path, max_bytes: int | None = None) -> Iterator[IO[bytes]]:
    """Yield a regular file, opened for reading in binary; None means any size.

    Raises:
        InputError: there is none, it is not a regular file, it is larger, or it cannot be opened.

    """
    with _system_errors(path):
        _check_kind(path, os.stat(path).st_mode)  # noqa: PTH116 - as fstat below
        stream = os.fdopen(os.open(path, _FLAGS), "rb")
    with stream:
        found = os.fstat(stream.fileno())
        _check_kind(path, found.st_mode)
        if max_bytes is not None and found.st_size > max_bytes:
            raise InputError(InputTooLarge(path, max_bytes, found.st_size))
        yield stream


def _check_kind(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise InputError(RefusedInput(path, InputFault.FOLDER))
    if not stat.S_ISREG(mode):
        raise InputError(RefusedInput(path, InputFault.SPECIAL))


@contextmanager
def _system_errors(path: Path) -> Iterator[None]:
    """Turn the system's errors about a path into an InputError."""
    try:
        yield
    except FileNotFoundError:
        raise InputError(RefusedInput(path, InputFault.MISSING)) from None
    except PermissionError:
        raise InputError(RefusedInput(path, InputFault.FORBIDDEN)) from None
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
        if getattr(error, "errno", None) == errno.ENXIO:  # a socket that came in between
            raise InputError(RefusedInput(path, InputFault.SPECIAL)) from None
        raise InputError(InputNotRead(path, error_text(error))) from error
