"""The check for a GPU: a dry run on the CPU, and the check itself if there is a GPU."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def checked(*options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "dev/gpu_check.py", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_dry_run_on_the_cpu_passes() -> None:
    done = checked("--device", "cpu")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAILED" not in done.stdout
    for what in ("after 700 tokens", "rewound", "slid", "kept a fork", "float16 weights"):
        assert what in done.stdout


@pytest.mark.skipif(Path("/dev/nvidiactl").exists(), reason="CUDA may work here")
def test_without_a_gpu_it_fails_with_a_reason() -> None:
    done = checked()
    assert done.returncode == 1
    assert "FAILED provider: CPUExecutionProvider, because" in done.stdout


@pytest.mark.gpu
def test_the_gpu_plays_the_same_as_the_cpu() -> None:
    done = checked()
    assert done.returncode == 0, done.stdout + done.stderr
