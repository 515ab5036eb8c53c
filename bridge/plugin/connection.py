"""One connection of a plugin: bytes in both directions, each bounded, and no call that waits.

A turn reads at most `READ_SIZE` bytes, so that a program that sends without end cannot keep the
thread from sending what is due. What is sent in a turn goes out in one call. What the system does
not take at once waits here, up to `MAX_WAITING` bytes. A program that reads no more is
disconnected. A plugin releases all that sounds when its connection ends, so a note-off that was not
delivered leaves no note.

By TCP, the first bytes must be the cookie of the app (`bridge.plugin.endpoint`). They are answered
with the other cookie; nothing is sent before.
"""

from __future__ import annotations

import hmac
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from bridge.plugin.stream import MessageStream
from bridge.plugin.wire import UnsupportedVersion

if TYPE_CHECKING:
    from bridge.playout.problem import PluginRefusal
    from bridge.plugin.endpoint import Cookies
    from bridge.plugin.wire import Message

READ_SIZE = 1024
MAX_WAITING = 262_144


class Connection:
    """A connected socket. When `ended` is true, it is to be closed."""

    def __init__(
        self, connected: socket.socket, accepted_ns: int, cookies: Cookies | None = None
    ) -> None:
        """Own a socket; expect the cookie first if there are cookies."""
        connected.setblocking(False)  # noqa: FBT003 - the parameter has no name
        if connected.family == socket.AF_INET:  # or else the system waits for more to send
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = connected
        self.accepted_ns = accepted_ns
        self.ended = False
        self.refusal: PluginRefusal | None = None
        """Why it has ended, if its peer is to blame."""
        self._cookies = cookies
        self._greeting = b""
        self._stream = MessageStream()
        self._waiting = bytearray()

    @property
    def is_trusted(self) -> bool:
        """Whether the peer has shown that it is the user's."""
        return self._cookies is None

    def receive(self) -> list[Message | UnsupportedVersion | None]:
        """Read once, and return the messages that have been completed."""
        try:
            data = self.socket.recv(READ_SIZE)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if not data:
            self.ended = True
            return []
        if self._cookies is not None:
            data = self._check_cookie(data, self._cookies)
        messages = self._stream.feed(data)
        if self._stream.broken and not (
            messages and isinstance(messages[-1], UnsupportedVersion)  # it is answered first
        ):
            self._refuse("invalid")
        return messages

    def send(self, data: bytes) -> None:
        """Send bytes with the next `flush`, or as soon as the system takes them."""
        if not self.ended and self._cookies is None:
            self._waiting += data

    def flush(self) -> None:
        """Send what waits, as far as the system takes it."""
        try:
            while self._waiting and not self.ended:
                del self._waiting[: self.socket.send(self._waiting)]
        except BlockingIOError:
            if len(self._waiting) > MAX_WAITING:
                self._refuse("unread")
        except OSError:
            self.ended = True

    def close(self) -> None:
        """Close the socket."""
        with suppress(OSError):  # a connection that was reset is closed all the same
            self.socket.close()

    def _check_cookie(self, data: bytes, cookies: Cookies) -> bytes:
        """Compare the first bytes with the app's cookie; return the bytes after it."""
        size = len(cookies.of_plugins)
        self._greeting += data
        if len(self._greeting) < size:
            return b""
        sent, rest = self._greeting[:size], self._greeting[size:]
        if hmac.compare_digest(sent, cookies.of_plugins):
            self._cookies = None
            self.send(cookies.of_app)
            self.flush()
            return rest
        self._refuse("other-user")
        return b""

    def _refuse(self, cause: PluginRefusal) -> None:
        self.ended, self.refusal = True, cause
