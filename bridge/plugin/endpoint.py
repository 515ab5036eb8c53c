"""Where the app listens for plugins, and how each side knows that the other is the same user's.

On POSIX it is a Unix socket in the user's own folder (`bridge.plugin.folder`). Other users cannot
reach it. In addition the system tells each side the user of the other, and another user is refused,
even root.

Python on Windows has no Unix sockets. There it is a TCP socket of this machine, with a port that
the system chooses. A file in the user's own folder has the port and two random cookies, all new at
each start. The plugin sends the first cookie, and the app answers with the second; neither sends
anything else before it has the other's. A program that waits at the port of an app that has ended
gets a cookie that opens nothing.
"""

from __future__ import annotations

import os
import secrets
import socket
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.playout.problem import PluginPathTooLong, PluginSocketRefused
from bridge.plugin.connection import Connection
from bridge.plugin.folder import make_private, take_lock
from bridge.ports.base import PortError
from bridge.system.error_text import error_text
from bridge.system.locked_file import open_private

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.playout.problem import PluginRefusal
    from bridge.plugin.folder import Place
    from bridge.system.locked_file import LockedFile

SOCKET_NAME = "plugin.sock"
PORT_FILE_NAME = "plugin.port"
LONGEST_PATH = 107 if sys.platform == "linux" else 103
"""Bytes of the path of a Unix socket, without the zero at its end (`sun_path`)."""
_BACKLOG = 64
_COOKIE_SIZE = 32


@dataclass(frozen=True, slots=True)
class Cookies:
    """What plugins send first, and what the app answers."""

    of_plugins: bytes
    of_app: bytes


class Endpoint:
    """A listening socket, the lock of its folder, and the file by which plugins find it."""

    def __init__(self, place: Place) -> None:
        """Listen at a place.

        Raises:
            PortError: another program has it, others can change it, or the system refuses.

        """
        self.socket = socket.socket(
            socket.AF_INET if place.tcp else socket.AF_UNIX, socket.SOCK_STREAM
        )
        self.socket.setblocking(False)  # noqa: FBT003 - the parameter has no name
        self._cookies: Cookies | None = None
        self._path = place.folder / (PORT_FILE_NAME if place.tcp else SOCKET_NAME)
        self._lock: LockedFile | None = None
        try:
            if not place.tcp:
                _check_length(self._path)
            make_private(place.folder)
            self._lock = take_lock(place.folder)
            if place.tcp:
                self._listen_on_port()
            else:
                self._listen_on_path()
        except PortError:
            self._release()
            raise
        except OSError as error:
            self._release()
            reason = PluginSocketRefused(str(self._path), error_text(error))
            raise PortError(reason) from error

    def accept(self, now_ns: int) -> Connection | PluginRefusal | None:
        """Return the next connection, or why it is refused; None if there is none.

        Raises:
            OSError: the system can open no more.

        """
        try:
            connected, _ = self.socket.accept()
        except (BlockingIOError, ConnectionError):
            return None
        if self._cookies is None and not _is_own(connected):
            connected.close()
            return "other-user"
        return Connection(connected, now_ns, self._cookies)

    def close(self) -> None:
        """Stop listening, and let another program listen."""
        with suppress(OSError):  # somebody has removed it
            self._path.unlink()
        self._release()

    def _release(self) -> None:
        self.socket.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _listen_on_path(self) -> None:
        """Bind the path. We have the lock, so a file that lies there is of a dead program."""
        self._path.unlink(missing_ok=True)
        self.socket.bind(str(self._path))
        self._path.chmod(0o600)
        self.socket.listen(_BACKLOG)

    def _listen_on_port(self) -> None:
        if sys.platform == "win32":  # or else another program could bind the same port
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(_BACKLOG)
        cookies = Cookies(secrets.token_bytes(_COOKIE_SIZE), secrets.token_bytes(_COOKIE_SIZE))
        port: int = self.socket.getsockname()[1]
        _write_port_file(self._path, port, cookies)
        self._cookies = cookies


def _write_port_file(path: Path, port: int, cookies: Cookies) -> None:
    """Write the port and the cookies, on one line whose end shows that it is whole."""
    line = f"{port} {cookies.of_plugins.hex()} {cookies.of_app.hex()}\n"
    handle = open_private(path)
    try:
        os.ftruncate(handle, 0)
        os.write(handle, line.encode("ascii"))
    finally:
        os.close(handle)


def _check_length(path: Path) -> None:
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise PortError(PluginPathTooLong(str(path), LONGEST_PATH))


def _is_own(connected: socket.socket) -> bool:
    """Return whether the peer of a Unix socket runs as the same user."""
    try:
        return _user_of_peer(connected) == os.geteuid()
    except OSError:
        return False  # it has gone already


def _user_of_peer(connected: socket.socket) -> int:
    if sys.platform == "linux":
        layout = struct.Struct("3i")  # struct ucred: process, user, group
        found = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, layout.size)
        user: int = layout.unpack(found)[1]
        return user
    else:  # noqa: RET505 - so that mypy knows which branch is for which system
        import ctypes  # noqa: PLC0415 - Python has no getpeereid

        effective, group = ctypes.c_uint32(), ctypes.c_uint32()
        library = ctypes.CDLL(None, use_errno=True)
        status = library.getpeereid(
            connected.fileno(), ctypes.byref(effective), ctypes.byref(group)
        )
        if status != 0:
            raise OSError(ctypes.get_errno(), "getpeereid")
        return effective.value
