"""Antiphon's window off screen, operated by the lines of its input.

It runs `antiphon` as a user does, prints a line when the window is shown, reads one JSON object per
line, and answers each with a line of JSON. The controls are set and their signals emitted, as the
mouse does. {"settings": base64} shows pickled settings in the panels and requests them, {"press":
name} presses a button, {"state": true} returns what the window says. At the end of its input it
closes the window. The input comes from `tests.soak.programs` only.
"""

from __future__ import annotations

import base64
import json
import pickle
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication

from gui.commands import cli
from gui.desk import app
from gui.desk.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.messages.settings import Settings

PRESSES: dict[str, Callable[[Window], object]] = {
    "start": lambda window: window.top_bar.start.click(),
    "answer": lambda window: window.top_bar.answer.click(),
    "end": lambda window: window.top_bar.end.click(),
    "panic": lambda window: window.top_bar.panic.click(),
    "keep": lambda window: window.captures_panel.keep_minute.click(),
    "propose": lambda window: window.takes.controls.propose.click(),
    "remedy": lambda window: window.banner.remedy_button.click(),
}


def show_settings(window: Window, settings: Settings) -> None:
    """Set the controls, as the mouse does, and request the settings."""
    panels = window.styles, window.play_panel, window.devices
    for panel in panels:
        panel.show_settings(settings)
    window.play_panel.changed.emit()


def state(window: Window) -> dict[str, Any]:
    """Return what the window says."""
    shown = window.snapshot
    lateness = None if shown is None or shown.lateness is None else shown.lateness
    return {
        "status": window.top_bar.status_text,
        "session": "" if shown is None else shown.state.value,
        "banner": "" if window.banner.isHidden() else window.banner.message,
        "input": None if shown is None else [shown.input_name, shown.keyboard],
        "notes": 0 if shown is None else len(shown.notes),
        "transport": "" if shown is None else str(shown.transport),
        "held": []
        if shown is None
        else [note.pitch for note in shown.notes if not note.answered and note.release_ns is None],
        "has_remedy": window.banner.has_remedy and not window.banner.isHidden(),
        "lateness": None
        if lateness is None
        else [lateness.edges_us, lateness.counts, lateness.worst_ns],
    }


def answer(window: Window, request: dict[str, Any]) -> Any:
    """Carry out one request."""
    match request:
        case {"settings": str(words)}:
            show_settings(window, pickle.loads(base64.b64decode(words)))  # noqa: S301 - from our harness
        case {"press": str(name)}:
            PRESSES[name](window)
        case {"state": _}:
            return state(window)
    return True


def operate() -> None:
    """Operate the window, which has been shown."""
    [window] = [each for each in QApplication.topLevelWidgets() if isinstance(each, Window)]
    window.takes_button.setChecked(True)
    window.advanced_button.setChecked(True)
    requests = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, window)

    def read() -> None:
        line = sys.stdin.readline()
        if not line:
            requests.setEnabled(False)
            window.close()
            return
        say(answer(window, json.loads(line)))

    requests.activated.connect(read)
    say("ready")


def say(what: object) -> None:
    """Write a line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    app.run = partial(app.run, on_shown=operate)
    cli.main()
