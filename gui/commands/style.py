"""`antiphon style`: the user's own styles, learned from a folder of MIDI files."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.messages.learning import (
    LearningStarted,
    NothingToLearn,
    SkippedFile,
    SkippedFolder,
    StepDone,
    StyleLearned,
)
from bridge.system.extras import install_command
from bridge.system.output_file import OutputError
from gui.commands.console.options import amount_option
from gui.commands.console.progress import WorkProgress
from gui.commands.console.terminal import fail, fail_output, interruptible, load_artefact, say
from gui.commands.console.usage import Commands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge.messages.learning import LearningMessage

app = typer.Typer(cls=Commands, help="Styles of your own.", rich_markup_mode=None)
_TRAINING_PACKAGES = ("torch", "onnx")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Name of the style, in any script.")],
    folder: Annotated[
        Path, typer.Argument(readable=False, help="Folder of MIDI files to learn from.")
    ],
    steps: Annotated[int, amount_option("--steps", "steps")] = 80,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a style of your own of the same name.")
    ] = False,
) -> None:
    """Learn a style from a folder of MIDI files; then it blends like any other.

    Example: antiphon style add "my ballads" ~/Music/ballads
    """
    from export.runtime.reasons.artefact import OwnStyleExists
    from export.styles.own import (
        OwnStyle,
        StyleError,
        check_new_style,
        normalise_name,
        save_style,
        styles_folder,
        weights_checksum,
    )
    from gui.wording.reasons import sentence_of

    if not all(find_spec(package) for package in _TRAINING_PACKAGES):
        fail(f"learning a style needs the training packages; type: {install_command('train')}")
    if not os.path.isdir(folder):  # noqa: PTH112 - which raises nothing
        fail(f"{folder} is not a folder.")
    artefact = load_artefact()
    try:
        name = normalise_name(name, artefact)
        check_new_style(styles_folder(), name, replace=force)
        with interruptible():
            found = _learn(name, folder, artefact.folder, steps)
        facts = (found.vector, found.pieces, found.nats_without, found.nats_with)
        style = OwnStyle(name, weights_checksum(artefact), *facts)
        save_style(styles_folder(), style, replace=force)
    except StyleError as error:
        if isinstance(error.reason, OwnStyleExists):
            fail(f"there is a style {name!r} of your own already; --force replaces it.")
        fail(sentence_of(error.reason))
    except OutputError as error:
        fail_output(error.reason)
    say(_describe_result(style.nats_without, style.nats_with))
    say(f'Use it: --style "{name}", or in a blend: --style "{name}:0.6,jazz:0.4"')


def _learn(name: str, folder: Path, artefact: Path, steps: int) -> StyleLearned:
    """Learn a style in a process of its own, because the app never loads torch."""
    words = (name, str(folder), str(artefact), "--steps", str(steps))
    with (
        subprocess.Popen(
            [sys.executable, "-P", "-m", "model.styles", *words], stdout=subprocess.PIPE
        ) as learning,
        WorkProgress(f"Learning {name}") as progress,
    ):
        try:
            for message in _messages(learning):
                if isinstance(message, StyleLearned):
                    return message
                _tell(message, progress, name, folder, steps)
        finally:
            learning.kill()
    return fail("the process that learns the style has ended early.")


def _messages(learning: subprocess.Popen[bytes]) -> Iterator[LearningMessage]:
    assert learning.stdout is not None
    while True:
        try:
            yield pickle.load(learning.stdout)  # noqa: S301 - from our own process, by a private pipe
        except EOFError:
            return


def _tell(
    message: LearningMessage, progress: WorkProgress, name: str, folder: Path, steps: int
) -> None:
    """Print on standard error what the learning process reports."""
    from gui.wording.reasons import sentence_of

    match message:
        case StepDone(step):
            progress.show(step / steps)
            return
        case NothingToLearn():
            fail(f"{folder} holds no MIDI file that a style can be trained on.")
        case SkippedFile(path, None):
            text = f"skipped: {path}: has too few notes."
        case SkippedFile(path, reason) if reason is not None:
            text = f"skipped: {sentence_of(replace(reason, path=Path(path)))}"
        case SkippedFolder(path, error):
            text = f"skipped: {path}: cannot be read ({error})."
        case LearningStarted(pieces):
            text = f"Training {name} on {_count(pieces)}."
        case _:
            raise AssertionError(message)
    with progress.paused():
        say(text, sys.stderr)


def _count(pieces: int) -> str:
    return f"{pieces} piece{'' if pieces == 1 else 's'}"


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
    from export.styles.own import broken_styles, load_own_styles, styles_folder

    artefact = load_artefact(report=False)
    broken = broken_styles(styles_folder(), artefact)
    for style in load_own_styles(styles_folder()):
        fits = (
            "" if style.is_compatible(artefact) else "  (learned with another model: add it again)"
        )
        if not any(style.name == each.name for each in broken):
            say(f"{style.name}: {_count(style.pieces)}{fits}")
    for each in broken:
        say(f'{each.name}: broken  (type: antiphon style remove "{each.name}")')


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
    except OSError as error:
        fail(f"{error.filename}: cannot be deleted ({error.strerror}).")
