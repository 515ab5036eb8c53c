"""The demo: a phrase through the whole live path, without a device.

A simulated player plays a phrase in real time into the loopback port of the MIDI I/O process. The
engine reads it, the silence after it hands over, the composer responds, and the response goes out
through the same process. The terminal shows what was played and answered, how fast, and where it
was written. Only the player is simulated.
"""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bridge.messages.requests import ChangeSettings, Start
from bridge.messages.settings import Settings
from bridge.messages.snapshot import LogEntry, RollNote, TurnState
from bridge.midi import smf
from bridge.names import visible
from bridge.playout import protocol
from bridge.playout.problem import ModelUnusable
from bridge.system.units import MS, SECOND
from gui.commands.console.terminal import say
from gui.engine.phrases import performance_events
from gui.engine.process import Engine
from gui.engine.recording import provenance, write_recording
from gui.wording.reasons import sentence_of
from model.tokens.vocabulary import pitch_name

if TYPE_CHECKING:
    from export.runtime.artefact import Artefact

_START_NS = 300 * MS
_TIMEOUT_NS = 90 * SECOND


class DemoError(Exception):
    """The demo cannot be played; the text is one sentence."""


class DemoFiles(NamedTuple):
    """The files that a demo writes."""

    music: Path
    picture: Path

    @classmethod
    def of(cls, phrase: Path, out: Path, *, replace: bool) -> DemoFiles:
        """Return the files of a phrase in a folder; without `replace`, with a number if need be."""
        name = f"antiphon-{phrase.stem}"
        for number in count(2):
            files = cls(out / f"{name}.mid", out / f"{name}.png")
            if replace or not any(os.path.lexists(path) for path in files):
                return files
            name = f"antiphon-{phrase.stem}-{number}"
        raise AssertionError


def run_demo(
    artefact: Artefact,
    settings: Settings,
    prompt: smf.MidiFile,
    files: DemoFiles,
    *,
    replace: bool,
) -> None:
    """Play the phrase; show and write the response.

    Raises:
        DemoError: the model cannot be used, or no answer came.
        bridge.system.output_file.OutputError: a file cannot be written, or exists and is not to be
            replaced.

    """
    console = Console(highlight=False)
    style, phrase = _format_style(settings.style), visible(prompt.path.stem)
    heading = f"{phrase}, answered in the style: {style}"
    console.print(f"[bold]Antiphon demo[/bold]: {escape(heading)}")
    with Engine(artefact, settings, backend="loopback") as engine:
        log = _run_session(engine, settings, prompt, console)
        snapshot, record = engine.snapshot(), engine.record()
    console.print(_summary(snapshot.notes, log))
    title = f"{heading}, seed {settings.seed}"
    write_recording(record, files.music, provenance(artefact, settings), replace=replace)
    say(f"Written: {files.music}")
    say(_draw_roll(snapshot.notes, files.picture, title, replace=replace))


def _draw_roll(notes: tuple[RollNote, ...], path: Path, title: str, *, replace: bool) -> str:
    """Draw the picture; return what to print.

    Qt needs system libraries that a machine without a screen may lack. The demo runs without them.
    """
    try:
        from gui.commands.pictures.roll_png import draw_roll
    except ImportError as error:
        return f"No picture was drawn: Qt cannot be loaded here ({error})."
    draw_roll(notes, path, title, replace=replace)
    return f"Written: {path}"


def _format_style(style: tuple[tuple[str, float], ...]) -> str:
    if len(style) == 1:
        return style[0][0]
    return ", ".join(f"{name} {weight:g}" for name, weight in style) or "none in particular"


def _run_session(
    engine: Engine, settings: Settings, prompt: smf.MidiFile, console: Console
) -> list[LogEntry]:
    engine.post(protocol.OpenPorts())
    engine.post(ChangeSettings(settings))
    engine.post(Start())
    log, give_up_ns = list[LogEntry](), engine.now_ns + _TIMEOUT_NS
    playing, shown = False, 0
    while engine.now_ns < give_up_ns:
        news = engine.poll(engine.now_ns + SECOND // 10)
        log += news
        for entry in news:
            if isinstance(entry.reason, ModelUnusable):
                raise DemoError(str(sentence_of(entry.reason)))
        if not playing and any(entry.event == "ready" for entry in news):
            engine.inject(performance_events(prompt.score, engine.now_ns + _START_NS))
            playing = True
        snapshot = engine.snapshot()
        shown = _print_new_notes(console, snapshot.notes, shown, snapshot.now_ns)
        if (
            any(entry.event == "finished" for entry in news)
            and snapshot.state is TurnState.LISTENING
        ):
            return log
    raise DemoError(f"no answer came within {_TIMEOUT_NS // SECOND} seconds.")


def _print_new_notes(
    console: Console, notes: tuple[RollNote, ...], printed: int, now_ns: int
) -> int:
    """Print the notes that have begun since the last call; return how many are printed now."""
    begun = sum(note.onset_ns <= now_ns for note in notes)
    for note in notes[printed:begun]:
        hue, who = ("dark_orange", "answered") if note.answered else ("steel_blue1", "played  ")
        console.print(
            f"[{hue}]{who}[/] {note.instrument.label:8} {pitch_name(note.pitch):4} v{note.velocity}"
        )
    return max(printed, begun)


def _summary(notes: tuple[RollNote, ...], log: list[LogEntry]) -> Table:
    table = Table(show_header=False, box=None)
    played, answered = ([n for n in notes if n.answered is side] for side in (False, True))
    table.add_row("played", f"{len(played)} notes in {_format_duration(played)}")
    instruments = ", ".join(sorted({note.instrument.label for note in answered}))
    table.add_row(
        "answered", f"{len(answered)} notes in {_format_duration(answered)}, {instruments}"
    )
    for what in ("first note decided", "first note sent"):
        for entry in log:
            if entry.event == what and entry.value is not None:
                table.add_row(what, f"{entry.value / MS:.1f} ms after the hand-over")
    worst = [entry.value for entry in log if entry.event == "lateness" and entry.value is not None]
    if worst:
        table.add_row("latest note", f"{max(worst) / MS:.2f} ms after it was due")
    return table


def _format_duration(notes: list[RollNote]) -> str:
    if not notes:
        return "0 s"
    end = max(n.release_ns or n.onset_ns for n in notes)
    return f"{(end - min(n.onset_ns for n in notes)) / SECOND:.1f} s"
