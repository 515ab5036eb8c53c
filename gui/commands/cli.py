"""The command line.

`antiphon` opens the window, or plays the demo where there is no screen. Every command checks its
arguments before it does anything. A bad one ends it with one sentence on standard error and exit
status 2. Nothing heavy is imported before it is needed: a command that lists ports does not load a
network.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.names import name_key, nearest
from bridge.system.output_file import PNG_ENDINGS, OutputError
from gui.commands import bench, jam, recover, style, taste
from gui.commands.console.options import (
    MUSIC,
    BackendOption,
    ForceOption,
    InputOption,
    OutputOption,
    parse_backend,
    parse_ports,
    parse_settings,
    with_setting_options,
)
from gui.commands.console.terminal import (
    INTERRUPTED,
    check_outputs,
    fail,
    fail_output,
    interruptible,
    load_artefact,
    prepare_streams,
    read_music,
    say,
)
from gui.commands.console.usage import Commands
from gui.commands.sketches import continuing, rewriting

if TYPE_CHECKING:
    from collections.abc import Sequence


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=False,
)

app.add_typer(style.app, name="style")
app.command()(jam.jam)
app.command()(bench.bench)
app.command()(recover.recover)
app.command()(taste.taste)
app.command("continue")(continuing.continue_)
app.command()(rewriting.fill)
app.command()(rewriting.restyle)
app.command()(rewriting.vary)

_DEMO_SEED = 1
"""The seed of a good response to the demo's default phrase."""


@app.callback(invoke_without_command=True)
def default(
    context: typer.Context,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log more, and show the log as it grows.")
    ] = False,
) -> None:
    """Play a phrase on a MIDI instrument and get a response, in a style or a blend of styles."""
    if context.obj is not None:  # None if a test calls a command directly
        context.obj.begin(sys.argv, verbose=verbose)
    if context.invoked_subcommand is not None:
        return
    if _has_display():
        from export.styles.own import broken_styles, styles_folder
        from export.styles.space import StyleSpace
        from gui.desk.app import run
        from gui.preferences import preferences_file
        from gui.wording.reasons import sentence_of

        artefact = load_artefact(report=False)  # the window names broken styles itself
        notices = [sentence_of(each) for each in broken_styles(styles_folder(), artefact)]
        space = StyleSpace.from_artefact(artefact)
        raise typer.Exit(run(space, preferences_file(), notices=notices))
    demo()


@app.command()
@with_setting_options(*MUSIC, seed=_DEMO_SEED)
def demo(
    *,
    phrase: Annotated[
        str, typer.Option("--phrase", help="nocturne, minuet, prelude, blues, or a MIDI file.")
    ] = "minuet",
    out: Annotated[
        Path, typer.Option("--out", readable=False, help="Folder for the .mid and the .png.")
    ] = Path(),
    force: ForceOption = False,
    **asked: Any,
) -> None:
    """Play a phrase through the whole live path and show the answer.

    Example: antiphon demo --phrase blues --style blues
    """
    from gui.commands import demo as show
    from gui.engine.phrases import default_style, phrase_file

    settings = parse_settings(asked | {"style": asked["style"] or default_style(phrase)})
    if not os.path.isdir(out):  # noqa: PTH112 - which raises nothing
        fail(f"--out: {out} is not a folder.")
    source = phrase_file(phrase)
    prompt = read_music(source)
    files = show.DemoFiles.of(source, out, replace=force)
    for path in files:
        check_outputs(path, force=force, inputs=[source])
    artefact = load_artefact(settings)
    try:
        with interruptible():
            show.run_demo(artefact, settings, prompt, files, replace=force)
    except show.DemoError as error:
        fail(str(error))
    except OutputError as error:
        fail_output(error.reason)


