"""What is read, and that nothing waits for a file that is none."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from bridge.system.input_file import (
    InputError,
    InputFault,
    InputNotRead,
    InputReason,
    InputTooLarge,
    RefusedInput,
    open_input,
    read_input,
)


def reason(path: Path, max_bytes: int = 100) -> InputReason:
    with pytest.raises(InputError) as refused:
        read_input(path, max_bytes)
    return refused.value.reason


def test_a_file_is_read_up_to_the_limit_also_through_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "file", tmp_path / "link"
    path.write_bytes(b"x" * 100)
    link.symlink_to(path)
    assert read_input(path, 100) == read_input(link, 100) == b"x" * 100
    assert reason(path, 99) == InputTooLarge(path, 99, 100)
    with open_input(link) as stream:
        assert stream.read(1) == b"x"


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.touch()
    os.truncate(path, 10**12)  # sparse: it takes no room
    assert reason(path) == InputTooLarge(path, 100, 10**12)


def test_what_is_not_a_file_is_refused_at_once(tmp_path: Path) -> None:
    fifo, address, link = tmp_path / "fifo", tmp_path / "socket", tmp_path / "link"
    os.mkfifo(fifo)
    link.symlink_to(fifo)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(address))
        for path in (fifo, address, link, Path(os.devnull), Path("/dev/zero"), Path("/dev/tty")):
            assert reason(path) == RefusedInput(path, InputFault.SPECIAL)
    assert reason(tmp_path) == RefusedInput(tmp_path, InputFault.FOLDER)


@pytest.mark.parametrize("kind", ["fifo", "socket", "device"])
def test_what_replaces_a_file_after_the_check_is_refused_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    open_file = os.open

    def replace_and_open(name: Path, flags: int) -> int:
        path.unlink()
        if kind == "fifo":
            os.mkfifo(path)
        elif kind == "socket":
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(str(path))
        else:
            path.symlink_to("/dev/zero")
        return open_file(name, flags)

    monkeypatch.setattr(os, "open", replace_and_open)
    assert reason(path) == RefusedInput(path, InputFault.SPECIAL)


def test_a_fifo_is_refused_even_if_a_program_writes_to_it(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    done = threading.Event()

    def write() -> None:
        descriptor = os.open(fifo, os.O_RDWR)  # which does not wait for a reader
        os.write(descriptor, b"x")
        done.wait()
        os.close(descriptor)

    writer = threading.Thread(target=write)
    writer.start()
    assert reason(fifo) == RefusedInput(fifo, InputFault.SPECIAL)
    done.set()
    writer.join()


def test_what_cannot_be_found_or_named_is_one_reason(tmp_path: Path) -> None:
    missing, dangling, loop = tmp_path / "none", tmp_path / "dangling", tmp_path / "loop"
    dangling.symlink_to(missing)
    loop.symlink_to(loop)
    for path in (missing, dangling, tmp_path / "none" / "file"):
        assert reason(path) == RefusedInput(path, InputFault.MISSING)
    (tmp_path / "file").touch()
    for path in (loop, tmp_path / "a\0b", tmp_path / ("x" * 256), tmp_path / "file" / "inner"):
        assert isinstance(reason(path), InputNotRead)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="there is no /proc")
def test_a_file_that_claims_to_be_empty_is_read_up_to_the_limit() -> None:
    path = Path("/proc/self/environ")
    assert path.stat().st_size == 0
    assert reason(path, 3) == InputTooLarge(path, 3, 4)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become a user without rights")
def test_a_file_without_the_right_to_read_is_refused() -> None:
    code = (
        "import os, sys; from pathlib import Path;"
        "from bridge.system.input_file import InputError, read_input;"
        "os.setuid(65534)\n"
        "try: read_input(Path(sys.argv[1]), 100)\n"
        "except InputError as error: print(error.reason.fault.name)"
    )
    # pytest's own folders are private; that of the test must be found by another user.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        file = Path(folder) / "file"
        file.touch(mode=0o600)
        done = subprocess.run(
            [sys.executable, "-c", code, file], capture_output=True, text=True, check=False
        )
    assert (done.stderr, done.stdout) == ("", "FORBIDDEN\n")
