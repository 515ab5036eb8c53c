"""`antiphon play`: a MIDI file in real time, on the built-in synth or on a port."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gui.commands.console.options import (
    BackendOption,
    SoundFontOption,
    amount_option,
    parse_backend,
    parse_ports,
)
from gui.commands.console.terminal import fail, interruptible, read_midi, say

if TYPE_CHECKING:
    from bridge.midi.smf import MidiFile


def play(
    *,
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IN.mid", readable=False, help="MIDI file to play; -: standard input."
        ),
    ],
    output: Annotated[
        str, typer.Option("--output", help="Port to play on; default: the built-in synth.")
    ] = "",
    through: BackendOption = "auto",
    from_bar: Annotated[int, amount_option("--from", "from_bar")] = 1,
    sound_font: SoundFontOption = None,
) -> None:
    """Play a MIDI file, on the built-in synth or on a port. Ctrl-C ends, and releases all notes.

    Example: antiphon play sketch.mid --from 9
    """
    from gui.commands.files.sounding import duration_text, performance_of

    backend = parse_backend(through)
    _, port = parse_ports("", output)
    if port is not None and sound_font is not None:
        fail("--sound-font: the built-in synth is silent while a port is played on.")
    file = read_midi(source)
    performance = performance_of(file)
    begin_ns = _begin_ns(file, from_bar)
    if begin_ns >= performance.end_ns > 0:
        fail(f"--from: {file.path} ends before bar {from_bar}.")
    left = duration_text(performance.end_ns - begin_ns)
    title = f"{file.path}: {left}, on {{}}. Ctrl-C ends."
    with interruptible(at_checks=True) as interruption:
        if port is None:
            from gui.commands.files.synth_player import play_on_synth

            play_on_synth(
                performance, begin_ns, sound_font, interruption, lambda n: _tell(title, n)
            )
        else:
            from gui.commands.files.port_player import PlayingError, play_on_port

            try:
                play_on_port(
                    performance, begin_ns, (backend, port), interruption, lambda n: _tell(title, n)
                )
            except PlayingError as error:
                fail(str(error))


def _tell(title: str, name: str) -> None:
    say(title.format(name))


def _begin_ns(file: MidiFile, bar: int) -> int:
    """Return the time at which a bar begins, counted from 1."""
    from bridge.midi.smf.performance import time_ns_at
    from bridge.sync.tempo import MetreMap

    return (
        time_ns_at(file, MetreMap(file.score.metres).bar_line_after(0, bar - 1)) if bar > 1 else 0
    )
