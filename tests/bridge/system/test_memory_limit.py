"""A limit on the memory of a process."""

import subprocess
import sys

import pytest

PROGRAM = """
import os
from bridge.system.memory_limit import limit_memory

def exceeded():
    print("exceeded", flush=True)
    os._exit(3)

limit_memory(200 << 20, exceeded)
kept = bytes(10 << 20)
print("small", flush=True)
try:
    bytes(1 << 30)
except MemoryError:
    print("refused", flush=True)
while True:
    kept += b"x" * (1 << 20)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="macOS does not refuse, Windows does not count")
def test_more_memory_than_the_limit_is_noticed_or_refused() -> None:
    parent = bytearray(300 << 20)  # which does not count
    parent[:: 1 << 12] = b"x" * (len(parent) >> 12)
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=False, capture_output=True, text=True, timeout=60
    )
    assert run.stdout.split() == ["small", "refused", "exceeded"]
    assert run.returncode == 3
