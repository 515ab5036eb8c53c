"""Two processes and the pipe between them."""

import signal
import sys
import tempfile
from multiprocessing import process
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
    "stubborn": HEAD + "threading.Event().wait()",
    "mistaken": HEAD + "raise MemoryError('no room')",
    "stillborn": "raise SystemExit(3)",
    "unlucky": "import there_is_no_such_module",
    "deaf": "import threading; threading.Event().wait()",
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


def test_a_long_temporary_path_is_no_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    monkeypatch.setattr(process.current_process(), "_config", {})  # it caches a folder
    child = start_child("obedient")
    child.close()
    assert child.process.returncode == 7
    assert pop_log(caplog) == ["obedient ended with status 7"]


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
    monkeypatch.setattr(pipe, "_MAX_POLLS", 3)
    with pytest.raises(ChildError) as raised:
        start_child("deaf")
    assert raised.value.reason.module == "deaf"
    assert pop_log(caplog) == [f"deaf ended with status {raised.value.reason.status}"]
