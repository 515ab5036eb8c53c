"""`antiphon hear`: the notes of a recording as a MIDI file, which `antiphon continue` reads."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.midi.instruments import Instrument
from gui.commands.console.options import (
    ForceOption,
    amount_option,
    parse_instrument,
    parse_settings,
)
from gui.commands.console.progress import WorkProgress
from gui.commands.console.terminal import INTERRUPTED, fail, interruptible, say

if TYPE_CHECKING:
    from bridge.midi.notes import Score
    from export.hearing.reason import Heard
    from export.hearing.transcription import HearingSettings


def hear(
    *,
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IN.wav", readable=False, help="Sound file: WAV, FLAC, Ogg, MP3 or AIFF."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "-o", "--out", readable=False, help="File to write, .mid; -: standard output."
        ),
    ],
    instrument: Annotated[
        str, typer.Option("--instrument", help="The instrument that the notes are written for.")
    ] = "piano",
    voice: Annotated[
        bool | None,
        typer.Option(
            "--voice/--no-voice",
            help="One note at a time, as in singing and humming; default: as it is heard.",
        ),
    ] = None,
    tempo: Annotated[float | None, amount_option("--tempo", "tempo")] = None,
    onset: Annotated[float, amount_option("--onset", "onset")] = 0.5,
    frame: Annotated[float, amount_option("--frame", "frame")] = 0.3,
    shortest: Annotated[float, amount_option("--shortest", "shortest")] = 127.7,
    lowest: Annotated[int, amount_option("--lowest", "lowest")] = 21,
    highest: Annotated[int, amount_option("--highest", "highest")] = 108,
    metre: Annotated[str, typer.Option("--metre", help="Metre of the bars (6/8).")] = "4/4",
    force: ForceOption = False,
) -> None:
    """Write the notes of a recording: of an instrument, a band, a hummed or sung phrase.

    Bar 1 begins with the beat on which the first note falls. Without a steady beat and without
    --tempo, the notes are written at 120 bpm, as plain time.

    Example: antiphon hear hummed.wav -o hummed.mid --voice
    """
    if lowest > highest:
        fail(f"--lowest: {lowest} is above --highest, {highest}.")
    kind = parse_instrument("--instrument", instrument)
    if kind is Instrument.DRUMS:
        fail("--instrument: drums cannot play what is heard, which is pitches.")
    bars = parse_settings({"time_metre": metre}).time.metre

    from bridge.midi import smf
    from export.hearing.notes import Thresholds
    from export.hearing.reason import HearingError
    from export.hearing.transcription import HearingSettings
    from gui.commands.sketches.takes import TakeFiles
    from gui.engine.recording import heard_text
    from gui.wording.reasons import sentence_of

    thresholds = Thresholds(onset, frame, shortest)
    settings = HearingSettings(thresholds, lowest, highest, voice, tempo, bars, kind)
    files = TakeFiles(out, source, 1, force)
    files.check()
    try:
        score, heard = _transcribe(source, settings)
    except HearingError as error:
        fail(sentence_of(error.reason))
    say(sentence_of(heard), sys.stderr)
    count = len(score.notes)
    files.write(0, smf.score_bytes(score, heard_text()), f"{count} note{'' if count == 1 else 's'}")


def _transcribe(source: Path, settings: HearingSettings) -> tuple[Score, Heard]:
    """Return what is heard in a file, and show the progress; Ctrl-C ends it with status 130."""
    from export.hearing.transcription import Transcription

    with (
        interruptible(at_checks=True) as interruption,
        WorkProgress("The hearing") as progress,
    ):
        try:
            hearing = Transcription(source, settings, threads=os.cpu_count() or 1)
            while not hearing.done:
                interruption.check()
                hearing.step()
                if progress.is_due:
                    progress.show(hearing.share)
            return hearing.result()
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
