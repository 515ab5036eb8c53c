"""The plugin's pure parts, tested in C++ without a host, under the compiler's sanitizers."""

import subprocess

import pytest

from tests.bridge.plugin.conftest import Compile


@pytest.mark.parametrize("sanitizer", ["address,undefined", "thread"])
def test_parts(compile_cpp: Compile, sanitizer: str) -> None:
    program = compile_cpp("parts", "-g", f"-fsanitize={sanitizer}", "-fno-sanitize-recover=all")
    result = subprocess.run([program], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    assert len(result.stdout.splitlines()) >= 25
