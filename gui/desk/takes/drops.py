"""A file dropped on the window: one MIDI file or recording, to be continued, and its reading.

The window does not read it: another process does (`gui.engine.file_reading`), for which a thread
waits.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, QTimer, QUrl, Signal

from bridge.midi import smf
from bridge.midi.smf import MidiFile
from gui.desk.takes.small_roll import SmallRoll
from gui.engine.file_reading import FileReading
from gui.engine.heard_file import HeardFile, is_sound

if TYPE_CHECKING:
    from PySide6.QtGui import QDropEvent

    from gui.engine.file_reading import Refusal

_PERIOD_MS = 33


def dropped_music(event: QDropEvent) -> Path | None:
    """Return the MIDI file or sound file that is dragged or dropped, if it can be continued.

    A take that is dragged out of the window and dropped on it is ignored.
    """
    if isinstance(event.source(), SmallRoll):
        return None
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = _local_path(urls[0])
    return path if path.suffix.lower() in smf.ENDINGS or is_sound(path) else None


class FileReader(QObject):
    """Reads one file at a time, and emits the result."""

    read = Signal(object)
    """Carries a `MidiFile`."""
    heard = Signal(object)
    """Carries what was heard in a sound file, before `read` carries the notes as a `MidiFile`."""
    refused = Signal(object)
    """Carries the reason why a file is not read."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reading: FileReading | None = None
        self._result: Future[MidiFile | HeardFile | Refusal] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_PERIOD_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def is_busy(self) -> bool:
        """Whether a file is being read."""
        return self._reading is not None

    def open(self, reading: FileReading) -> None:
        """Read a file; an earlier one that is not read yet is dropped."""
        self.cancel()
        self._reading = reading
        waiter = ThreadPoolExecutor(1)
        self._result = waiter.submit(reading.run)
        waiter.shutdown(wait=False)
        self._timer.start()

    def cancel(self) -> None:
        """Drop the file that is being read."""
        self._timer.stop()
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self._result = None

    def _poll(self) -> None:
        if self._result is None or not self._result.done():
            return
        result = self._result.result()
        self._timer.stop()
        self._reading = self._result = None
        if isinstance(result, HeardFile):
            self.heard.emit(result.heard)
            result = result.file
        (self.read if isinstance(result, MidiFile) else self.refused).emit(result)


def _local_path(url: QUrl) -> Path:
    """Return the path of a file, also of one whose name is not UTF-8, which Qt would change."""
    if os.name == "nt":
        return Path(url.toLocalFile())
    encoded = url.path(QUrl.ComponentFormattingOption.FullyEncoded).encode()
    return Path(os.fsdecode(bytes(QByteArray.fromPercentEncoding(encoded).data())))
