"""What was played and what was answered, as a MIDI file.

The player's notes and Antiphon's on tracks of their own, in free time.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from bridge.midifile import write_parts
from bridge.notes import Note
from bridge.tempo import TempoMap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bridge.dialogue import RollNote, Settings
    from export.artefact import Artefact


def write_recording(notes: Sequence[RollNote], path: Path, text: str) -> None:
    """Write the notes of a session; the first onset is the beginning.

    Raises:
        bridge.midifile.MidiFileError: the file cannot be written.

    """
    begin_ns = min((note.onset_ns for note in notes), default=0)
    time = TempoMap(start_ns=begin_ns)
    parts = {
        "played": _notes((n for n in notes if not n.answered), time),
        "Antiphon": _notes((n for n in notes if n.answered), time),
    }
    write_parts(parts, path, text)


def _notes(notes: Iterable[RollNote], time: TempoMap) -> list[Note]:
    written = []
    for note in notes:
        onset = time.tick_at(note.onset_ns)
        release = onset + 1 if note.release_ns is None else time.tick_at(note.release_ns)
        written.append(
            Note(onset, note.instrument, note.pitch, max(onset + 1, release), note.velocity)
        )
    return sorted(written)


def credit(artefact: Artefact, settings: Settings) -> str:
    """Return the text that a written file carries.

    Program, model, style, seed and the rest that makes it again.
    """
    blend = ",".join(f"{name}:{weight:g}" for name, weight in settings.style) or "none"
    played = ",".join(kind.label for kind in settings.instruments) or "as played"
    return (
        f"Antiphon {version('antiphon')}; model {artefact.name}; "
        f"style {blend}; instruments {played}; "
        f"seed {settings.seed}; temperature {settings.temperature:g}; top-p {settings.top_p:g}; "
        f"style strength {settings.style_strength:g}"
    )
