"""The plugin's connection with the app, tested in C++ without a host, under sanitizers."""

import subprocess
from pathlib import Path

import pytest

from tests.bridge.plugin.conftest import Compile


def run(compile_cpp: Compile, folder: Path, sanitizer: str, messages: int) -> list[str]:
    program = compile_cpp("courier", "-g", f"-fsanitize={sanitizer}", "-fno-sanitize-recover=all")
    result = subprocess.run(
        [program, folder, str(messages)], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    return [line for line in result.stdout.splitlines() if not line.startswith(" ")]


@pytest.mark.parametrize("sanitizer", ["address,undefined", "thread"])
def test_courier(compile_cpp: Compile, folder: Path, sanitizer: str) -> None:
    assert len(run(compile_cpp, folder, sanitizer, 2_000)) == 10


@pytest.mark.slow
def test_no_bytes_of_an_app_harm_the_plugin(compile_cpp: Compile, folder: Path) -> None:
    """Send 100,000 damaged messages to the courier, and decode as many."""
    assert len(run(compile_cpp, folder, "address,undefined", 100_000)) == 10
