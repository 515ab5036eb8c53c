"""The time before the first note: from the command to open ports, and to a window.

Each command runs as a user starts it, in a process of its own, a few times. The first time warms
the file cache and is not counted. The window is drawn off screen; a real screen adds its server's
time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.system.clock import SystemClock
from export.runtime.artefact import load_default_artefact
from export.runtime.calibration import make_tuned_decoder
from gui.bench.spread import Spread, time_calls

if TYPE_CHECKING:
    from collections.abc import Callable

_REPEATS = 5
_JAM_SCRIPT = "from gui.commands.cli import main; main()"
_WINDOW_SCRIPT = """
import sys
from bridge.system.clock import SystemClock
from export.styles.space import StyleSpace
from gui.desk.app import run
from gui.commands.console.terminal import load_artefact
from PySide6.QtWidgets import QApplication

def shown():
    print(SystemClock().now_ns(), flush=True)
    QApplication.closeAllWindows()

sys.exit(run(StyleSpace.from_artefact(load_artefact()), None, shown))
"""


def measure_network() -> dict[str, Any]:
    """Return ms to load and verify the artefact, and to make the fastest decoder."""
    artefact = load_default_artefact()
    loading = time_calls(load_default_artefact, _REPEATS)
    opening = time_calls(lambda: make_tuned_decoder(artefact), _REPEATS)
    return {
        "artefact verified": Spread.from_ns(loading).as_dict(),
        "decoder tuned": Spread.from_ns(opening).as_dict(),
    }


def measure_jam_start() -> dict[str, Any]:
    """Return ms from starting `antiphon jam` until its ports are open, on any back end."""
    return _measure_start(_time_jam)


def measure_window_start() -> dict[str, Any]:
    """Return ms from starting `antiphon` until its window has been painted."""
    return _measure_start(_time_window)


def _measure_start(ready: Callable[[], int]) -> dict[str, Any]:
    """Return the spread of what `ready` measures."""
    ready()
    return Spread.from_ns([ready() for _ in range(_REPEATS)]).as_dict()


def _time_jam() -> int:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "jam.jsonl"
        begin_ns = SystemClock().now_ns()
        arguments = ["jam", "--for", "1", "--json-log", str(log)]
        subprocess.run(
            [sys.executable, "-c", _JAM_SCRIPT, *arguments], check=True, stdout=subprocess.DEVNULL
        )
        entries = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    # Without a MIDI service it reports that at the time it would otherwise be ready.
    answered = next(e for e in entries if e["what"] in ("ready", "problem"))
    return int(answered["time_ns"]) - begin_ns


def _time_window() -> int:
    begin_ns = SystemClock().now_ns()
    done = subprocess.run(
        [sys.executable, "-c", _WINDOW_SCRIPT],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )
    return int(done.stdout) - begin_ns
