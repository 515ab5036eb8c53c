"""Antiphon's window on a screen, with its own engine, ports and home folder.

It runs as a separate process. A test sees it through `desk_program.py` and through the pixels of
the screen, and controls it with mouse and keyboard. It is ended like a user ends it, by closing it.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.daw.screen import Place, Screen, until

PROGRAM = Path(__file__).with_name("desk_program.py")
TITLE = "^Antiphon$"
LOG = "log"
LEAVE_S = 30.0
# Qt warns about a drop that Ardour has accepted; no user sees it.
EXPECTED = "QXcbDrag::handleFinished - drop data has expired"


class Desk:
    """The window, with mouse and keyboard."""

    def __init__(
        self, screen: Screen, process: subprocess.Popen[str], home: Path, passing: Path
    ) -> None:
        self.captures = home / "Documents" / "Antiphon"
        self.passing = passing
        self._screen, self._process, self._home = screen, process, home
        assert self._heard() == "ready"
        self._window = screen.window(TITLE)

    def put(self, left: int, top: int) -> None:
        """Move the window."""
        self._screen.put(self._window, left, top)

    def press(self, keys: str) -> None:
        """Press keys, such as `alt+s`."""
        self._screen.press(self._window, keys)

    def play_keys(self, keys: str) -> None:
        """Play on the computer's keyboard, such as `adg`."""
        self._screen.type_keys(self._window, keys)

    def said(self) -> str:
        """Return the text beside the buttons."""
        return str(self._ask("said"))

    def until_said(self, text: str) -> str:
        """Wait until the text beside the buttons contains this; return all of it."""

        def it() -> str:
            said = self.said()
            return said if text in said else ""

        return until(f"the window says {text!r}", it)

    def place(self, name: str) -> Place:
        """Return the position of something: `roll`, `kept`, `newest`, `take`."""
        return Place(*self._ask(name))

    def cursor(self) -> str:
        """Return the name of the cursor during a drag."""
        return str(self._ask("cursor"))

    def _ask(self, question: str) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(question + "\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the window has ended: {(self._home / LOG).read_text()}"
        return json.loads(line)


@contextmanager
def opened_desk(screen: Screen, server: str, home: Path, preferences: str) -> Iterator[Desk]:
    """Open the window on a screen, with these preferences; its ports are on this JACK server."""
    environment = screen.environment(home) | {"QT_QPA_PLATFORM": "xcb"}
    environment |= {"JACK_DEFAULT_SERVER": server, "XDG_DOCUMENTS_DIR": str(home / "Documents")}
    file = home / "config" / "antiphon" / "settings.toml"
    file.parent.mkdir(parents=True)
    file.write_text(preferences, "utf-8")
    log = home / LOG
    # For its sockets, whose names must be short.
    with TemporaryDirectory(prefix="desk-") as passing, log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, PROGRAM],
            env=environment | {"TMPDIR": passing},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            yield Desk(screen, process, home, Path(passing))
            process.communicate(timeout=LEAVE_S)
        finally:
            process.kill()
            process.communicate()
        assert process.returncode == 0
        assert log.read_text().replace(EXPECTED, "").strip() == ""
