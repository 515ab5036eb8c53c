"""The command line.

`antiphon` opens the window, or plays the demo where there is no screen. Every command checks what
it was given before it does anything, and says what is wrong in one sentence on standard error, with
exit status 2. Nothing heavy is imported before it is needed: a command that lists ports does not
load a network.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from bridge import instruments
from gui import bench_cli, style_cli
from gui.terminal import fail, load_artefact, writable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bridge.dialogue import LogEntry, Settings
    from bridge.instruments import Instrument
    from gui.engine import Engine

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=False,
)

app.add_typer(style_cli.app, name="style")
app.command()(bench_cli.bench)

_SECOND = 1_000_000_000

StyleOption = Annotated[
    str, typer.Option("--style", help='One style or a blend: "chopin:0.7,bossa nova:0.3".')
]
InstrumentsOption = Annotated[
    str,
    typer.Option(
        "--instruments", help="Which may play: piano,bass,drums. Default: those of the phrase."
    ),
]
TemperatureOption = Annotated[
    float, typer.Option("--temperature", help="0: always the likeliest; 1: as the model thinks.")
]
TopPOption = Annotated[
    float,
    typer.Option("--top-p", help="Keep the likeliest events that hold this much probability."),
]
StrengthOption = Annotated[
    float, typer.Option("--style-strength", help="How much of the style: 1 as the model thinks.")
]
SeedOption = Annotated[int, typer.Option("--seed", help="The same seed gives the same music.")]


@app.callback(invoke_without_command=True)
def default(context: typer.Context) -> None:
    """Play a phrase on a MIDI instrument and hear an answer, in a style or a blend of styles."""
    if context.invoked_subcommand is not None:
        return
    if _has_screen():
        from gui.window import run

        raise typer.Exit(run(load_artefact().style_names))
    demo()


@app.command()
def demo(
    style: StyleOption = "",
    instruments_: InstrumentsOption = "",
    temperature: TemperatureOption = 0.95,
    top_p: TopPOption = 0.95,
    style_strength: StrengthOption = 2.0,
    seed: SeedOption = 1,
    phrase: Annotated[
        str, typer.Option("--phrase", help="nocturne, minuet, prelude, blues, or a MIDI file.")
    ] = "minuet",
    out: Annotated[Path, typer.Option("--out", help="Folder for the .mid and the .png.")] = Path(),
) -> None:
    """Play a phrase through the whole live path and show the answer.

    Example: antiphon demo --phrase blues --style blues
    """
    from gui import demo as show

    settings = _settings(
        style or show.usual_style(phrase), instruments_, temperature, top_p, style_strength, seed
    )
    if not out.is_dir():
        fail(f"--out: {out} is not a folder.")
    artefact = load_artefact(settings)
    try:
        show.play(artefact, settings, show.phrase_file(phrase), out)
    except show.DemoError as error:
        fail(str(error))


@app.command()
def jam(
    style: StyleOption = "",
    instruments_: InstrumentsOption = "",
    temperature: TemperatureOption = 0.95,
    top_p: TopPOption = 0.95,
    style_strength: StrengthOption = 2.0,
    seed: Annotated[
        int, typer.Option("--seed", help="The dice; which of the candidates plays is up to time.")
    ] = 0,
    mode: Annotated[str, typer.Option("--mode", help="answer: call and response.")] = "answer",
    input_: Annotated[
        str, typer.Option("--input", help="Port to listen on; default: an own port, `in`.")
    ] = "",
    output: Annotated[
        str, typer.Option("--output", help="Port to play on; default: an own port, `out`.")
    ] = "",
    answer_seconds: Annotated[
        float,
        typer.Option("--answer-seconds", help="Length of an answer; 0: as long as the phrase."),
    ] = 0.0,
    candidates: Annotated[
        int,
        typer.Option(
            "--candidates",
            help="Beginnings tried in a pause, 1 to 4, of which the critic picks one.",
        ),
    ] = 4,
    for_: Annotated[
        float, typer.Option("--for", help="Stop after so many seconds; 0: on Ctrl-C.")
    ] = 0.0,
    record: Annotated[
        Path | None,
        typer.Option("--record", help="Write what was played and answered to this MIDI file."),
    ] = None,
    json_log: Annotated[
        Path | None, typer.Option("--json-log", help="Write one line of JSON for each event.")
    ] = None,
) -> None:
    """Listen on a MIDI port, and answer.

    Example: antiphon jam --style "bach:0.6,jazz:0.4" --instruments piano,bass
    """
    from dataclasses import replace

    from bridge.dialogue import MOST_CANDIDATES, Change, Listen
    from bridge.protocol import OpenPorts
    from gui.engine import Engine

    if mode != "answer":
        fail(f"--mode: {mode!r} is not a mode; answer is.")
    if not 1 <= candidates <= MOST_CANDIDATES:
        fail(f"--candidates: {candidates} is not between 1 and {MOST_CANDIDATES}.")
    settings = _settings(style, instruments_, temperature, top_p, style_strength, seed)
    settings = replace(settings, candidates=candidates)
    if answer_seconds:
        settings = replace(settings, answer_ns=round(answer_seconds * _SECOND))
    artefact = load_artefact(settings)
    for path in (record, json_log):
        writable(path)
    with _log_file(json_log) as log, Engine(artefact, settings) as engine:
        engine.post(OpenPorts(input_ or None, output or None))
        engine.post(Change(settings))
        engine.post(Listen())
        with contextlib.suppress(KeyboardInterrupt):
            _converse(engine, log, round(for_ * _SECOND))
        notes = engine.snapshot().notes
    if record is not None:
        from bridge.midifile import MidiFileError
        from gui.recording import credit, write_recording

        try:
            write_recording(notes, record, credit(artefact, settings))
        except MidiFileError as error:
            fail(str(error))


def _converse(engine: Engine, log: TextIO | None, for_ns: int) -> None:
    from rich.console import Console

    console, end_ns = Console(), engine.now_ns + for_ns
    last = ""
    while not for_ns or engine.now_ns < end_ns:
        for entry in engine.turn(end_ns if for_ns else engine.now_ns + _SECOND):
            _write_entry(entry, log)
            sentence = spoken(entry)
            if sentence and sentence != last:
                console.print(sentence, highlight=False, markup=False)
            last = sentence or last


def spoken(entry: LogEntry) -> str:
    """Return what the terminal says of a log entry; nothing for most."""
    figure = (entry.figure or 0) / 1e6
    match entry.what:
        case "ready":
            return f"Listening ({entry.text}). Play a phrase and pause; Ctrl-C ends."
        case "hand-over":
            return "Answering."
        case "first note sent":
            return f"  first note {figure:.0f} ms after the hand-over"
        case "retract":
            return f"  you came back in: {entry.figure} notes taken back"
        case "problem" | "refused":
            return f"Problem: {entry.text}"
    return ""


def _write_entry(entry: LogEntry, log: TextIO | None) -> None:
    if log is not None:
        line = {
            "time_ns": entry.time_ns,
            "what": entry.what,
            "figure": entry.figure,
            "text": entry.text,
        }
        log.write(json.dumps(line) + "\n")
        log.flush()


@contextlib.contextmanager
def _log_file(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    with path.open("w", encoding="utf-8") as file:
        yield file


@app.command("continue")
def continue_(
    source: Annotated[Path, typer.Argument(metavar="IN.mid", help="MIDI file to continue.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="File to write.")],
    style: StyleOption = "",
    instruments_: InstrumentsOption = "",
    bars: Annotated[int, typer.Option("--bars", help="How many bars more.")] = 0,
    seconds: Annotated[
        float, typer.Option("--seconds", help="How many seconds more, instead of bars.")
    ] = 0.0,
    takes: Annotated[
        int,
        typer.Option("--takes", help="How many different ones; writes OUT-1.mid, OUT-2.mid ..."),
    ] = 1,
    only_new: Annotated[
        bool, typer.Option("--only-new", help="Leave the prompt out of what is written.")
    ] = False,
    temperature: TemperatureOption = 0.95,
    top_p: TopPOption = 0.95,
    style_strength: StrengthOption = 2.0,
    seed: SeedOption = 0,
) -> None:
    """Continue a MIDI file.

    Example: antiphon continue sketch.mid -o longer.mid --style bach --bars 8 --seed 1
    """
    from dataclasses import replace

    from bridge import midifile

    if bars < 0 or seconds < 0 or (bars and seconds):
        fail("give --bars or --seconds, as a number above 0.")
    if takes < 1:
        fail("--takes: at least 1.")
    settings = _settings(style, instruments_, temperature, top_p, style_strength, seed)
    try:
        prompt = midifile.read(source)
    except midifile.MidiFileError as error:
        fail(str(error))
    if not prompt.score.notes:
        fail(f"{source}: has no notes to continue.")
    writable(out)
    artefact = load_artefact(settings)

    from export import continuation
    from export.runtime import Decoder
    from gui.recording import credit

    score = prompt.score
    span = (
        continuation.span_of_seconds(score, seconds)
        if seconds
        else continuation.span_of_bars(score, bars or 8)
    )
    decoder = Decoder(artefact)
    for take in range(takes):
        varied = replace(settings, seed=seed + take)
        path = out if takes == 1 else out.with_name(f"{out.stem}-{take + 1}{out.suffix}")
        notes = continuation.continuation(artefact, decoder, score, span, varied)
        try:
            if only_new:
                midifile.write(
                    continuation.alone(score, span, notes), path, credit(artefact, varied)
                )
            else:
                midifile.write_continued(prompt, notes, path, credit(artefact, varied))
        except midifile.MidiFileError as error:
            fail(str(error))
        typer.echo(f"{path}: {len(notes)} new notes")


@app.command()
def styles(
    search: Annotated[str, typer.Argument(help="Only names that contain this.")] = "",
    map_: Annotated[
        Path | None, typer.Option("--map", help="Draw the map of styles into this PNG file.")
    ] = None,
) -> None:
    """List the styles, those with most training pieces first, or draw their map.

    Example: antiphon styles jazz
    """
    if map_ is not None:
        from gui.style_map import draw_style_map

        writable(map_)
        artefact = load_artefact()
        draw_style_map(artefact, map_, search.lower())
        typer.echo(f"{map_}: {len(artefact.style_names)} styles")
        return
    for name in load_artefact().style_names:
        if search.lower() in name:
            typer.echo(name)


@app.command()
def ports() -> None:
    """List the MIDI ports that can be listened to and played on.

    Example: antiphon ports
    """
    from bridge.io_process import MidiIo
    from bridge.protocol import ListPorts, PortNames, Problem

    with MidiIo.start() as io:
        io.send(ListPorts())
        for message in io.receive(5.0):
            match message:
                case PortNames(inputs, outputs):
                    _list("to listen on (--input)", inputs)
                    _list("to play on (--output)", outputs)
                case Problem(text):
                    typer.echo(text)


def _list(title: str, names: Sequence[str]) -> None:
    typer.echo(f"{title}:" + ("" if names else " none"))
    for name in names:
        typer.echo(f"  {name}")


@app.command()
def doctor() -> None:
    """Say what works here and what does not: ports, model, processor.

    Example: antiphon doctor
    """
    from gui.doctor import examine

    for finding in examine():
        typer.echo(finding)


def _settings(
    style: str, played: str, temperature: float, top_p: float, strength: float, seed: int
) -> Settings:
    from bridge.dialogue import Settings

    if not 0 <= temperature <= 5:
        fail(f"--temperature: {temperature:g} is not between 0 and 5.")
    if not 0 < top_p <= 1:
        fail(f"--top-p: {top_p:g} is not above 0 and at most 1.")
    if not 0 <= strength <= 5:
        fail(f"--style-strength: {strength:g} is not between 0 and 5.")
    if seed < 0:
        fail(f"--seed: {seed} is below 0.")
    return Settings(
        _blend(style), _instruments(played), temperature, top_p, seed, style_strength=strength
    )


def _blend(words: str) -> tuple[tuple[str, float], ...]:
    """Read "chopin:0.7,bossa nova:0.3"; a name alone weighs 1."""
    parts = []
    for word in filter(None, (part.strip() for part in words.split(","))):
        name, _, weight = word.partition(":")
        try:
            share = float(weight) if weight else 1.0
        except ValueError:
            fail(f"--style: {weight!r} is not a weight (write chopin:0.7).")
        if not 0 < share < float("inf"):
            fail(f"--style: the weight of {name.strip()} must be above 0.")
        parts.append((name.strip().lower(), share))
    return tuple(parts)


def _instruments(words: str) -> tuple[Instrument, ...]:
    chosen = []
    for word in filter(None, (part.strip() for part in words.split(","))):
        kind = instruments.named(word)
        if kind is None:
            fail(f"--instruments: there is no {word!r}; there are {', '.join(instruments.LABELS)}.")
        chosen.append(kind)
    return tuple(sorted(set(chosen)))


def _has_screen() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def main() -> None:
    """Run the command line."""
    app()
