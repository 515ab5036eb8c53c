"""The folder of a session: its journals, while the session runs and after a crash.

A session has a folder of its own in the user's folder for the state of programs (XDG Base Directory
Specification: `XDG_STATE_HOME`), or, if that cannot be written, in a private folder for temporary
files. It holds a lock, the journal of what is played, and the journal of the takes. Only the user
may read it.

The process that the user started, a window or a command, holds the lock. A clean end removes the
folder. A folder whose lock nobody holds is of a session that has not ended properly. The newest
`MAX_FOLDERS` of them are kept, as long as they have no more than `MAX_TOTAL_BYTES` together.

A journal whose disk fails goes on in the other place, in a folder of the same name. So the files of
a session are looked for in both places, and the one in the temporary place is the newer one.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from platformdirs import user_state_path

from bridge.history.journal import decode
from bridge.history.recovered import Recovered, recover
from bridge.system.locked_file import LockedFile

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FOLDERS, MAX_TOTAL_BYTES = 16, 256 * 2**20
"""How many unfinished sessions are kept, and how large they may be together."""
MAX_JOURNAL_BYTES = 64 * 2**20
"""The greatest size of one journal: some days of playing."""
PLAYED, TAKES = "played.journal", "takes.journal"
"""The names of the journals."""
_LOCK = "lock"
_TIME_FORMAT, _TOKEN_LENGTH = "%Y-%m-%d-%H%M%S", 6
_HEAD_BYTES = 2**16
"""How much is read of a journal to see whether it has music."""
_NEW = ".new-"


def usual_root() -> Path:
    """Return the folder in which sessions have their folders."""
    return user_state_path("antiphon", appauthor=False) / "sessions"


def temporary_root() -> Path:
    """Return the folder that is used instead if the usual one fails."""
    owner = f"-{os.getuid()}" if hasattr(os, "getuid") else ""
    return temporary_folder() / f"antiphon-sessions{owner}"


def temporary_folder() -> Path:
    """Return the folder for temporary files, or the home folder if none can be written."""
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError:
        return Path.home()


def journal_places(name: str, journal: str) -> tuple[Path, Path]:
    """Return where a journal of the session of this name is, and where it goes if that fails."""
    return usual_root() / name / journal, temporary_root() / name / journal


def make_private_folder(path: Path) -> None:
    """Make a folder that only its user may enter, or check that it is one.

    Raises:
        OSError: it cannot be made, or is not the user's alone.

    """
    path.mkdir(0o700, parents=True, exist_ok=True)
    if not _is_own_folder(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        path.chmod(0o700)


class SessionFolder:
    """The folder of the running session."""

    def __init__(self, root: Path, name: str, lock: LockedFile | None) -> None:
        self._root, self.name, self._lock = root, name, lock

    @classmethod
    def create(cls, now: datetime) -> Self:
        """Make the folder of a session that starts now, by local time; without a place, none."""
        name = f"{now.strftime(_TIME_FORMAT)}-{secrets.token_hex(_TOKEN_LENGTH // 2)}"
        # The last one twice: the end of another session may have just removed it.
        for root in (usual_root(), temporary_root(), temporary_root()):
            with suppress(OSError):
                make_private_folder(root)
                # It gets its name once it is locked: an unlocked one is of a session that has died.
                new = root / f"{_NEW}{name}"
                new.mkdir(0o700)
                lock = LockedFile(new / _LOCK)
                new.rename(root / name)
                return cls(root, name, lock)
        return cls(temporary_root(), name, None)

    def remove(self) -> None:
        """Remove the journals: the session has ended properly."""
        self.close()
        _remove(self.name)
        with suppress(OSError):  # it is not there, or has other sessions in it
            temporary_root().rmdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the lock, and keep the journals for recovery."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A session that has not ended properly, and the local time at which it began."""

    name: str
    started_at: datetime

    def read(self) -> Recovered:
        """Return what its journals contain."""
        return read_session(self.name)

    def discard(self) -> None:
        """Remove its journals, unless another process is recovering it."""
        with _locked(self.name) as is_dead:
            if is_dead:
                _remove(self.name)


def read_session(name: str) -> Recovered:
    """Return what the journals of a session contain."""
    contents = (_content(name, journal) for journal in (PLAYED, TAKES))
    return recover(decode(content) for content in contents)


def find_unfinished() -> tuple[Unfinished, ...]:
    """Return the sessions that have not ended properly, the newest first.

    Those without music are removed, and so are the oldest of too many. The journals are not read
    as a whole, which could take seconds.
    """
    found: list[Unfinished] = []
    total_bytes = 0
    for name in sorted(_names(), reverse=True):
        with _locked(name) as is_dead:
            if not is_dead:
                continue
            total_bytes += _size(name)
            started_at = _time_of(name)
            is_too_much = len(found) >= MAX_FOLDERS or total_bytes > MAX_TOTAL_BYTES
            if is_too_much or started_at is None or not _has_music(name):
                _remove(name)
            else:
                found.append(Unfinished(name, started_at))
    return tuple(found)


def _time_of(name: str) -> datetime | None:
    """Return the local time at which the session of this name began; None if it is no session's."""
    try:
        return datetime.strptime(name[: -_TOKEN_LENGTH - 1], _TIME_FORMAT).astimezone()
    except ValueError:
        return None


def _has_music(name: str) -> bool:
    """Return whether there may be music in the journals of a session."""
    heads = [_content(name, journal, _HEAD_BYTES) for journal in (PLAYED, TAKES)]
    return any(
        len(head) == _HEAD_BYTES or decode(head).is_newer or not recover([decode(head)]).is_empty
        for head in heads
    )


def _names() -> set[str]:
    names = {each.name for root in _roots() for each in root.iterdir() if each.is_dir()}
    return {name for name in names if not name.startswith(_NEW)}


def _roots() -> list[Path]:
    """Return the places in which nobody but this user can have put anything."""
    return [root for root in (usual_root(), temporary_root()) if _is_own_folder(root)]


def _is_own_folder(path: Path) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    is_own = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    return stat.S_ISDIR(found.st_mode) and is_own and os.access(path, os.R_OK | os.X_OK)


@contextmanager
def _locked(name: str) -> Iterator[bool]:
    """Lock a session that has died; yield False if it lives, or cannot be locked.

    The process that the user started has locked its folder, and the processes that write have
    locked their journals.
    """
    folders = [root / name for root in _roots() if (root / name).is_dir()]
    files = [folder / _LOCK for folder in folders[:1]]
    files += [folder / each for folder in folders for each in (PLAYED, TAKES)]
    with ExitStack() as locks:
        try:
            for number, file in enumerate(files):
                if number == 0 or os.path.lexists(file):
                    locks.callback(LockedFile(file).release)
        except OSError:
            yield False
        else:
            yield bool(folders)


def _content(name: str, journal: str, max_bytes: int = MAX_JOURNAL_BYTES) -> bytes:
    """Return the content of a journal, from the place where it was written last."""
    for root in reversed(_roots()):
        with suppress(OSError), (root / name / journal).open("rb") as stream:
            return stream.read(max_bytes)
    return b""


def _size(name: str) -> int:
    size = 0
    for journal in (PLAYED, TAKES):
        for root in _roots():
            with suppress(OSError):
                size += (root / name / journal).stat().st_size
    return size


def _remove(name: str) -> None:
    for root in _roots():
        shutil.rmtree(root / name, ignore_errors=True)
