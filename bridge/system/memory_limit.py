"""A limit on the memory of this process, where the system counts it.

A thread compares what the process has taken with the limit. The limit of the system (`RLIMIT_DATA`)
is only behind it, at twice the size: CPython 3.11 may turn in an endless loop when no memory is
left to handle a `MemoryError`, and macOS does not enforce that limit. Windows has neither.

On Linux what counts is `VmData` (proc_pid_status(5)), the quantity that `RLIMIT_DATA` limits. It is
not `ru_maxrss`, which includes the process that started this one.
"""

import sys
import threading
from collections.abc import Callable
from pathlib import Path

if sys.platform != "win32":
    import resource

_PERIOD_S = 0.05
_STATUS = Path("/proc/self/status")  # on Linux


def limit_memory(size_bytes: int, exceeded: Callable[[], None]) -> None:
    """Call a function, on another thread, once this process has taken more memory than a size."""
    if sys.platform != "win32":
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        twice = 2 * size_bytes
        most = twice if hard == resource.RLIM_INFINITY else min(twice, hard)
        watch = threading.Thread(target=_watch, args=(size_bytes, exceeded), daemon=True)
        watch.start()  # before the limit, since a thread needs room for its stack
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def _watch(size_bytes: int, exceeded: Callable[[], None]) -> None:
    never = threading.Event()
    try:
        while _taken_bytes() <= size_bytes:
            never.wait(_PERIOD_S)
    except MemoryError:
        pass  # not even this thread has any
    exceeded()


def _taken_bytes() -> int:
    """Return the memory that this process has; on macOS, the most that it has had at a time."""
    if _STATUS.exists():
        (line,) = (each for each in _STATUS.read_text().splitlines() if each.startswith("VmData"))
        return int(line.split()[1]) << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
