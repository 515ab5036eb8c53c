"""A file dropped on the window: one MIDI file, to be continued."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QUrl

from bridge.midi import smf
from gui.desk.takes.small_roll import SmallRoll

if TYPE_CHECKING:
    from PySide6.QtGui import QDropEvent


def dropped_midi_file(event: QDropEvent) -> Path | None:
    """Return the MIDI file that is dragged or dropped, if it can be continued.

    A take that is dragged out of the window and dropped on it is ignored.
    """
    if isinstance(event.source(), SmallRoll):
        return None
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = _local_path(urls[0])
    return path if path.suffix.lower() in smf.ENDINGS else None


def _local_path(url: QUrl) -> Path:
    """Return the path of a file, also of one whose name is not UTF-8, which Qt would change."""
    if os.name == "nt":
        return Path(url.toLocalFile())
    encoded = url.path(QUrl.ComponentFormattingOption.FullyEncoded).encode()
    return Path(os.fsdecode(bytes(QByteArray.fromPercentEncoding(encoded).data())))
