"""The player's notes and Antiphon's as a MIDI file.

They are on separate tracks, in the tempo of the transport that was in force.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from bridge.history.record import Record, build_score
from bridge.midi.smf import parts_bytes
from bridge.names import visible
from bridge.system.output_file import MIDI_ENDINGS, write_output
from gui.wording.model_files import sentence_of_run

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.messages.originality import Run
    from bridge.messages.settings import Settings
    from export.runtime.artefact import Artefact


def write_recording(record: Record, path: Path, comment: str, *, replace: bool) -> None:
    """Write the record of a session; a file that exists is replaced only with `replace`.

    Raises:
        bridge.system.output_file.OutputError: the file is not written.

    """
    parts = {
        "played": build_score(record, answered=False),
        "Antiphon": build_score(record, answered=True),
    }
    write_output(path, parts_bytes(parts, comment), replace=replace, endings=MIDI_ENDINGS)


def provenance(artefact: Artefact, settings: Settings, run: Run | None = None) -> str:
    """Return the provenance text of a written file.

    It has the program, model, style, seed and all else that is needed to make the music again, and
    what the music copies from a training piece.
    """
    copied = "" if run is None else f"; {sentence_of_run(run)}"
    blend = visible(",".join(f"{name}:{weight:g}" for name, weight in settings.style)) or "none"
    played = ",".join(kind.label for kind in settings.instruments) or "as played"
    return (
        f"Antiphon {version('antiphon')}; model {artefact.name}; "
        f"style {blend}; instruments {played}; "
        f"seed {settings.seed}; temperature {settings.temperature:g}; top-p {settings.top_p:g}; "
        f"style strength {settings.style_strength:g}{copied}"
    )
