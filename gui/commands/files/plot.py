"""`antiphon plot`: the piano roll of a MIDI file as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.system.output_file import PNG_ENDINGS, OutputError
from gui.commands.console.options import ForceOption
from gui.commands.console.terminal import (
    INTERRUPTED,
    STANDARD_STREAM,
    check_outputs,
    fail,
    fail_output,
    interruptible,
    read_music,
    say,
)

if TYPE_CHECKING:
    from bridge.messages.snapshot import RollNote
    from gui.commands.files.contents import Contents

_MOST_BARS = 4096
"""More bar lines than a picture has room for are not drawn."""


def plot(
    *,
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IN.mid", readable=False, help="MIDI file to draw; -: standard input."
        ),
    ],
    out: Annotated[
        Path, typer.Option("-o", "--out", readable=False, help="Picture to write, .png.")
    ],
    force: ForceOption = False,
) -> None:
    """Draw the piano roll of a MIDI file. Antiphon's notes have their own colour.

    Example: antiphon plot longer.mid -o longer.png
    """
    from gui.commands.files.contents import Contents

    inputs = [] if source == STANDARD_STREAM else [source]
    check_outputs(out, force=force, inputs=inputs, endings=PNG_ENDINGS)
    contents = Contents(read_music(source))
    try:
        from gui.commands.pictures.roll_png import draw_roll
    except ImportError as error:
        fail(f"no picture can be drawn: Qt cannot be loaded here ({error}).")
    notes = _roll_notes(contents)
    bars_ns = contents.bar_lines_ns() if contents.bars <= _MOST_BARS else []
    title, ours = contents.file.path.name, sum(note.answered for note in notes)
    sides = ("not by Antiphon", "by Antiphon") if ours else ()
    with interruptible(at_checks=True) as interruption:
        try:
            interruption.check()
            draw_roll(notes, out, title, bars_ns=bars_ns, sides=sides, replace=force)
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        except OutputError as error:
            fail_output(error.reason)
    say(f"{out}: {len(notes)} notes" + (f", {ours} of them Antiphon's" if ours else ""))


def _roll_notes(contents: Contents) -> list[RollNote]:
    """Return the notes at their times; those of Antiphon's tracks are the answer."""
    from bridge.messages.snapshot import RollNote
    from bridge.sync.tempo import TempoMap

    times, ours = TempoMap(contents.file.score.tempos), contents.our_notes
    return [
        RollNote(
            note.instrument,
            note.pitch,
            note.velocity,
            times.ns_at(note.onset_ticks),
            times.ns_at(note.release_ticks),
            note in ours,
        )
        for note in contents.notes
    ]
