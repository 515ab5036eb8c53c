"""Our end of `jack_flood.py`: another program that floods a port."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

_SCRIPT = Path(__file__).with_name("jack_flood.py")


class Flooder:
    """A program on the JACK server, connected to our input."""

    def __init__(self, seed: int = 1, into: str = "Antiphon:in") -> None:
        self._process = subprocess.Popen(
            [sys.executable, _SCRIPT, str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._is_connected = False
        self._cable = ["flooder:out", into]
        self._answer()
        self.connect(wanted=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=10)

    def start(self, kind: str, rate: int = 10_000) -> None:
        """Flood with messages of a kind, this many a second."""
        self._ask(flood=kind, rate=rate)

    def connect(self, *, wanted: bool) -> None:
        """Connect the program to our input, or disconnect it."""
        if wanted is not self._is_connected:
            self._ask(**{"connect" if wanted else "disconnect": [self._cable]})
            self._is_connected = wanted

    def stop(self) -> int:
        """Stop; return how many messages were sent since the last call."""
        sent: int = self._ask(quiet=True)
        return sent

    def _ask(self, **request: object) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())
