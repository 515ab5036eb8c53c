"""Antiphon for the tests with a DAW: `antiphon jam` as a process, and its log.

The log goes through a named pipe, so that a test blocks until the expected entry and need not poll.
The process is ended like a user ends it, by Control-C.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import psutil

PLUGIN = "urn:antiphon:effect"
"""Our plugin's URI in Ardour."""
Entry = dict[str, Any]
LEAVE_S = 20.0


class Jam:
    """A running jam and its log."""

    def __init__(self, process: subprocess.Popen[bytes], log: TextIO) -> None:
        self._process = process
        self._lines = log
        self.log: list[Entry] = []
        self.killed = False

    def until(self, what: str, times: int = 1) -> Entry:
        """Read the log until an event has occurred `times` times more; return its entry."""
        for line in self._lines:
            self.log.append(json.loads(line))
            times -= self.log[-1]["what"] == what
            if times == 0:
                return self.log[-1]
        raise AssertionError(f"the jam has ended before {what!r}: {self.log[-3:]}")

    def said(self, what: str) -> list[Entry]:
        """Return the entries of this kind."""
        return [entry for entry in self.log if entry["what"] == what]

    def kill(self) -> None:
        """Kill all of its processes at once, the sending one first."""
        self.killed = True
        for child in psutil.Process(self._process.pid).children(recursive=True):
            child.kill()
        self._process.kill()

    def read_to_end(self) -> None:
        """Read the log to its end."""
        self.log += map(json.loads, self._lines)


@contextmanager
def jam(folder: Path, *options: str) -> Iterator[Jam]:
    """Run a jam with these options; inside the context, its ports are open."""
    pipe = folder / "log"
    os.mkfifo(pipe)
    command = [
        "from gui.commands.cli import main; main()",
        "jam",
        *options,
        "--json-log",
        str(pipe),
    ]
    process = subprocess.Popen([sys.executable, "-c", *command], stdout=subprocess.DEVNULL)
    try:
        with pipe.open(encoding="utf-8") as log:
            jamming = Jam(process, log)
            jamming.until("ready")
            yield jamming
            process.send_signal(signal.SIGINT)
            jamming.read_to_end()
        assert process.wait(LEAVE_S) == 0 or jamming.killed
        assert not jamming.said("problem")
    finally:
        process.kill()
        process.wait()
        pipe.unlink()
