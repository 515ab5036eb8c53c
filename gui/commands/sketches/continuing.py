"""`antiphon continue`: more music after the end of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gui.commands.console.options import (
    MUSIC,
    ForceOption,
    amount_option,
    parse_settings,
    with_setting_options,
)
from gui.commands.console.terminal import fail, load_artefact, usable_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.messages.settings import Settings
    from bridge.midi.notes import Note


@with_setting_options(*MUSIC)
def continue_(
    *,
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IN.mid", readable=False, help="MIDI file to continue; -: standard input."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "-o", "--out", readable=False, help="File to write, .mid; -: standard output."
        ),
    ],
    bars: Annotated[int | None, amount_option("--bars", "bars")] = None,
    seconds: Annotated[float | None, amount_option("--seconds", "seconds")] = None,
    takes: Annotated[int, amount_option("--takes", "takes")] = 1,
    force: ForceOption = False,
    only_new: Annotated[
        bool, typer.Option("--only-new", help="Write only the new music, without the prompt.")
    ] = False,
    **asked: Any,
) -> None:
    """Continue a MIDI file.

    Example: antiphon continue sketch.mid -o longer.mid --style bach --bars 8 --seed 1
    """
    if seconds == 0 or None not in (bars, seconds):
        fail("give --bars or --seconds, as a number above 0.")
    settings = parse_settings(asked)

    from gui.commands.sketches.takes import Growth, TakeFiles, make_takes

    files = TakeFiles(out, source, takes, force)
    prompt = files.read_source()
    artefact = load_artefact(settings)

    from bridge.history.takes import standalone_score
    from bridge.midi import smf
    from export.runtime.decoder import Decoder
    from export.sketch.prompt import Prompt, span_of_bars, span_of_seconds
    from export.sketch.proposals import continuations
    from gui.engine.recording import provenance

    score = prompt.score
    span = span_of_seconds(score, seconds) if seconds else span_of_bars(score, bars or 8)
    with usable_model():
        reading = Prompt(artefact, Decoder(artefact), score, span, settings)
        making = continuations(reading, settings, takes)

    def content(notes: Sequence[Note], used: Settings, remark: str) -> bytes:
        text = provenance(artefact, used) + remark
        if only_new:
            return smf.score_bytes(standalone_score(score, span, notes), text, like=prompt)
        return smf.continuation_bytes(prompt, notes, text)

    with usable_model():
        make_takes(making, files, content, Growth(score, span))
