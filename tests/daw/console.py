"""Ardour's engine without its window: a Lua prompt on a pseudo-terminal.

`ardour7-lua` reads Lua from a terminal and prints results mixed with messages of its threads. Each
question is therefore written to a file of any length, and the prompt runs that file. The answer is
printed between control characters, with the number of the question. There are no sleeps: a question
blocks until its answer arrives or the program ends.
"""

import io
import os
import re
import shutil
from pathlib import Path

import pexpect

PROGRAM = "ardour7-lua"
LIBRARY = Path(__file__).with_name("ardour.lua")
LAST_LINES = 15

# Its preferences: no clock by default, and the transport that it follows, if a session follows
# one, is JACK's. The mask allows that one to start, stop and move it (1 + 2 + 4).
PREFERENCES = """<?xml version="1.0" encoding="UTF-8"?>
<Ardour>
  <Config><Option name="send-midi-clock" value="0"/></Config>
  <TransportMasters current="JACK Transport">
    <TransportMaster type="JACK" name="JACK Transport" collect="1" removeable="0"
                     sclock-synced="0" request-mask="7"/>
  </TransportMasters>
</Ardour>
"""


class ArdourError(Exception):
    """Ardour failed to do something, or ended; the text is Ardour's."""


class Console:
    """A running Ardour."""

    def __init__(self, server: str, home: Path) -> None:
        """Start it on a JACK server, with its own home folder."""
        self._step = home / "step.lua"
        self._asked = 0
        self._printed = io.StringIO()
        places = {
            name: home / folder
            for name, folder in [
                ("HOME", "."),
                ("XDG_CONFIG_HOME", "config"),
                ("XDG_CACHE_HOME", "cache"),
            ]
        }
        for place in places.values():
            place.mkdir(parents=True, exist_ok=True)
        preferences = places["XDG_CONFIG_HOME"] / "ardour7" / "config"
        preferences.parent.mkdir(exist_ok=True)
        preferences.write_text(PREFERENCES)
        environment = {name: str(place) for name, place in places.items()}
        self._terminal: pexpect.spawn[str] = pexpect.spawn(
            shutil.which(PROGRAM) or PROGRAM,
            env=os.environ | environment | {"JACK_DEFAULT_SERVER": server, "TERM": "dumb"},
            cwd=str(home),
            encoding="utf-8",
            codec_errors="replace",
            echo=False,
        )
        self._terminal.delaybeforesend = None  # otherwise it sleeps before each line
        self._terminal.logfile_read = self._printed
        self._terminal.sendline(f'dofile("{LIBRARY}")')
        self.ask("start()")

    def ask(self, lua: str, timeout_s: float = 30.0) -> str:
        """Run Lua and return its result as text; its errors raise, with their text."""
        self._asked += 1
        self._step.write_text(lua, encoding="utf-8")
        self._terminal.sendline(f'answer({self._asked}, "{self._step}")')
        pattern = f"\x1e{self._asked} (well|ill)\x02([^\x1f]*)\x1f"
        try:
            self._terminal.expect(pattern, timeout=timeout_s)
        except pexpect.EOF:
            raise ArdourError(f"Ardour has ended:\n{self.last_lines()}") from None
        except pexpect.TIMEOUT:
            raise ArdourError(
                f"Ardour gave no answer in {timeout_s} s to {lua!r}:\n{self.last_lines()}"
            ) from None
        found = self._terminal.match
        assert isinstance(found, re.Match)
        how, text = found.group(1), found.group(2).replace("\r\n", "\n")
        if how == "ill":
            raise ArdourError(text)
        return text

    def last_lines(self) -> str:
        """Return the end of its output."""
        lines = self._printed.getvalue().replace("\r\n", "\n").splitlines()
        return "\n".join(lines[-LAST_LINES:])

    def close(self) -> None:
        """Ask it to exit, then kill it."""
        if self._terminal.isalive():
            self._terminal.sendline("quit()")
            self._terminal.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=10)
        self._terminal.close(force=True)
