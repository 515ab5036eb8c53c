"""A file dropped on the window: one MIDI file, to be continued."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gui.desk.takes.small_roll import SmallRoll

if TYPE_CHECKING:
    from PySide6.QtGui import QDropEvent

SUFFIXES = (".mid", ".midi")


def dropped_midi_file(event: QDropEvent) -> Path | None:
    """Return the MIDI file that is dragged or dropped, if it can be continued.

    A take that is dragged out of the window and dropped on it is ignored.
    """
    if isinstance(event.source(), SmallRoll):
        return None
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix.lower() in SUFFIXES else None
