"""What a library of the system prints while it is tried."""

import os

import pytest

from bridge.system.quiet_stderr import stderr_silenced


def test_nothing_is_printed_inside_and_all_outside(capfd: pytest.CaptureFixture[str]) -> None:
    os.write(2, b"before ")
    with stderr_silenced():
        os.write(2, b"inside ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"
