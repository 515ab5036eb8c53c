"""Write the user's MIDI files: completely, and never over other work."""

from __future__ import annotations

import tempfile
from dataclasses import replace as with_changes
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.midi.smf import MidiFileError
from bridge.system.output_file import OutputError, OutputNotWritten, write_output

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


MIDI_ENDINGS = (".mid", ".midi")
"""The endings that a written file may have."""


def write_midi(
    write: Callable[[Path], None],
    path: Path,
    *,
    replace: bool,
    inputs: Collection[Path] = (),
) -> None:
    """Write a MIDI file; `write` makes it, and is given a path.

    `inputs` are never replaced, other files only with `replace`.

    Raises:
        bridge.system.output_file.OutputError: the file is not written.

    """
    content = midi_bytes(write, path)
    write_output(path, content, replace=replace, inputs=inputs, endings=MIDI_ENDINGS)


def midi_bytes(write: Callable[[Path], None], path: Path) -> bytes:
    """Return the content of a MIDI file that `write` makes; `path` is named in errors.

    Raises:
        bridge.system.output_file.OutputError: there is no room for it.

    """
    try:
        with tempfile.TemporaryDirectory(prefix="antiphon-") as folder:
            file = Path(folder) / "music.mid"
            write(file)
            return file.read_bytes()
    except OSError as error:
        raise OutputError(OutputNotWritten(path, error.strerror or str(error))) from error
    except MidiFileError as error:
        raise MidiFileError(with_changes(error.reason, path=path)) from error
