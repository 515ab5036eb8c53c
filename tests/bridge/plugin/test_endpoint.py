"""Where the app listens: who gets in, and what it leaves behind."""

import os
import secrets
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bridge.playout.problem import PluginPathTooLong, PluginSocketRefused, PluginsTaken
from bridge.plugin.connection import Connection
from bridge.plugin.endpoint import LONGEST_PATH, PORT_FILE_NAME, SOCKET_NAME, Endpoint
from bridge.plugin.folder import Place
from bridge.plugin.wire import PluginHello, encode
from bridge.ports.base import PortError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="uses Unix sockets beside TCP")

HELLO = PluginHello(7, 1)


def reason_of(place: Place) -> object:
    with pytest.raises(PortError) as error:
        Endpoint(place)
    return error.value.reason


@pytest.fixture(params=[False, True], ids=["unix", "tcp"])
def place(request: pytest.FixtureRequest, folder: Path) -> Place:
    return Place(folder, tcp=request.param)


@pytest.fixture
def endpoint(place: Place) -> Iterator[Endpoint]:
    endpoint = Endpoint(place)
    yield endpoint
    endpoint.close()


def port_file(place: Place) -> tuple[int, bytes, bytes]:
    port, of_plugins, of_app = (place.folder / PORT_FILE_NAME).read_text().split()
    return int(port), bytes.fromhex(of_plugins), bytes.fromhex(of_app)


def connect(place: Place) -> socket.socket:
    """Connect as a plugin does, and send the cookie."""
    if not place.tcp:
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(str(place.folder / SOCKET_NAME))
        return peer
    port, of_plugins, _ = port_file(place)
    peer = socket.create_connection(("127.0.0.1", port))
    peer.sendall(of_plugins)
    return peer


def accept(endpoint: Endpoint) -> Connection:
    accepted = endpoint.accept(0)
    assert isinstance(accepted, Connection)
    return accepted


def test_a_plugin_of_the_same_user_gets_in(endpoint: Endpoint, place: Place) -> None:
    with connect(place) as peer:
        connection = accept(endpoint)
        peer.sendall(encode(HELLO))
        assert connection.receive() == [HELLO]
        if place.tcp:
            assert peer.recv(64) == port_file(place)[2]
        connection.close()


def test_only_the_user_can_use_what_lies_in_the_folder(endpoint: Endpoint, place: Place) -> None:
    assert endpoint.socket.fileno() > 0
    assert stat.S_IMODE(place.folder.stat().st_mode) == 0o700
    modes = {stat.S_IMODE(each.stat().st_mode) for each in place.folder.iterdir()}
    assert modes == {0o600}


def test_nothing_but_the_lock_is_left_behind(place: Place) -> None:
    Endpoint(place).close()
    assert [each.name for each in place.folder.iterdir()] == ["plugin.lock"]


def test_a_second_program_is_refused_until_the_first_has_ended(place: Place) -> None:
    first = Endpoint(place)
    assert reason_of(place) == PluginsTaken()
    with connect(place):  # the refused one has not replaced what plugins find
        accept(first).close()
    first.close()
    Endpoint(place).close()


def test_what_a_dead_program_left_is_replaced(place: Place) -> None:
    dead = Endpoint(place)
    dead.socket.close()
    assert dead._lock is not None  # noqa: SLF001
    dead._lock.release()  # noqa: SLF001 - as the system does at the end of a process
    endpoint = Endpoint(place)
    with connect(place):
        accept(endpoint).close()
    endpoint.close()


def test_each_start_has_new_cookies(folder: Path) -> None:
    place = Place(folder, tcp=True)
    found = set()
    for _ in range(3):
        endpoint = Endpoint(place)
        _, *cookies = port_file(place)
        assert {len(cookie) for cookie in cookies} == {32}
        found |= set(cookies)
        endpoint.close()
    assert len(found) == 6


@pytest.mark.parametrize(
    "sent",
    [secrets.token_bytes(32), bytes(32), encode(HELLO) * 2],
    ids=["random", "zeros", "another message"],
)
def test_a_wrong_cookie_gets_no_answer(folder: Path, sent: bytes) -> None:
    place = Place(folder, tcp=True)
    endpoint = Endpoint(place)
    with socket.create_connection(("127.0.0.1", port_file(place)[0])) as peer:
        connection = accept(endpoint)
        peer.sendall(sent + encode(HELLO))
        assert connection.receive() == []
        assert (connection.ended, connection.refusal) == (True, "other-user")
        connection.send(b"an answer")
        connection.flush()
        connection.close()
        with suppress(ConnectionResetError):  # it was closed with bytes unread
            assert peer.recv(64) == b""
    endpoint.close()


def test_a_cookie_may_come_byte_by_byte(folder: Path) -> None:
    place = Place(folder, tcp=True)
    endpoint = Endpoint(place)
    port, of_plugins, of_app = port_file(place)
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = accept(endpoint)
        messages = []
        for byte in of_plugins + encode(HELLO):
            peer.sendall(bytes((byte,)))
            messages += connection.receive()
        assert messages == [HELLO]
        assert peer.recv(64) == of_app
        connection.close()
    endpoint.close()


def test_a_path_that_is_too_long_is_named(folder: Path) -> None:
    deep = folder
    while len(str(deep / SOCKET_NAME)) <= LONGEST_PATH:
        deep /= "d" * 20
    path = str(deep / SOCKET_NAME)
    assert reason_of(Place(deep, tcp=False)) == PluginPathTooLong(path, LONGEST_PATH)
    assert not deep.exists()
    Endpoint(Place(deep, tcp=True)).close()


def test_the_longest_path_works(folder: Path) -> None:
    room = LONGEST_PATH - len(str(folder / "x" / SOCKET_NAME)) + 1
    place = Place(folder / ("x" * room), tcp=False)
    endpoint = Endpoint(place)
    with connect(place):
        accept(endpoint).close()
    endpoint.close()


@pytest.mark.parametrize("name", [SOCKET_NAME, "plugin.lock"])
def test_a_folder_in_the_place_of_a_file_is_one_problem(folder: Path, name: str) -> None:
    (folder / name).mkdir()
    assert isinstance(reason_of(Place(folder, tcp=False)), PluginSocketRefused)


def test_no_more_open_files_raises_and_closes_nothing(folder: Path) -> None:
    import resource  # noqa: PLC0415 - of POSIX only

    place = Place(folder, tcp=False)
    endpoint = Endpoint(place)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with connect(place):
        with socket.socket() as highest:
            resource.setrlimit(resource.RLIMIT_NOFILE, (highest.fileno(), limits[1]))
        held = []
        try:
            while True:
                try:
                    held.append(os.open(os.devnull, os.O_RDONLY))
                except OSError:
                    break
            with pytest.raises(OSError, match="Too many open files"):
                endpoint.accept(0)
        finally:
            for each in held:
                os.close(each)
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        accept(endpoint).close()
    endpoint.close()
