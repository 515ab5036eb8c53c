"""Ardour with its window, for dropping files on it.

It uses its back end without a sound card, so it needs no JACK server and loses no periods. The
questions of its first start are answered in advance in its preference files: the back end, that it
is not the first start, and that memory cannot be locked. The state of a session is read from the
session's folder after saving.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.daw.screen import Screen, until
from tests.daw.session_file import Note, SessionFile

PROGRAM = "ardour"
NEW_SESSION = "ardour7-new_empty_session"
BELOW_THE_TRACKS = 700, 620
"""An empty place of its window."""
LOWER_EDGE = 720
LEAVE_S = 20.0

_PREFERENCES = """<?xml version="1.0" encoding="UTF-8"?>
<Ardour>
  <Config>
    <Option name="try-autostart-engine" value="1"/>
    <Option name="hide-dummy-backend" value="0"/>
  </Config>
  <Extra><AudioMIDISetup><EngineStates>
    <State backend="None (Dummy)" driver="Normal Speed" device="Silence" input-device="Silence"
           output-device="Silence" sample-rate="48000" buffer-size="1024" n-periods="0"
           input-latency="0" output-latency="0" lm-input="0" active="1" use-buffered-io="0"
           midi-option="No MIDI I/O"/>
  </EngineStates></AudioMIDISetup></Extra>
</Ardour>
"""
_ANSWERED = "<instant><no-memory-warning/></instant>\n"


class ArdourWindow:
    """The window, with an empty session."""

    def __init__(self, screen: Screen, session: Path) -> None:
        self._screen, self._file = screen, SessionFile(session)
        self._window = screen.window(f"^{session.name} - Ardour$")

    def saved(self) -> dict[str, list[Note]]:
        """Save the session; return its tracks and their notes."""
        until("Ardour has saved", self._save)
        return {track: self._file.notes(track) for track in self._file.tracks()}

    def has_changed(self) -> bool:
        """Return whether there are unsaved changes."""
        return self._screen.title(self._window).startswith("*")

    def _save(self) -> bool:
        """Press the keys to save; return whether that worked: an import ignores keys."""
        self._screen.press(self._window, "ctrl+s")
        return not self.has_changed()


@contextmanager
def opened_ardour(screen: Screen, folder: Path) -> Iterator[ArdourWindow]:
    """Open Ardour on a screen, with its home and its session in this folder."""
    home, session = folder / "home", folder / "session"
    environment = screen.environment(home)
    own = home / "config" / "ardour7"
    own.mkdir(parents=True)
    log = folder / "log"
    with log.open("wb") as printed:
        subprocess.run(
            [NEW_SESSION, session, session.name],
            env=environment,
            stdout=printed,
            stderr=printed,
            check=True,
        )
        (own / "config").write_text(_PREFERENCES)
        (own / "instant.xml").write_text(_ANSWERED)
        (own / ".a7").touch()
        process = subprocess.Popen(
            [PROGRAM, "--no-splash", "--no-announcements", session],
            env=environment,
            stdout=printed,
            stderr=printed,
        )
    try:
        yield ArdourWindow(screen, session)
    finally:
        process.terminate()
        try:
            process.wait(LEAVE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
