"""The app's end of the wire, for tests of the plugin: it answers and records.

It answers each `PluginHello` in its own thread, as a heartbeat, so that a delayed test
does not look like a dead app. It puts every message of the plugin into a queue, from which a
test takes what it expects. So no test sleeps: it waits for a message.

As a script (`python -m tests.bridge.plugin.app PLACE`) it is an app that plays one long note to
the first instance that says hello, and runs until it is killed. PLACE is a value of
`ANTIPHON_PLUGINS_AT`.
"""

import queue
import secrets
import select
import socket
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

from bridge.plugin.connection import Connection
from bridge.plugin.endpoint import Endpoint
from bridge.plugin.folder import VARIABLE, choose_place
from bridge.plugin.wire import (
    AppBye,
    AppHello,
    FromApp,
    Message,
    PlayNow,
    PluginHello,
    UnsupportedVersion,
    encode,
)
from bridge.system.clock import SystemClock

PATIENCE_S = 20.0

_Kind = TypeVar("_Kind", bound=Message)


class App:
    """A place at which plugins connect, and all their messages."""

    def __init__(self, at: str) -> None:
        """Listen at a value of `ANTIPHON_PLUGINS_AT`."""
        self.at = at
        place = choose_place({VARIABLE: self.at})
        assert place is not None
        self._endpoint = Endpoint(place)
        self._app = secrets.randbits(64)
        self._mute = False
        self._connections: list[Connection] = []
        self._places: dict[int, Connection] = {}
        self._heard: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._kept: list[Message] = []
        self._bell, self._rung = socket.socketpair()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def close(self) -> None:
        """End the connections without a bye, as the end of a process does."""
        if self._thread.is_alive():
            self._bell.send(b"\0")
            self._thread.join()
            for connection in self._connections:
                connection.close()
            self._bell.close()
            self._rung.close()
            self._endpoint.close()

    def mute(self) -> None:
        """Stop answering hellos."""
        self._mute = True

    def send(self, message: FromApp) -> None:
        """Send one message to the instance that it names."""
        self.send_raw(message.instance, encode(message))

    def send_raw(self, instance: int, data: bytes) -> None:
        """Send any bytes to an instance."""
        self._places[instance].send(data)
        self._places[instance].flush()

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
        clock = SystemClock()
        while True:
            sockets = [each.socket for each in self._connections]
            readable, _, _ = select.select([self._rung, self._endpoint.socket, *sockets], [], [])
            if self._rung in readable:
                return
            if self._endpoint.socket in readable:
                accepted = self._endpoint.accept(clock.now_ns())
                assert isinstance(accepted, Connection)
                self._connections.append(accepted)
            for connection in tuple(self._connections):
                if connection.socket in readable:
                    self._receive(connection)

    def _receive(self, connection: Connection) -> None:
        for message in connection.receive():
            if message is None or isinstance(message, UnsupportedVersion):
                raise ValueError(message)
            self._places[message.instance] = connection
            # The answer goes first: a test that has seen the hello may send right after it.
            if isinstance(message, PluginHello) and not self._mute:
                self.send(AppHello(message.instance, self._app))
            self._heard.put(message)
        if connection.ended:
            self._connections.remove(connection)
            connection.close()


def main() -> None:
    """Play one note, and go on running."""
    app = App(sys.argv[1])
    instance = app.meet()
    app.send(PlayNow(instance, 1, bytes((0x90, 60, 100))))
    threading.Event().wait()
    app.send(AppBye(instance))


if __name__ == "__main__":
    main()
