"""Another program on the JACK server, in a process of its own: it plays, listens and connects."""

import json
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

PEER = Path(__file__).with_name("jack_peer.py")


class Peer:
    """Our end of `jack_peer.py`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, PEER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        # Also if a test fails: what a failed test leaves open is an error of the next one.
        self._end = weakref.finalize(self, self._process.communicate, timeout=10)
        self.ask(clock=True)  # it answers when its ports are there

    def ask(self, **request: object) -> Any:
        """Send a request, and wait for the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._end()
