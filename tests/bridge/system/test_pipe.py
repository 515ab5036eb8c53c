"""Two processes and the pipe between them."""

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from bridge.system import pipe
from bridge.system.child_end import ChildEnd
from bridge.system.child_exit import ChildExited
from bridge.system.pipe import ChildError, start_child

PATIENCE_S = 20.0
HEAD = """
import sys, threading
from bridge.system.pipe import join_parent
connection = join_parent()
"""
MODULES = {
    "echo": HEAD + "connection.send((sys.argv[1:], connection.recv()))",
    "obedient": HEAD + "try: connection.recv()\nexcept EOFError: sys.exit(7)",
    "quiet": HEAD + "try: connection.recv()\nexcept EOFError: pass",
    "stubborn": HEAD + "threading.Event().wait()",
    "mistaken": HEAD + "raise MemoryError('no room')",
    "stillborn": "raise SystemExit(3)",
    "unlucky": "import there_is_no_such_module",
    "early": "import os, signal, sys\n"
    "from bridge.system.real_time import exit_terminated, leave_end_to_parent\n"
    "for kind in sorted(sys.argv[1:]): os.kill(os.getpid(), getattr(signal, kind))\n"
    "leave_end_to_parent(exit_terminated)\n" + HEAD + "connection.send('here')\n"
    "try: connection.recv()\nexcept EOFError: pass",
    "lonely": "from bridge.system.real_time import exit_terminated, leave_end_to_parent\n"
    "leave_end_to_parent(exit_terminated, 0.2)\n" + HEAD + "connection.send('here')\n"
    "threading.Event().wait()",
    "deaf": "import threading; threading.Event().wait()",
    "fast": HEAD + "connection.send(1)",
    "slow": "import threading; threading.Event().wait(1)" + HEAD,
    "open": """
import os
found = {int(name): os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")
         if os.path.exists(f"/proc/self/fd/{name}")}  # not the descriptor of the listing itself
"""
    + HEAD
    + """
from bridge.system.pipe import has_socket, take_socket
import subprocess
taken = take_socket() if has_socket() else None
LIST = "import os; print(sorted(int(each) for each in os.listdir('/proc/self/fd'))[:-1])"
handed_on = subprocess.run([sys.executable, "-c", LIST], close_fds=False, stdout=subprocess.PIPE,
    check=True, text=True)
variables = [name for name in os.environ if name in ("ANTIPHON_PIPE", "ANTIPHON_SOCKET")]
number = None if taken is None else taken.fileno()
connection.send((found, connection.fileno(), number, handed_on.stdout.strip(), variables))
if taken is not None:
    taken.send(taken.recv(9) * 2)
connection.poll(None)
""",
}


