"""Our end of `jack_keyboard.py`: a keyboard that a test plugs in, plays and unplugs."""

import json
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Self

SCRIPT = Path(__file__).with_name("jack_keyboard.py")
NANO = "nanoKEY2"
PATIENCE_S = 20.0


class Keyboard:
    """A keyboard on the JACK server that `JACK_DEFAULT_SERVER` names."""

    def __init__(self, client: str = NANO, port: str = "midi_out", *aliases: str) -> None:
        """Plug it in: after this its port exists."""
        self.name = f"{client.removeprefix('program:')}:{port}"
        self._process = subprocess.Popen(
            [sys.executable, SCRIPT, client, port, *aliases],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        # Also if a test fails: what a failed test leaves open is an error of the next one.
        self._end = weakref.finalize(self, self._process.communicate, timeout=PATIENCE_S)
        self._wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    def press(self, pitch: int) -> None:
        """Press a key; after this the note has been sent."""
        self._ask(press=pitch)

    def release(self, pitch: int) -> None:
        """Release a key."""
        self._ask(release=pitch)

    def pedal(self, value: int) -> None:
        """Move the sustain pedal."""
        self._ask(pedal=value)

    def unplug(self) -> None:
        """Take the port away, with whatever is held down."""
        self._end()

    def _ask(self, **request: int) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        self._wait()

    def _wait(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "true\n"
