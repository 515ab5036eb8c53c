"""A private file, and one with a lock that lasts as long as the process that holds it.

The system releases the lock when the process ends, however it ends. So a file that can be locked
belongs to no living process. A process id would not tell: the system gives it to another process.
"""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    _FAR = 2**31 - 2  # Windows keeps others from the locked bytes; a journal has none there

    def _lock(descriptor: int, *, wait: bool) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        # It waits for ten seconds at most.
        msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int, *, wait: bool) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


_FLAGS = (
    os.O_RDWR
    | os.O_CREAT
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
)
"""No link is followed, and a pipe of this name does not wait for a program at its other end."""


class LockTakenError(OSError):
    """Another process holds the lock."""


def is_foreign(found: os.stat_result) -> bool:
    """Return whether a file or folder belongs to another user."""
    return sys.platform != "win32" and found.st_uid != os.geteuid()


def open_private(path: Path) -> int:
    """Open a file that only its user may open, for reading and writing; make it if it is missing.

    Raises:
        OSError: the system refuses, or it is not a plain file of this user.

    """
    handle = os.open(path, _FLAGS, 0o600)
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or is_foreign(found):
        os.close(handle)
        raise PermissionError(f"{path} is not a plain file of this user")
    if sys.platform != "win32":
        os.fchmod(handle, 0o600)
    return handle


class LockedFile:
    """An open file that this process has locked. Child processes do not inherit it (PEP 446)."""

    def __init__(self, path: Path, *, wait: bool = False) -> None:
        """Open and lock a file; one that does not exist is made, and only its user may open it.

        With `wait`, the lock of another process is waited for.

        Raises:
            LockTakenError: another process holds the lock.
            OSError: the file cannot be opened.

        """
        self._path, self._descriptor = path, open_private(path)
        try:
            _lock(self._descriptor, wait=wait)
        except OSError as error:
            self.release()
            raise LockTakenError(error.errno, error.strerror, str(path)) from error

    def release(self) -> None:
        """Close the file, which releases the lock."""
        os.close(self._descriptor)

    @property
    def is_in_place(self) -> bool:
        """Whether the file is still at its path: neither it nor a folder has moved or gone."""
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._path.lstat())
        except OSError:
            return False

    def read(self, max_bytes: int) -> bytes:
        """Return the content, at most this much of it."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        content = b""
        while len(content) < max_bytes:
            part = os.read(self._descriptor, max_bytes - len(content))
            if not part:
                break
            content += part
        return content

    def write(self, content: bytes) -> None:
        """Write at the end, and wait until it is on the disk."""
        os.lseek(self._descriptor, 0, os.SEEK_END)
        self._write_here(content)

    def overwrite(self, content: bytes) -> None:
        """Write over the old content from its begin, and then cut off the rest of it."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        self._write_here(content)
        self.truncate(len(content))

    def _write_here(self, content: bytes) -> None:
        left = memoryview(content)
        while left:
            left = left[os.write(self._descriptor, left) :]
        os.fsync(self._descriptor)

    def truncate(self, length: int) -> None:
        """Cut off what is after this many bytes."""
        os.ftruncate(self._descriptor, length)
