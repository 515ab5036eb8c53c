"""`antiphon style`: the user's own styles, learned from a folder of MIDI files."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from bridge.system.extras import install_command
from gui.commands.terminal import fail, load_artefact

app = typer.Typer(help="Styles of your own.", no_args_is_help=True, rich_markup_mode=None)
_TRAINING_PACKAGES = ("torch", "onnx")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Name of the style.")],
    folder: Annotated[Path, typer.Argument(help="Folder of MIDI files to learn from.")],
    steps: Annotated[
        int, typer.Option(help="Number of training steps; 80 take some minutes.")
    ] = 80,
) -> None:
    """Learn a style from a folder of MIDI files; then it blends like any other.

    Example: antiphon style add "my ballads" ~/Music/ballads
    """
    from export.styles.own import (
        OwnStyle,
        StyleError,
        normalise_name,
        save_style,
        styles_folder,
        weights_checksum,
    )
    from gui.wording.reasons import sentence_of

    if not all(find_spec(package) for package in _TRAINING_PACKAGES):
        fail(f"learning a style needs the training packages; type: {install_command('train')}")
    if not folder.is_dir():
        fail(f"{folder} is not a folder.")
    if steps < 1:
        fail("--steps: at least 1.")
    artefact = load_artefact()
    try:
        name = normalise_name(name, artefact)
    except StyleError as error:
        fail(sentence_of(error.reason))

    # A process of its own, because the app never loads torch.
    words = [name, str(folder), str(artefact.folder), "--steps", str(steps)]
    learning = subprocess.run(
        [sys.executable, "-m", "model.styles", *words],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if learning.returncode:
        raise typer.Exit(learning.returncode)  # it has printed the reason
    found = json.loads(learning.stdout)
    style = OwnStyle(name, weights_checksum(artefact), **found | {"vector": tuple(found["vector"])})
    save_style(styles_folder(), style)
    typer.echo(_describe_result(style.nats_without, style.nats_with))
    typer.echo(f'Use it: --style "{name}", or in a blend: --style "{name}:0.6,jazz:0.4"')


def _describe_result(nats_without: float | None, nats_with: float | None) -> str:
    if nats_without is None or nats_with is None:
        return "Learned. With five pieces or more, one in five would be held back to try it on."
    return (
        f"Learned. On pieces held back: {nats_with:.3f} nats a token with it, "
        f"{nats_without:.3f} without."
    )


@app.command("list")
def list_() -> None:
    """List the styles of your own.

    Example: antiphon style list
    """
    from export.styles.own import load_own_styles, styles_folder

    artefact = load_artefact()
    for style in load_own_styles(styles_folder()):
        fits = (
            "" if style.is_compatible(artefact) else "  (learned with another model: add it again)"
        )
        typer.echo(f"{style.name}: {style.pieces} pieces{fits}")


@app.command()
def remove(name: Annotated[str, typer.Argument(help="Name of the style.")]) -> None:
    """Remove a style of your own.

    Example: antiphon style remove "my ballads"
    """
    from export.styles.own import StyleError, remove_style, styles_folder
    from gui.wording.reasons import sentence_of

    try:
        remove_style(styles_folder(), name)
    except StyleError as error:
        fail(sentence_of(error.reason))
