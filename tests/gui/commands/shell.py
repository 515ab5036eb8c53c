"""The command line as a shell runs it: a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ANTIPHON = (sys.executable, "-c", "from gui.commands.cli import main; main()")


def antiphon(
    *words: str | bytes | Path,
    given: bytes | None = None,
    variables: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a command, with these bytes on standard input, in this folder."""
    return subprocess.run(
        command(words),
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        check=False,
        timeout=250,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])} | dict(variables or {}),
        cwd=folder,
    )


def command(words: Sequence[str | bytes | Path]) -> list[str | bytes]:
    """Return the words of a command for the system."""
    return [*ANTIPHON, *(each if isinstance(each, bytes) else str(each) for each in words)]


def refusal(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return the one sentence of a command that has refused its input with status 2."""
    text = done.stderr.decode()
    assert (done.returncode, done.stdout) == (2, b""), text
    assert text.startswith("antiphon: ")
    assert text.endswith(".\n")
    assert text.count("\n") == 1
    return text.removeprefix("antiphon: ").rstrip("\n")
