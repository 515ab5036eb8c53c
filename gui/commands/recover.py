"""`antiphon recover`: write what was played in a session that was cut off.

The music of both sides becomes a MIDI file, as `antiphon jam --record` writes it. Takes are shown
again by the window only, so the journals of a session with takes are kept.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.system.output_file import MIDI_ENDINGS, OutputError, free_path
from gui.commands.console.options import ForceOption
from gui.commands.console.terminal import check_outputs, fail, fail_output, fail_unknown, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.history.recovered import Recovered
    from gui.engine.session_folder import Unfinished


def recover(
    session: Annotated[
        str,
        typer.Argument(help="A session, as --list shows it; default: the last one with notes."),
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", readable=False, help="File to write, .mid; default: antiphon-TIME.mid."
        ),
    ] = None,
    list_: Annotated[
        bool, typer.Option("--list", help="List the sessions that were cut off, and write nothing.")
    ] = False,
    discard: Annotated[
        bool, typer.Option("--discard", help="Delete what is kept of the session instead.")
    ] = False,
    force: ForceOption = False,
) -> None:
    """Write what was played in a session that was cut off.

    Example: antiphon recover -o session.mid
    """
    from gui.engine.session_folder import find_unfinished

    if out is not None:
        check_outputs(out, force=force, endings=MIDI_ENDINGS)
    found = find_unfinished()
    if not found:
        if session or out is not None:
            fail("there is no session to recover.")
        say("There is no session to recover.")
        return
    if list_:
        for each in found:
            say(f"{each.name}  {_summary(each.read())}")
        return
    names = [each.name for each in found]
    if session and session not in names:
        fail_unknown("SESSION", session, names)
    chosen = found[names.index(session)] if session else _last_with_notes(found)
    if discard:
        chosen.discard()
        say(f"{chosen.name}: discarded")
        return
    _write(chosen, out, replace=force)


def _last_with_notes(found: Sequence[Unfinished]) -> Unfinished:
    """Return the last session in which something was played, or else the last one."""
    return next((each for each in found if each.read().record.notes), found[0])


def _write(chosen: Unfinished, out: Path | None, *, replace: bool) -> None:
    from gui.engine.recording import write_recording

    recovered = chosen.read()
    if not recovered.record.notes:
        fail(f"{chosen.name}: no notes were played; the window shows its takes again.")
    path = out or Path(f"antiphon-{chosen.started_at:%Y-%m-%d-%H%M%S}.mid")
    if out is None and os.path.lexists(path):
        path = free_path(path)
    try:
        write_recording(recovered.record, path, recovered.text, replace=replace)
    except OutputError as error:
        fail_output(error.reason)
    if recovered.damaged_count:
        say(f"antiphon: {recovered.damaged_count} damaged lines are left out.", sys.stderr)
    say(f"{path}: {_summary(recovered)}")
    if recovered.takes.nodes:
        say("The window shows its takes again; `antiphon recover --discard` deletes them.")
    else:
        chosen.discard()


def _summary(recovered: Recovered) -> str:
    answered = sum(note.answered for note in recovered.record.notes)
    played = len(recovered.record.notes) - answered
    takes = len(recovered.takes.nodes)
    return f"{played} notes played, {answered} answered" + (f", {takes} takes" if takes else "")
