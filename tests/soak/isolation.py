"""Namespaces for a soak: its own processes, mounts and shared memory, ended with it.

JACK has one registry in /dev/shm for all servers of a machine, eight at most, and a server that is
killed leaves its entry. A disk that is full needs a file system. Both get their own in a mount
namespace. In a process namespace the kernel ends everything that is left when the first process
ends, however it ends. Where the system allows none of this, the faults of the disk are left out.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

INSIDE = "ANTIPHON_SOAK_INSIDE"
DISK_BYTES = 24_000_000
_PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
_UNSHARE = ("unshare", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc")
_AS_ROOT = ("--user", "--map-root-user")
_ROOT = Path(__file__).parents[2]


def enter() -> bool:
    """Run this command again inside of namespaces, or return whether it runs there already."""
    if os.environ.get(INSIDE):
        _mount_shared_memory()
        return True
    command = _working_unshare()
    if command is not None:
        sys.stdout.flush()
        environment = os.environ | {INSIDE: "1"}
        words = [*command, sys.executable, "-m", "tests.soak", *sys.argv[1:]]
        os.execvpe(command[0], words, environment)  # noqa: S606 - no shell is wanted
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    return False


def mount_disk(folder: Path) -> None:
    """Mount a small file system on a folder."""
    _run("mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder))


def unmount_disk(folder: Path) -> None:
    """Take the file system away again; it may be busy until its last user has ended."""
    _run("umount", "--lazy", str(folder))


def raise_on_terminate() -> None:
    """Let SIGTERM and SIGHUP end the soak as Control-C does, with everything that it has started.

    The first process of a namespace ignores a signal that it does not handle (pid_namespaces(7)).
    A shell starts what runs in the background with SIGINT ignored, and so would be what we start.
    """

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


def _working_unshare() -> tuple[str, ...] | None:
    if shutil.which("unshare") is None or shutil.which("mount") is None:
        return None
    for more in ((), _AS_ROOT):
        command = (_UNSHARE[0], *more, *_UNSHARE[1:])
        tried = subprocess.run(
            [*command, "mount", "-t", "tmpfs", "tmpfs", "/dev/shm"],  # noqa: S108 - a mount point
            capture_output=True,
            check=False,
            cwd=_ROOT,
        )
        if tried.returncode == 0:
            return command
    return None


def _mount_shared_memory() -> None:
    _run("mount", "-t", "tmpfs", "tmpfs", "/dev/shm")  # noqa: S108 - a mount point


def _run(*words: str) -> None:
    subprocess.run(words, check=True)
