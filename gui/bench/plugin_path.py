"""What an event costs on its way between the app and a plugin: our connection, and bare datagrams.

The connection knows its peer, keeps the order of messages and loses none. A datagram on loopback
has none of that, so it is the least that a message between two processes can cost. Both carry the
same events in both directions: one of the player to the app, and one of the app to the plugin, each
encoded, sent, received and decoded. They are measured in turn, in one thread.
"""

from __future__ import annotations

import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.plugin.connection import Connection
from bridge.plugin.endpoint import PORT_FILE_NAME, SOCKET_NAME, Endpoint
from bridge.plugin.folder import Place
from bridge.plugin.stream import MessageStream
from bridge.plugin.wire import LONGEST, MidiIn, PlayAtTime, decode, encode
from bridge.system.clock import SystemClock
from gui.bench.spread import time_interleaved

if TYPE_CHECKING:
    from collections.abc import Callable

_ROUNDS, _TURNS = 40, 250
_PLAYED = MidiIn(7, 1, 2.0, 3, 4, b"\x90\x3c\x64")
_PLANNED = PlayAtTime(7, 1, 2, b"\x80\x3c\x40")


def measure_plugin_path() -> dict[str, Any]:
    """Return the cost of one event by each way, as spreads."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="antiphon-")))
        ways = {
            "datagrams": _datagrams(stack),
            "stream": _stream(stack, Place(folder / "unix", tcp=False)),
            "stream by TCP": _stream(stack, Place(folder / "tcp", tcp=True)),
        }
        timed = {name: _timed(turn) for name, turn in ways.items()}
        spreads = time_interleaved(timed, _ROUNDS)
    return {name: spread.as_dict() for name, spread in spreads.items()}


def _timed(turn: Callable[[], None]) -> Callable[[], list[int]]:
    """Return a task that takes turns, and returns the nanoseconds of an event in each."""

    def measure() -> list[int]:
        clock, durations = SystemClock(), []
        for _ in range(_TURNS):
            begin_ns = clock.now_ns()
            turn()
            durations.append((clock.now_ns() - begin_ns) // 2)
        return durations

    return measure


def _datagrams(stack: ExitStack) -> Callable[[], None]:
    """Return a turn of two UDP sockets: an event in each direction."""
    app, plugin = (
        stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(2)
    )
    for each in (app, plugin):
        each.bind(("127.0.0.1", 0))
        each.setblocking(False)
    to_app, to_plugin = app.getsockname(), plugin.getsockname()

    def turn() -> None:
        plugin.sendto(encode(_PLAYED), to_app)
        data, _ = app.recvfrom(2048)
        assert decode(data) == _PLAYED
        app.sendto(encode(_PLANNED), to_plugin)
        assert decode(plugin.recv(2048)) == _PLANNED

    return turn


def _stream(stack: ExitStack, place: Place) -> Callable[[], None]:
    """Return a turn of a connection of the app: an event in each direction."""
    endpoint = Endpoint(place)
    stack.callback(endpoint.close)
    plugin = stack.enter_context(
        socket.socket(socket.AF_INET if place.tcp else socket.AF_UNIX, socket.SOCK_STREAM)
    )
    if place.tcp:
        port, of_plugins, _ = (place.folder / PORT_FILE_NAME).read_text("ascii").split()
        plugin.connect(("127.0.0.1", int(port)))
        plugin.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plugin.sendall(bytes.fromhex(of_plugins))
    else:
        plugin.connect(str(place.folder / SOCKET_NAME))
    app = endpoint.accept(0)
    assert isinstance(app, Connection)
    stack.callback(app.close)
    app.receive()  # the cookie, by TCP
    if place.tcp:
        plugin.recv(32, socket.MSG_WAITALL)
    stream = MessageStream()

    def turn() -> None:
        plugin.send(encode(_PLAYED))
        assert app.receive() == [_PLAYED]
        app.send(encode(_PLANNED))
        app.flush()
        assert stream.feed(plugin.recv(LONGEST)) == [_PLANNED]

    return turn