@pytest.fixture(autouse=True)
def _modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write modules to a place where a child's `python -m` finds them."""
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def pop_log(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the logged messages, and clear them: they were expected."""
    logged = [record.getMessage() for record in caplog.records]
    caplog.clear()
    return logged


def test_values_cross_both_ways_and_arguments_arrive() -> None:
    child = start_child("echo", "one", "two words")
    child.connection.send({"value": (1, 2.5, b"\0")})
    assert child.connection.poll(PATIENCE_S)
    assert child.connection.recv() == (["one", "two words"], {"value": (1, 2.5, b"\0")})
    child.close()
    assert child.process.returncode == 0


def test_a_child_reads_the_end_of_the_pipe(caplog: pytest.LogCaptureFixture) -> None:
    child = start_child("obedient")
    child.close()
    assert child.process.returncode == 7
    assert pop_log(caplog) == ["obedient ended with status 7"]


def test_a_child_that_does_not_exit_is_killed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pipe, "_EXIT_TIMEOUT_S", 0.1)
    child = start_child("stubborn")
    child.close()
    status = child.process.returncode
    assert status != 0
    assert pop_log(caplog) == [f"stubborn ended with status {status}"]


def test_a_child_that_its_parent_kills_is_no_error() -> None:
    child = start_child("stubborn")
    child.kill()
    assert child.process.returncode != 0


def test_a_child_that_may_be_ended_is_no_error_if_it_does_not_exit_in_time() -> None:
    stubborn = start_child("stubborn")
    stubborn.close_within(0.0)
    assert stubborn.process.returncode == -signal.SIGKILL
    obedient = start_child("obedient")
    obedient.output.is_killed = True  # 7 is no error here
    obedient.close_within(PATIENCE_S)
    assert obedient.process.returncode == 7


def test_an_error_that_ends_a_child_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    child = start_child("mistaken")
    child.close()
    assert child.find_end() == ChildEnd(1, "MemoryError: no room")
    caplog.clear()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_a_signal_that_ends_a_child_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    child = start_child("stubborn")
    assert child.find_end() is None
    child.process.send_signal(signal.SIGKILL)
    child.close()
    assert child.find_end() == ChildEnd(-signal.SIGKILL)
    assert pop_log(caplog) == ["stubborn ended with status -9"]


def test_a_child_that_ends_before_it_joins_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ChildError) as raised:
        start_child("stillborn")
    assert raised.value.reason == ChildExited("stillborn", 3)
    assert pop_log(caplog) == ["stillborn ended with status 3"]


def test_the_output_of_a_dying_child_is_logged_and_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(ChildError) as raised:
        start_child("unlucky")
    why = "ModuleNotFoundError: No module named 'there_is_no_such_module'"
    assert raised.value.reason == ChildExited("unlucky", 1, why)
    assert {record.name for record in caplog.records} == {"unlucky"}
    logged = pop_log(caplog)
    assert logged[0] == "Traceback (most recent call last):"
    assert logged[-2:] == [why, f"unlucky ended with status 1: {why}"]


def test_a_child_that_never_joins_is_killed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pipe, "_START_TIMEOUT_S", 0.1)
    with pytest.raises(ChildError) as raised:
        start_child("deaf")
    assert raised.value.reason.module == "deaf"
    assert pop_log(caplog) == [f"deaf ended with status {raised.value.reason.status}"]


def test_a_child_has_its_streams_and_its_end_only() -> None:
    mine, handed = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with mine, handed:
        child = start_child("open", handed=handed)
        assert child.connection.poll(PATIENCE_S)
        found, end, taken, handed_on, variables = child.connection.recv()
        assert found.keys() == {0, 1, 2, end, taken}
        assert found[0] == found[1] == os.devnull
        assert found[2].startswith("pipe:")
        assert found[end].startswith("socket:")
        assert found[taken] == str(Path(f"/proc/self/fd/{handed.fileno()}").readlink())
        assert handed_on == "[0, 1, 2]"
        assert variables == []
        mine.send(b"ab")
        mine.settimeout(PATIENCE_S)
        assert mine.recv(9) == b"abab"
        child.close()


def test_a_child_without_a_socket_is_handed_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTIPHON_SOCKET", "1")  # of a process that is no child of ours
    child = start_child("open")
    assert child.connection.poll(PATIENCE_S)
    found, end, taken, _, _ = child.connection.recv()
    assert (found.keys(), taken) == ({0, 1, 2, end}, None)
    child.close()


def test_children_that_start_together_share_nothing() -> None:
    """One of them must not keep the other's end open."""
    children: list[pipe.Child] = []
    threads = [threading.Thread(target=lambda: children.append(start_child("open"))) for _ in "123"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for child in children:
        assert child.connection.poll(PATIENCE_S)
        found, end, *_ = child.connection.recv()
        assert found.keys() == {0, 1, 2, end}
    for child in children:
        child.output.is_killed = True
        child.process.kill()
        assert child.connection.poll(PATIENCE_S)
        with pytest.raises(EOFError):
            child.connection.recv()
        child.kill()


def sockets_of(process: int | str) -> set[str]:
    """Return the inodes of a process's sockets."""
    found = set()
    with suppress(OSError):
        for each in Path(f"/proc/{process}/fd").iterdir():
            with suppress(OSError):
                name = each.readlink().name
                if name.startswith("socket:"):
                    found.add(name.removeprefix("socket:[").removesuffix("]"))
    return found


def children_of(parent: int) -> list[str]:
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(each.read_text().rsplit(")", 1)[1].split()[1]) == parent:
                found.append(each.parent.name)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists sockets as files")
def test_a_stranger_finds_nothing_to_connect_to() -> None:
    """While a child starts, a process of another user lists all that accepts connections."""
    ours, is_over = set[str](), threading.Event()
    before = sockets_of("self")  # a plugin of pytest may listen

    def look() -> None:
        while not is_over.is_set():
            for process in ("self", *children_of(os.getpid())):
                ours.update(sockets_of(process) - before)

    command = [sys.executable, str(Path(__file__).with_name("stranger.py"))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as stranger:
        assert stranger.stdout is not None
        assert stranger.stdout.readline() == "looking\n"
        looker = threading.Thread(target=look)
        looker.start()
        start_child("slow").kill()
        is_over.set()
        looker.join()
        found, _ = stranger.communicate("\n")
    looks, *reachable = found.split()
    assert int(looks) > 10
    assert len(ours) >= 2  # both ends of the pipe were seen
    assert ours.isdisjoint(reachable)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
def test_signals_to_a_child_that_still_starts_are_left_to_its_parent() -> None:
    child = start_child("early", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT")
    assert child.connection.poll(PATIENCE_S)
    assert child.connection.recv() == "here"
    child.close()
    assert child.process.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
def test_a_child_that_its_parent_leaves_ends_on_request(caplog: pytest.LogCaptureFixture) -> None:
    child = start_child("lonely")
    assert child.connection.recv() == "here"
    for kind in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM):
        child.process.send_signal(kind)
    assert child.process.wait(PATIENCE_S) == 128 + signal.SIGTERM
    child.close()
    assert pop_log(caplog) == ["lonely ended with status 143"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups")
def test_a_child_is_in_a_group_of_its_own() -> None:
    child = start_child("quiet")
    assert os.getpgid(child.process.pid) == child.process.pid != os.getpgid(0)
    child.close()
