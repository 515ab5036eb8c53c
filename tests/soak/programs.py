"""Antiphon as real processes: `antiphon jam`, or the window off screen with its engine.

Both have folders of their own for state, preferences, temporary files and music. `roles` finds
their processes. A program that is started with `wall_clock` set has a wall clock that can be moved
(`wall_clock.c`).
"""

from __future__ import annotations

import base64
import json
import os
import pickle
import queue
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from bridge.messages.settings import WINDOW_SETTINGS, Mode, Settings
from bridge.midi.controls import Action, Control
from bridge.synth.policy import SynthPolicy
from gui.preferences import Preferences, save
from tests.soak.choices import change, channels_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

EAR = "soak-ear:in"
WINDOW = Path(__file__).with_name("window_program.py")
DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()
"""Ends what is started here however this process ends."""
MODULES = {
    "bridge.io.process": "io",
    "gui.engine.process": "engine",
    "bridge.synth.process": "synth",
    "gui.engine.takes": "takes",
}
CONTROLS = {
    Action.MODE: 20,
    Action.STYLE: 21,
    Action.BLEND: 22,
    Action.TEMPERATURE: 23,
    Action.STYLE_STRENGTH: 24,
    Action.SWING: 25,
    Action.HAND_OVER: 26,
    Action.END: 27,
    Action.PANIC: 28,
}
"""The controller that is bound to each action of a jam."""
LEAVE_S, ANSWER_S = 12.0, 5.0


class Folder:
    """The folders of one soak: what Antiphon writes, and where."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.disk, self.temporary = root / "disk", root / "tmp"
        self.state, self.music = self.disk / "state", self.disk / "music"
        for folder in (self.disk, self.temporary, self.state, self.music, root / "home"):
            folder.mkdir(parents=True, exist_ok=True)

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a program."""
        home = self.root / "home"
        return {
            **os.environ,
            "HOME": str(home),
            "TMPDIR": str(self.temporary),
            "XDG_STATE_HOME": str(self.state),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_DOCUMENTS_DIR": str(self.music),
            "ANTIPHON_PORT": "0",
            "ANTIPHON_AUDIO": "jack",
            "QT_QPA_PLATFORM": "offscreen",
            "DISPLAY": ":offscreen",
            **more,
        }


