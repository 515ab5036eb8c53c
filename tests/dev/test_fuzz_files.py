"""The program that fuzzes the reader, the writer and continuations, with few files."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is measured on Linux")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_no_file_is_a_fault() -> None:
    made = run("-m", "dev.fuzz_files", "--count", "60", "--size", "300", "--continue-every", "15")
    assert made.returncode == 0, made.stdout + made.stderr
    assert "60 files: " in made.stdout
    assert " continued" in made.stdout
    assert made.stdout.endswith("0 faults\n")


def test_a_file_that_costs_too_much_is_a_fault() -> None:
    program = "from dev import fuzz_files as f; f.MAX_SECONDS = -1; print(f.fuzz(3, 1, 100, 0))"
    made = run("-c", program)
    assert made.stdout.count("too much: ") == 3
    assert made.stdout.endswith("3 faults\n1\n"), made.stdout + made.stderr
