"""A private file, and the lock of one."""

import os
import socket
import stat
import sys
from pathlib import Path

import pytest

from bridge.system.locked_file import LockedFile, LockTakenError, open_private


@pytest.mark.skipif(sys.platform == "win32", reason="the files of POSIX")
@pytest.mark.parametrize("kind", ["link", "fifo", "socket", "folder"])
def test_only_a_plain_file_is_opened(tmp_path: Path, kind: str) -> None:
    path, target = tmp_path / "file", tmp_path / "target"
    match kind:
        case "link":
            target.write_text("keep")
            path.symlink_to(target)
        case "fifo":
            os.mkfifo(path)
        case "socket":
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(str(path))
        case "folder":
            path.mkdir()
    with pytest.raises(OSError):  # noqa: PT011 - its kind is the system's
        open_private(path)
    assert kind != "link" or target.read_text() == "keep"


@pytest.mark.skipif(sys.platform == "win32", reason="the files of POSIX")
def test_a_file_is_made_and_kept_private(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for _ in range(2):
        os.close(open_private(path))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.chmod(0o666)


@pytest.mark.skipif(sys.platform == "win32", reason="the files of POSIX")
def test_a_pipe_is_not_locked(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lock")
    with pytest.raises(PermissionError):
        LockedFile(tmp_path / "lock")


def test_a_lock_that_is_taken_is_told_from_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    lock = LockedFile(tmp_path / "lock")
    with pytest.raises(LockTakenError):
        LockedFile(tmp_path / "lock")
    lock.release()
    LockedFile(tmp_path / "lock").release()
    with pytest.raises(FileNotFoundError):
        LockedFile(tmp_path / "none" / "lock")