class Program:
    """A running Antiphon; `kind` is "jam" or "window"."""

    # More than 12 attributes: the process, its files, and what it was asked for.

    kind = ""

    def __init__(self, folder: Folder, number: int, settings: Settings, **environment: str) -> None:
        self.folder, self.settings = folder, settings
        self.errors = folder.root / f"{number:03}-{self.kind}.err"
        self.log = folder.music / f"{number:03}.jsonl"
        self.record = folder.music / f"{number:03}.mid"
        self.channels = channels_of(settings)
        self._log_read = 0
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [*DIES_WITH_US, *self._command()],
                env=folder.environment(**environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if self.kind == "window" else subprocess.DEVNULL,
                stderr=errors,
                text=True,
            )

    def _command(self) -> list[str]:
        raise NotImplementedError

    def roles(self) -> dict[str, psutil.Process]:
        """Return the running processes by role; that of the command is `jam` or `window`."""
        try:
            main = psutil.Process(self.process.pid)
            found = {self.kind: main}
            for child in main.children(recursive=True):
                role = next((MODULES[w] for w in child.cmdline() if w in MODULES), None)
                if role is not None and child.status() != psutil.STATUS_ZOMBIE:
                    found[role] = child
        except psutil.NoSuchProcess:
            return {}
        if self.kind == "jam":
            found["engine"] = main
        return found

    @property
    def is_running(self) -> bool:
        """Whether the process of the command runs."""
        return self.process.poll() is None

    def change(self, random: Random, styles: Sequence[str]) -> tuple[str, list[bytes]]:
        """Change something; return what, and the messages to play for it."""
        raise NotImplementedError

    def press(self, action: Action) -> list[bytes]:
        """Press a button; return the messages to play for it."""
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """Return what the window says; empty for a jam."""
        return {}

    def new_entries(self) -> list[dict[str, Any]]:
        """Return the complete entries of the log since the last call."""
        return []

    @property
    def logs(self) -> list[Path]:
        """What it has written about itself: standard error, and its logs."""
        found = [self.errors, self.log, *self.folder.state.rglob("*.log*")]
        return [path for path in found if path.is_file()]

    def end(self, number: int) -> int | None:
        """End it with a signal; return its exit status, or None if it had to be killed."""
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            self.process.wait()
            return -number
        return self.wait()

    def wait(self) -> int | None:
        """Wait for its end; kill it if it does not come."""
        try:
            return self.process.wait(LEAVE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def kill(self) -> None:
        """Kill all of its processes."""
        for process in self.roles().values():
            process.kill()
        self.process.kill()
        self.process.wait()


class Jam(Program):
    """`antiphon jam`, played and changed through its controls."""

    kind = "jam"

    def __init__(self, folder: Folder, number: int, settings: Settings, **environment: str) -> None:
        super().__init__(folder, number, settings, **environment)
        self.channels |= channels_of(replace(settings, mode=Mode.LOOP))  # a pedal changes the mode

    def _command(self) -> list[str]:
        settings = self.settings
        words = ["-c", "from gui.commands.cli import main; main()", "jam", "--through", "jack"]
        words += ["--output", EAR, "--record", str(self.record), "--json-log", str(self.log)]
        words += ["--mode", settings.mode.value, "--seed", str(settings.seed)]
        for action, number in CONTROLS.items():
            words += ["--control", f"{action.value}=cc{number}"]
        if settings.style:
            words += ["--style", ",".join(f"{name}:{weight}" for name, weight in settings.style)]
        if settings.instruments:
            words += ["--instruments", ",".join(each.label for each in settings.instruments)]
        if settings.time.bpm is not None:
            words += ["--bpm", f"{settings.time.bpm:.1f}"]
        if settings.bars is not None:
            words += ["--bars", str(settings.bars)]
        return [sys.executable, *words]

    def change(self, random: Random, styles: Sequence[str]) -> tuple[str, list[bytes]]:  # noqa: ARG002
        """Turn a knob or press a pedal."""
        action = random.choice(
            (Action.MODE, Action.STYLE, Action.BLEND, Action.TEMPERATURE, Action.STYLE_STRENGTH)
        )
        if action is Action.MODE:
            return "mode", self.press(action)
        return action.value, [bytes((0xB0, CONTROLS[action], random.randrange(128)))]

    def press(self, action: Action) -> list[bytes]:
        """Press the pedal that is bound to an action."""
        return [bytes((0xB0, CONTROLS[action], value)) for value in (127, 0)]

    def new_entries(self) -> list[dict[str, Any]]:
        """Return the complete entries of the log since the last call."""
        try:
            with self.log.open("rb") as file:
                file.seek(self._log_read)
                lines = file.read()
        except OSError:
            return []
        whole = lines[: lines.rfind(b"\n") + 1]
        self._log_read += len(whole)
        entries = []
        for line in whole.splitlines():
            try:
                entries.append(json.loads(line))
            except ValueError:  # a disk that was full has cut it
                continue
        return entries


class DeskWindow(Program):
    """The window off screen, with its engine, its synth and its takes."""

    kind = "window"

    def __init__(self, folder: Folder, number: int, settings: Settings, **environment: str) -> None:
        path = folder.root / "home" / "config" / "antiphon" / "settings.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        settings = replace(settings, sound=SynthPolicy.ON)
        bindings = tuple((Control(0, number), action) for action, number in CONTROLS.items())
        chosen = Preferences(settings, controls=bindings, output_name=EAR, advanced=True)
        path.unlink(missing_ok=True)
        save(chosen, path)
        super().__init__(folder, number, settings, **environment)
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _command(self) -> list[str]:
        return [sys.executable, str(WINDOW)]

    def change(self, random: Random, styles: Sequence[str]) -> tuple[str, list[bytes]]:
        """Change a setting in the panels."""
        name, self.settings = change(random, self.settings, styles)
        self.channels |= channels_of(self.settings)
        words = base64.b64encode(pickle.dumps(self.settings)).decode()
        self.ask(settings=words)
        return name, []

    def press(self, action: Action) -> list[bytes]:
        """Press the button of the window."""
        names = {Action.PANIC: "panic", Action.HAND_OVER: "answer", Action.END: "end"}
        self.ask(press=names[action])
        return []

    def state(self) -> dict[str, Any]:
        """Return what the window says; empty if it does not answer."""
        answered = self.ask(state=True)
        return answered if isinstance(answered, dict) else {}

    def ask(self, **request: object) -> Any:
        """Send a request, and return the answer; None if none comes in time."""
        assert self.process.stdin is not None
        while not self._answers.empty():  # of a request that was given up
            self._answers.get()
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            return self._answers.get(timeout=ANSWER_S)
        except (OSError, queue.Empty):
            return None

    def until_shown(self, timeout_s: float) -> bool:
        """Wait until the window is shown."""
        try:
            return bool(self._answers.get(timeout=timeout_s) == "ready")
        except queue.Empty:
            return False

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                self._answers.put(json.loads(line))
            except ValueError:
                continue


KINDS: dict[str, type[Program]] = {"jam": Jam, "window": DeskWindow}
DEFAULTS = {"jam": Settings(), "window": WINDOW_SETTINGS}
