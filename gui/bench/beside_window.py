"""Whether the window makes notes late: lateness with the window open and scrolling, and without.

The window is the real one, in a process of its own. It is drawn on the screen if there is one, else
into memory. It gets snapshots as from the engine, with thousands of visible notes and a new one in
every second frame; or it is idle. Both cases take turns, so that a slow moment of the machine
affects both. The network decodes all the time.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import Pipe
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.io.handle import MidiIo
from bridge.messages.settings import Settings
from bridge.messages.snapshot import RollNote, Snapshot, TurnState
from bridge.midi.instruments import Instrument
from bridge.playout import protocol
from bridge.sync.transport import NANOSECONDS, Source, Transport
from bridge.system.pipe import join_parent, start_child
from bridge.system.units import SECOND
from gui.bench.painting import random_notes
from gui.bench.sending import DecodeLoad, measure_lateness, plan_notes
from gui.bench.spread import time_interleaved
from gui.engine.snapshots import Packer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from export.runtime.artefact import Artefact

ROUND_S = 5
_FRAME_MS = 16
_SIZE = 1280, 760


def measure_beside_window(artefact: Artefact, seconds: int) -> dict[str, Any]:
    """Return the lateness over `seconds` with the window, and over as many without it."""
    with MidiIo.start("loopback") as io, _scrolling_window() as scroll, DecodeLoad(artefact):
        io.send(protocol.OpenPorts())
        io.send(protocol.SetOwnTransport(NANOSECONDS))

        def turn(*, scrolls: bool) -> list[int]:
            scroll(scrolls)
            late = measure_lateness(io, plan_notes(ROUND_S))
            return [each for each in late if each is not None]

        turns: dict[str, Callable[[], list[int]]] = {
            "without the window": lambda: turn(scrolls=False),
            "with the window": lambda: turn(scrolls=True),
        }
        found = time_interleaved(turns, max(1, seconds // ROUND_S))
    return {name: spread.as_dict() for name, spread in found.items()}


@contextmanager
def _scrolling_window() -> Iterator[Callable[[bool], None]]:
    """Open a window; yield a function that starts or stops its scrolling."""
    child = start_child("gui.bench.beside_window")
    child.connection.recv()  # the window is open
    try:
        yield child.connection.send
    finally:
        child.close()


def main() -> None:
    """Run the window: scroll when the parent says so, until the parent closes the pipe."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    parent = join_parent()

    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from export.styles.own import load_installed_artefact
    from export.styles.space import StyleSpace
    from gui.desk.session_link import SessionLink
    from gui.desk.widgets.theme import DARK
    from gui.desk.window import Window

    application = QApplication(["beside_window"])
    mine, engines = Pipe()
    window = Window(
        SessionLink(mine), StyleSpace.from_artefact(load_installed_artefact()), DARK, Path()
    )
    window.resize(*_SIZE)
    window.show()
    window.roll.zoom_by(-100)
    frames, packer = _snapshots(window.roll.view().span_ns), Packer()
    timer = QTimer()

    def show_next() -> None:
        try:
            while parent.poll():
                timer.setProperty("scrolls", parent.recv())
        except (EOFError, OSError):
            application.quit()
            return
        while engines.poll():  # requests of the window
            engines.recv()
        if timer.property("scrolls"):
            engines.send(packer.pack(next(frames)))

    timer.timeout.connect(show_next)
    timer.start(_FRAME_MS)
    parent.send(True)
    application.exec()


def _snapshots(span_ns: int) -> Iterator[Snapshot]:
    """Yield the snapshots of one frame after another."""
    now_ns, host = 1000 * SECOND, Transport(Source.JACK, epoch=1)
    notes = random_notes(now_ns, span_ns)
    while True:
        now_ns += SECOND // 60
        new = RollNote(Instrument.PIANO, 60, 80, now_ns, now_ns + SECOND, answered=True)
        notes = *notes[1:], new
        for at_ns in (now_ns, now_ns + SECOND // 60):
            yield replace(
                Snapshot(at_ns, TurnState.ANSWERING, Settings(), notes),
                transport=host,
                epochs=((0, host),),
            )
        now_ns += SECOND // 60


if __name__ == "__main__":
    main()
