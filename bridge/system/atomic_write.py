"""Write a file completely or not at all.

The bytes go to a temporary file in the same folder, which takes the file's name when it is
complete. So a full disk, a crash or a pulled cable leaves the old file.

A symbolic link is followed: the file that it points to is replaced, and the link stays. A file that
is replaced keeps its permissions, without those to run as its owner, and its owner and group where
the system lets them be given; a new one has the permissions that the umask leaves. Another name of
the same file, a hard link, keeps the old content.

The temporary file is created, never opened: a link that another user has made in a folder of all
users is not followed. Its permissions are set through its descriptor.

The path is resolved as the system does it. `none/../file` names no file if there is no folder
`none`, although the letters of the path can be reduced to `file`.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_HARD_LINKS = frozenset(
    (errno.EPERM, errno.EMLINK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
)
"""What a file system answers that has no hard links, such as FAT."""
_PRIVATE, _PUBLIC, _PERMISSIONS = 0o600, 0o666, 0o777


@contextmanager
def atomic_write(path: Path, *, replace: bool = True) -> Iterator[IO[bytes]]:
    """Yield a stream to write to; its content becomes the file when the block ends.

    Raises:
        FileExistsError: there is a file of this name, and `replace` is False. This is decided when
            the file gets its name, so that a file that has appeared in the meantime stays.
        OSError: the file cannot be written, or is not a regular file. What was there is left.

    """
    target = resolved_target(path)
    old = _old_file(target)
    # The umask applies when a file is created: to read it would change it for a moment, for all
    # threads. A file that will be replaced may be private, and so is what replaces it.
    temporary = target.with_name(f".antiphon-{os.urandom(8).hex()}.tmp")
    stream = _created(temporary, _PUBLIC if old is None else _PRIVATE)
    try:
        with stream:
            yield stream
            stream.flush()
            if replace and old is not None:
                _give_permissions(stream.fileno(), temporary, old)
        if not replace:
            _move_to_free_name(temporary, target)
        else:
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def resolved_target(path: Path) -> Path:
    """Return the path, without symbolic links, of the file that a path names or would create.

    Raises:
        FileNotFoundError: the folder does not exist.
        OSError: the path cannot be resolved, for example because links form a circle.

    """
    try:
        return Path(os.path.realpath(path, strict=True))
    except FileNotFoundError:
        if path.is_symlink():  # it points to a file that does not exist
            return resolved_target(path.parent / path.readlink())
        return Path(os.path.realpath(path.parent, strict=True)) / path.name


def _created(path: Path, mode: int) -> IO[bytes]:
    """Create a file that does not exist, and open it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    return os.fdopen(os.open(path, flags, mode), "wb")


def _old_file(path: Path) -> os.stat_result | None:
    """Return the facts about a regular file, or None if there is nothing.

    Raises:
        OSError: there is something else, such as a folder or a device.

    """
    try:
        old = path.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(old.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(old.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return old


def _give_permissions(descriptor: int, temporary: Path, old: os.stat_result) -> None:
    """Give a file the owner and the permissions of the one that it replaces."""
    if os.name == "nt":
        temporary.chmod(old.st_mode & _PERMISSIONS)
        return
    for owner, group in ((-1, old.st_gid), (old.st_uid, -1)):
        with suppress(PermissionError):  # only some groups, and root, may
            os.fchown(descriptor, owner, group)
    os.fchmod(descriptor, old.st_mode & _PERMISSIONS)


def _move_to_free_name(temporary: Path, target: Path) -> None:
    """Give a file another name that no file has; raise FileExistsError if one has it.

    A check followed by a rename could replace a file that another program writes in between. A hard
    link is made only where there is no name yet, in one step. Windows does not rename onto a file.
    Where there are no hard links, the name is taken by an empty file first, in one step too, and
    only that file is replaced.
    """
    if os.name == "nt":
        temporary.rename(target)
        return
    try:
        target.hardlink_to(temporary)
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        _created(target, _PUBLIC).close()
        temporary.replace(target)
