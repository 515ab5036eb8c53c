"""The folder in which plugins and the app of one user find each other.

It belongs to the user, and nobody else may enter it or change it. So no other user can reach what
is in it, put something in its place, or keep it from being made. A folder for all users, such as
/tmp, has none of these properties.

There are two candidates, tried in this order by both sides (`bridge/plugin/endpoint.hpp` repeats
it): a folder of the session (`XDG_RUNTIME_DIR`), and one of the home. A host that was started
without that variable looks only into the home; then set it for both, or for neither.

The variable `ANTIPHON_PLUGINS_AT` names another folder, for tests; `tcp:` before it chooses the way
of Windows (`bridge.plugin.endpoint`), and an empty value keeps the app and plugins apart.

Only one program at a time can listen: it has the lock, which the system takes from a dead one.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.playout.problem import PluginFolderUnsafe, PluginSocketRefused, PluginsTaken
from bridge.ports.base import PortError
from bridge.system.error_text import error_text
from bridge.system.locked_file import LockedFile, LockTakenError, is_foreign

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "ANTIPHON_PLUGINS_AT"
_TCP_PREFIX = "tcp:"
_PRIVATE_FOLDER = 0o700


@dataclass(frozen=True, slots=True)
class Place:
    """A folder, and whether plugins connect to it by TCP instead of a Unix socket."""

    folder: Path
    tcp: bool


def choose_place(environment: Mapping[str, str]) -> Place | None:
    """Return where the app listens, or None if it listens nowhere."""
    named = environment.get(VARIABLE)
    if named is not None:
        tcp = named.startswith(_TCP_PREFIX) or sys.platform == "win32"
        folder = named.removeprefix(_TCP_PREFIX)
        return Place(Path(folder), tcp) if folder else None
    if sys.platform == "win32":
        local = environment.get("LOCALAPPDATA", "")
        return Place(Path(local) / "antiphon" / "run", tcp=True) if local else None
    session = environment.get("XDG_RUNTIME_DIR", "")
    if session.startswith("/") and _is_own_folder(session):
        return Place(Path(session) / "antiphon", tcp=False)
    home = environment.get("HOME", "")
    if not home.startswith("/"):
        home = os.path.expanduser("~")  # noqa: PTH111 - Path.expanduser raises for a user without one
    state = "Library/Application Support" if sys.platform == "darwin" else ".local/state"
    in_home = Path(home) / state / "antiphon" / "run"
    return Place(in_home, tcp=False) if in_home.is_absolute() else None


def make_private(folder: Path) -> None:
    """Make the folder if it is missing, and make sure that only this user can use it.

    Raises:
        PortError: it is not the user's, or others can change it.

    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            folder.mkdir(mode=_PRIVATE_FOLDER)
        if sys.platform == "win32":
            return  # what is in a user's own folder there is the user's
        _check(folder, folder.lstat())
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            _check(folder, os.fstat(handle))
            os.fchmod(handle, _PRIVATE_FOLDER)
        finally:
            os.close(handle)
    except OSError as error:
        raise PortError(PluginSocketRefused(str(folder), error_text(error))) from error


def take_lock(folder: Path) -> LockedFile:
    """Return a file that no other process can lock until it is released.

    Raises:
        PortError: another process has it, or the system refuses.

    """
    path = folder / "plugin.lock"
    try:
        return LockedFile(path)
    except LockTakenError as error:
        raise PortError(PluginsTaken()) from error
    except OSError as error:
        raise PortError(PluginSocketRefused(str(path), error_text(error))) from error


def _check(folder: Path, found: os.stat_result) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise PortError(PluginFolderUnsafe(str(folder), "link"))
    if not stat.S_ISDIR(found.st_mode):
        raise PortError(PluginFolderUnsafe(str(folder), "not-a-folder"))
    if is_foreign(found):
        raise PortError(PluginFolderUnsafe(str(folder), "owner"))
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PortError(PluginFolderUnsafe(str(folder), "writable"))


def _is_own_folder(path: str) -> bool:
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return False
    return stat.S_ISDIR(found.st_mode) and not is_foreign(found)
