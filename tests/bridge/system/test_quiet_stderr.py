"""Silencing of standard error."""

import os

import pytest

from bridge.system.quiet_stderr import stderr_silenced


def test_stderr_is_silenced_only_inside_the_block(capfd: pytest.CaptureFixture[str]) -> None:
    os.write(2, b"before ")
    with stderr_silenced():
        os.write(2, b"inside ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"
