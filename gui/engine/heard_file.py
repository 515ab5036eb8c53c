"""A sound file as a MIDI file to continue: its notes are heard and written.

The file has the path of the recording, so that takes are named after it and never replace it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bridge.history.prompt_part import prompt_part
from bridge.midi import smf
from export.hearing.endings import SOUND_ENDINGS
from gui.engine.recording import heard_text

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.midi.smf import MidiFile
    from export.hearing.reason import Heard


@dataclass(frozen=True, slots=True)
class HeardFile:
    """A file that was made of a recording, and what was heard."""

    file: MidiFile
    heard: Heard


def is_sound(path: Path) -> bool:
    """Return whether a file is to be heard, by its ending."""
    return path.suffix.lower() in SOUND_ENDINGS


def hear_to_continue(path: Path) -> HeardFile:
    """Hear a sound file, with the part of its music that a continuation depends on.

    Raises:
        export.hearing.reason.HearingError: it cannot be read, or no notes are heard.

    """
    # Imported here: a MIDI file needs no network.
    from export.hearing.transcription import Transcription

    hearing = Transcription(path)
    while not hearing.done:
        hearing.step()
    score, heard = hearing.result()
    file = smf.from_bytes(smf.score_bytes(score, heard_text()), path)
    return HeardFile(replace(file, score=prompt_part(file.score)), heard)