@app.command()
def styles(
    search: Annotated[str, typer.Argument(help="Only names that contain this.")] = "",
    map_: Annotated[
        Path | None,
        typer.Option("--map", readable=False, help="Draw the map of styles into this PNG file."),
    ] = None,
    force: ForceOption = False,
) -> None:
    """List the styles, those with most training pieces first, or draw their map.

    Example: antiphon styles jazz
    """
    wanted = name_key(search)
    if map_ is not None:
        check_outputs(map_, force=force, endings=PNG_ENDINGS)
    artefact = load_artefact()
    found = [name for name in artefact.style_names if wanted in name_key(name)]
    if not found:
        from bridge.messages.requests import UnknownStyle
        from gui.wording.model_files import no_such_style

        fail(f"{no_such_style(UnknownStyle(search, nearest(search, artefact.style_names)))}.")
    if map_ is not None:
        try:
            from gui.commands.pictures.style_map import draw_style_map

            draw_style_map(artefact, map_, wanted, replace=force)
        except ImportError as error:
            fail(f"no map can be drawn: Qt cannot be loaded here ({error}).")
        except OutputError as error:
            fail_output(error.reason)
        say(f"{map_}: {len(artefact.style_names)} styles")
        return
    for name in found:
        say(name)


@app.command()
def ports() -> None:
    """List the MIDI ports that can be listened to and played on.

    Example: antiphon ports
    """
    from bridge.io.handle import MidiIo
    from bridge.playout.protocol import ListPorts, PortNames, Problem
    from gui.wording.reasons import sentence_of

    with MidiIo.start() as io:
        io.send(ListPorts())
        for message in io.receive(5.0):
            match message:
                case PortNames(inputs, outputs, keyboard):
                    _print_ports("to listen on (--input)", inputs, heard=keyboard)
                    _print_ports("to play on (--output)", outputs)
                case Problem(reason):
                    say(sentence_of(reason))


def _print_ports(title: str, names: Sequence[str], heard: str = "") -> None:
    say(f"{title}:" + ("" if names else " none"))
    for name in names:
        say(f"  {name}" + ("  (a keyboard: heard by default)" if name == heard else ""))


@app.command()
def calibrate(
    input_: InputOption = "",
    output: OutputOption = "",
    through: BackendOption = "auto",
) -> None:
    """Measure how long a note takes to the host and back, for --advance-ms.

    Example: antiphon calibrate --output "loopMIDI 1" --input "loopMIDI 2"
    """
    from gui.commands.calibrate import CalibrationError, measure_round_trip

    try:
        found = measure_round_trip(parse_backend(through), *parse_ports(input_, output))
    except CalibrationError as error:
        fail(str(error))
    usual, spread = found.median_ns / 1e6, found.stdev_ns / 1e6
    say(f"{found.echo_count} echoes, {usual:.1f} ms (spread {spread:.2f} ms)")
    say(f"antiphon jam --advance-ms {usual:.1f}")


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Report what works here and what does not: ports, model, processor.

    The exit status is 0 if Antiphon can be used. It is 1 if the process for MIDI does not answer,
    or if the model does not run.

    The JSON object has these keys: usable (a boolean); missing, problems (sentences); versions
    (of packages); platform; processor (device, threads, reason, token_ms); artefact (name,
    fingerprint, step, styles); ports (backend, input, output, inputs, outputs); lateness
    (edges_us, counts, worst_us); refused_positions (of hosts) and thinned_messages (of a flood),
    numbers; errors, log (lines); log_file. Unknown values are null.

    Example: antiphon doctor --json
    """
    from gui.commands.doctor import diagnose, examine
    from gui.diagnostics.rendering import to_json

    if as_json:
        found = diagnose()
        typer.echo(to_json(found))
        usable = not found.missing
    else:
        usable = examine(say)
    raise typer.Exit(0 if usable else 1)


def _has_display() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def main() -> None:
    """Run the command line, with a log of what happens."""
    from gui.diagnostics.log import FrontLog

    prepare_streams()
    try:
        with FrontLog() as log:
            app(obj=log)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
