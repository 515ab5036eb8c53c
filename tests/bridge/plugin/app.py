"""The app's end of the wire, for tests of the plugin: a socket that answers and records.

It answers each `PluginHello` in its own thread, as a heartbeat, so that a delayed test
does not look like a dead app. It puts every message of the plugin into a queue, from which a
test takes what it expects. So no test sleeps: it waits for a message.

As a script (`python -m tests.bridge.plugin.app PORT`) it is an app that plays one long note to
the first instance that says hello, and runs until it is killed.
"""

import queue
import secrets
import socket
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

from bridge.plugin.wire import (
    AppBye,
    AppHello,
    FromApp,
    Message,
    PlayNow,
    PluginHello,
    UnsupportedVersion,
    decode,
    encode,
)
from bridge.system.clock import SystemClock

PATIENCE_S = 20.0

_Kind = TypeVar("_Kind", bound=Message)


class App:
    """A socket on a port of this machine, and all messages of plugins to it."""

    def __init__(self, port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self._app = secrets.randbits(64)
        self._mute = False
        self._places: dict[int, tuple[str, int]] = {}
        self._heard: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._kept: list[Message] = []
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def close(self) -> None:
        """Close the port without a bye, as the end of a process does."""
        if self._thread.is_alive():
            # A datagram of our own wakes the thread, wherever the system keeps it.
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
                own.sendto(b"close", ("127.0.0.1", self.port))
            self._thread.join()
        self._socket.close()

    def mute(self) -> None:
        """Stop answering hellos."""
        self._mute = True

    def send(self, message: FromApp) -> None:
        """Send one message to the instance that it names."""
        self.send_raw(message.instance, encode(message))

    def send_raw(self, instance: int, data: bytes) -> None:
        """Send any bytes to an instance."""
        self._socket.sendto(data, self._places[instance])

    def meet(self) -> int:
        """Wait for the hello of an instance; return its ID."""
        return self.expect(PluginHello).instance

    def expect(
        self, kind: type[_Kind], such_that: Callable[[_Kind], bool] = lambda _: True
    ) -> _Kind:
        """Wait for a message and remove it from the queue; keep earlier ones."""
        for place, message in enumerate(self._kept):
            if isinstance(message, kind) and such_that(message):
                del self._kept[place]
                return message
        clock = SystemClock()
        patience_ns = clock.now_ns() + round(PATIENCE_S * 1e9)
        while True:
            message = self._heard.get(timeout=max(0, patience_ns - clock.now_ns()) / 1e9)
            if isinstance(message, kind) and such_that(message):
                return message
            self._kept.append(message)

    def received(self, kind: type[_Kind]) -> list[_Kind]:
        """Return all received messages of a kind."""
        while not self._heard.empty():
            self._kept.append(self._heard.get())
        return [message for message in self._kept if isinstance(message, kind)]

    def _listen(self) -> None:
        while True:
            data, place = self._socket.recvfrom(65536)
            if data == b"close":
                return
            message = decode(data)
            if message is None or isinstance(message, UnsupportedVersion):
                raise ValueError(data)
            self._places[message.instance] = place
            # The answer goes first: a test that has seen the hello may send right after it.
            if isinstance(message, PluginHello) and not self._mute:
                self.send(AppHello(message.instance, self._app))
            self._heard.put(message)


def main() -> None:
    """Play one note, and go on running."""
    app = App(int(sys.argv[1]))
    instance = app.meet()
    app.send(PlayNow(instance, 1, bytes((0x90, 60, 100))))
    threading.Event().wait()
    app.send(AppBye(instance))


if __name__ == "__main__":
    main()
