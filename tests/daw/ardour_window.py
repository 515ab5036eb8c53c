"""Ardour with its window, for dropping files on it and for importing files.

It uses its back end without a sound card, so it needs no JACK server and loses no periods. The
questions of its first start are answered in advance in its preference files: the back end, that it
is not the first start, and that memory cannot be locked. The state of a session is read from the
session's folder after saving.

A fourth preference file has a script that Ardour runs every 0.1 s, `ardour_window.lua`. The script
runs the Lua that a test writes into a file, and writes the result into another file. Only the
window's Lua can import files; the engine's (`console.py`) cannot.
"""

import base64
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from tests.daw.screen import Screen, until
from tests.daw.session_file import Note, SessionFile

PROGRAM = "ardour"
NEW_SESSION = "ardour7-new_empty_session"
BELOW_THE_TRACKS = 700, 620
"""An empty place of its window."""
LOWER_EDGE = 720
LEAVE_S = 20.0
LUA_S = 120.0
"""An import of thirty tracks takes five seconds on an idle machine."""

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

_SCRIPT = Path(__file__).with_name("ardour_window.lua")
_SIGNALS = 49
_EVERY_TENTH_OF_A_SECOND = 47
"""The number of this signal among Ardour's, from 0."""


class ArdourWindow:
    """The window, with an empty session."""

    def __init__(self, screen: Screen, session: Path) -> None:
        self._screen, self._file, self._folder = screen, SessionFile(session), session.parent
        self._window = screen.window(f"^{session.name} - Ardour$")

    def saved(self) -> dict[str, list[Note]]:
        """Save the session; return its tracks and their notes."""
        until("Ardour has saved", self._save)
        return {track: self._file.notes(track) for track in self._file.tracks()}

    def import_file(self, file: Path) -> dict[str, list[Note]]:
        """Import a MIDI file with its tempo map, and save; return the new tracks and their notes.

        It is what `Session > Import` does.
        """
        before = self._file.tracks()
        self._ask(f"import_file({_lua_text(str(file))})")
        return {
            track: self._file.notes(track) for track in self._file.tracks() if track not in before
        }

    def saved_tempos(self) -> list[tuple[Fraction, float]]:
        """Return the beat and the quarter notes per minute of each saved tempo."""
        return self._file.tempos()

    def has_changed(self) -> bool:
        """Return whether there are unsaved changes."""
        return self._screen.title(self._window).startswith("*")

    def _ask(self, lua: str) -> None:
        """Run Lua in the window."""
        part, step, answer = (self._folder / name for name in ("part", "step.lua", "answer"))
        answer.unlink(missing_ok=True)
        part.write_text(lua, "utf-8")
        part.rename(step)  # Ardour never reads an unfinished file
        until(f"Ardour has run {lua}", answer.exists, LUA_S)
        assert answer.read_text() == "done"

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
        (own / "ui_scripts").write_text(_script_preferences(folder))
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


def _script_preferences(folder: Path) -> str:
    """Return the preference file with the script that runs what tests write into this folder."""
    script = _lua_text(_SCRIPT.read_text("utf-8").replace("FOLDER", str(folder)))
    state = f's = {{}} s["n"] = "tests" s["s"] = {script} s["f"] = {script} s["a"] = {{}}'
    signals = "".join("01"[at == _EVERY_TENTH_OF_A_SECOND] for at in reversed(range(_SIGNALS)))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<UIScripts><ActionHooks>
  <LuaCallback id="1" name="tests" signals="{signals}" lua="Lua 5.3"
  >{base64.b64encode(state.encode()).decode()}</LuaCallback>
</ActionHooks></UIScripts>
"""


def _lua_text(text: str) -> str:
    """Return a text as Lua writes it, which is as JSON does, but for other scripts."""
    return json.dumps(text, ensure_ascii=False)
