"""The panic signal: it reaches the process that was meant, and no other."""

import os
import signal
import subprocess
import sys

import pytest

from bridge.system.panic_signal import PanicSignal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")

CHILD = """
import signal, sys
from bridge.system.panic_signal import accept_panic
signal.signal(signal.SIGUSR2, lambda *_: None)
if sys.argv[1] == "accept":
    panic = accept_panic()
print("ready", flush=True)
while sys.stdin.readline():
    print("there", flush=True)
"""


def start(how: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_a_process_that_accepts_it_goes_on() -> None:
    panic = PanicSignal()
    with start("accept") as process:
        panic.aim(process.pid)
        panic.send()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "there\n"
        process.stdin.close()
        assert process.wait(20) == 0
    panic.send()  # it has ended
    panic.close()


def test_it_reaches_the_process() -> None:
    panic = PanicSignal()
    with start("end") as process:
        panic.aim(process.pid)
        panic.send()
        assert process.wait(20) == -signal.SIGUSR1
    panic.close()


def test_without_a_process_nothing_is_signalled() -> None:
    panic = PanicSignal()
    panic.send()
    panic.aim(os.getpid())
    panic.aim(0)
    panic.send()
    panic.close()
    panic.send()
