"""The process that reads a MIDI file or a sound file for the window, and the window's side of it.

A large file takes seconds to read, and a file of unknown origin may take any time and memory. So
the window reads none. Each file has a process of its own (`python -m gui.engine.file_reading`), at
low priority, with a limit of memory; the window ends it after a limit of time, or when the file is
not wanted any more. The process answers with the file and the part of its music that a continuation
depends on, which is small. A sound file is heard, and the answer is the MIDI file with its notes.
"""

from __future__ import annotations

import gc
import os
import threading
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.history.prompt_part import prompt_part
from bridge.midi import smf
from bridge.midi.smf.reason import FileFault, UnusableFile
from bridge.system.memory_limit import limit_memory
from bridge.system.pipe import Child, ChildError, join_parent, start_child
from bridge.system.real_time import exit_terminated, leave_end_to_parent
from export.hearing.reason import HearingError
from gui.diagnostics.log import hand_over_records
from gui.engine.heard_file import HeardFile, hear_to_continue, is_sound

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

    from bridge.midi.smf import MidiFile
    from bridge.midi.smf.reason import MidiFileReason
    from bridge.system.child_exit import ChildExited
    from export.hearing.reason import SoundReason

    Refusal = MidiFileReason | SoundReason | ChildExited
    """Why a file is not read."""

MEMORY_LIMIT_BYTES = 1 << 30
"""The memory of the process: several times what the largest file takes."""
TIME_LIMIT_S = 120.0
"""The time after which a file is given up; on a busy machine, the largest one takes half of it."""
HEARING_TIME_LIMIT_S = 900.0
"""The same for a sound file."""
_NICENESS = 10
_MODULE = "gui.engine.file_reading"


def read_to_continue(path: Path) -> MidiFile:
    """Read a file, with the part of its music that a continuation depends on.

    Raises:
        bridge.midi.smf.MidiFileError: it cannot be read, or has no notes.

    """
    file = smf.read(path)
    if not file.score.notes:
        raise smf.MidiFileError(UnusableFile(path, FileFault.NO_NOTES))
    return replace(file, score=prompt_part(file.score))


class FileReading:
    """The reading of one file in a process of its own. `run` waits for it; `cancel` ends it."""

    def __init__(
        self, path: Path, *, module: str = _MODULE, time_limit_s: float | None = None
    ) -> None:
        self._path, self._module = path, module
        usual_s = HEARING_TIME_LIMIT_S if is_sound(path) else TIME_LIMIT_S
        self._time_limit_s = usual_s if time_limit_s is None else time_limit_s
        self._lock = threading.Lock()  # guards the two that follow
        self._child: Child | None = None
        self._is_cancelled = False

    @property
    def path(self) -> Path:
        """The path of the file."""
        return self._path

    def run(self) -> MidiFile | HeardFile | Refusal:
        """Return the file, or the reason why it cannot be read."""
        try:
            child = start_child(self._module)
        except ChildError as error:
            return error.reason
        with self._lock:
            self._child = child
            if self._is_cancelled:
                child.end()
        try:
            child.connection.send(self._path)
            if not child.connection.poll(self._time_limit_s):
                return UnusableFile(self._path, FileFault.TOO_SLOW)
            answer: MidiFile | HeardFile | Refusal = child.connection.recv()
        except (EOFError, OSError):
            return UnusableFile(self._path, FileFault.NOT_FINISHED)
        finally:
            child.kill()
        return answer

    def cancel(self) -> None:
        """End the process; `run` returns soon, and its result means nothing."""
        with self._lock:
            self._is_cancelled = True
            if self._child is not None:
                self._child.end()  # `run` closes the pipe, which it may be waiting at


def main() -> None:
    """Read the file that the window names, and answer."""
    leave_end_to_parent(exit_terminated)
    window = join_parent()
    if hasattr(os, "nice"):  # not on every system
        os.nice(_NICENESS)
    gc.disable()  # reading leaves no cycles, and looking for them takes a third of the time
    with hand_over_records(), suppress(EOFError, OSError):  # the window may have ended
        path: Path = window.recv()
        sending = threading.Lock()
        limit_memory(MEMORY_LIMIT_BYTES, lambda: _give_up(window, sending, path))
        answer: MidiFile | HeardFile | Refusal
        try:
            answer = hear_to_continue(path) if is_sound(path) else read_to_continue(path)
        except (smf.MidiFileError, HearingError) as error:
            answer = error.reason
        except MemoryError:
            answer = UnusableFile(path, FileFault.TOO_MUCH_MEMORY)
        with sending:
            window.send(answer)


def _give_up(window: Connection, sending: threading.Lock, path: Path) -> None:
    """Answer that a file takes too much memory, and end; the window reads the first answer only."""
    with sending, suppress(OSError):
        window.send(UnusableFile(path, FileFault.TOO_MUCH_MEMORY))
    os._exit(0)


if __name__ == "__main__":
    main()
