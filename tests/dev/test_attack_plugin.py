"""The attacks on the connection of plugins, as another user: none gets through."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.device
def test_no_attack_of_another_user_gets_through() -> None:
    if sys.platform != "linux" or os.geteuid() != 0:
        text = "only root on Linux can attack as another user: run it as root"
        if os.environ.get("CI") == "true":
            pytest.fail(text)
        pytest.skip(text)
    result = subprocess.run(
        [sys.executable, "dev/attack_plugin.py", "--seconds", "1", "--rounds", "2"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "attacks that got through: 0" in result.stdout
    assert "'other-user': " in result.stdout
