"""How long a frame of the piano roll takes while it scrolls over thousands of notes.

A separate process paints into memory, as on a machine without a graphics card: 5,000 visible notes
at the widest zoom, a new one in every second frame, with bars and beats. The desktop adds the time
to copy the frame to the screen.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np

from bridge.messages.settings import Settings
from bridge.messages.snapshot import RollNote, Snapshot, TurnState
from bridge.midi.instruments import Instrument
from bridge.sync.transport import Source, Transport
from bridge.system.units import SECOND

NOTE_COUNT, FRAME_COUNT, WARM_UP_FRAMES = 5000, 600, 60
SIZES = ((1280, 640), (2560, 1300))
_FRAME_NS = SECOND // 60
_PAINT_SCRIPT = "from gui.bench.painting import main; main()"


def measure_painting() -> dict[str, Any]:
    """Return ms per frame, by the size of the roll."""
    done = subprocess.run(
        [sys.executable, "-c", _PAINT_SCRIPT],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def random_notes(now_ns: int, span_ns: int, count: int = NOTE_COUNT) -> tuple[RollNote, ...]:
    """Return `count` random notes of both sides that ended within the last `span_ns`."""
    rng = random.Random(1)
    onsets = sorted(now_ns - rng.randrange(span_ns) for _ in range(count))
    return tuple(
        RollNote(
            rng.choice(list(Instrument)),
            rng.randrange(36, 97),
            rng.randrange(30, 128),
            onset,
            min(now_ns, onset + rng.randrange(SECOND // 20, SECOND // 2)),
            answered=rng.random() < 0.5,
        )
        for onset in onsets
    )


def main() -> None:
    """Paint, and print the results as JSON."""
    from PySide6.QtWidgets import QApplication

    application = QApplication(["painting"])
    found = {f"{width}x{height}": _time_frames(width, height) for width, height in SIZES}
    sys.stdout.write(json.dumps(found))
    application.quit()


def _time_frames(width: int, height: int) -> dict[str, float]:
    from PySide6.QtGui import QImage

    from bridge.system.clock import SystemClock
    from gui.desk.roll.piano_roll import PianoRoll
    from gui.desk.roll.view import PLAYHEAD
    from gui.desk.widgets.theme import DARK

    roll, clock = PianoRoll(DARK), SystemClock()
    roll.resize(width, height)
    roll.zoom_by(-100)
    now_ns = 1000 * SECOND
    host = Transport(Source.JACK, epoch=1)
    notes = random_notes(now_ns, round(PLAYHEAD * roll.view().span_ns))
    snapshot = Snapshot(
        now_ns, TurnState.ANSWERING, Settings(), notes, transport=host, epochs=((0, host),)
    )
    image = QImage(width, height, QImage.Format.Format_RGB32)
    durations: list[int] = []
    for frame in range(WARM_UP_FRAMES + FRAME_COUNT):
        at_ns = now_ns + frame * _FRAME_NS
        if frame % 2 == 0:
            new = RollNote(Instrument.PIANO, 60, 80, at_ns, at_ns + SECOND, answered=True)
            snapshot = replace(snapshot, now_ns=at_ns, notes=(*snapshot.notes, new))
            roll.show_snapshot(snapshot)
        begin_ns = clock.now_ns()
        roll.render(image)
        durations.append(clock.now_ns() - begin_ns)
    median, often, rarely = np.percentile(np.array(durations[WARM_UP_FRAMES:]) / 1e6, [50, 95, 99])
    figures = {"median_ms": median, "p95_ms": often, "p99_ms": rarely}
    return {name: round(float(value), 3) for name, value in figures.items()} | {
        "count": FRAME_COUNT
    }
