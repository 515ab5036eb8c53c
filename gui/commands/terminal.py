"""What the commands share: errors, writable paths, and the installed model."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NoReturn

import typer

from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from pathlib import Path

    from bridge.messages.settings import Settings
    from export.runtime.artefact import Artefact

_USAGE_ERROR = 2


def fail(message: str | Sentence) -> NoReturn:
    """Print what is wrong with the input, and exit with status 2."""
    typer.echo(f"antiphon: {message}", err=True)
    raise typer.Exit(_USAGE_ERROR)


def load_artefact(settings: Settings | None = None) -> Artefact:
    """Load the installed model with the user's styles; fail if the settings need others."""
    from export.runtime.artefact import ArtefactError, UnknownStyleError
    from export.styles.own import StyleError, load_installed_artefact
    from gui.wording.model_files import no_such_style
    from gui.wording.reasons import sentence_of

    try:
        artefact = load_installed_artefact()
        if settings is not None:
            artefact.blend(dict(settings.style))
    except (ArtefactError, StyleError) as error:
        fail(sentence_of(error.reason))
    except UnknownStyleError as error:
        fail(f"--style: {no_such_style(error.reason)}.")
    return artefact


def check_writable(path: Path | None) -> None:
    """Fail early if a file cannot be written; its content may take minutes to make."""
    if path is None:
        return
    if path.is_dir():
        fail(f"{path}: is a folder, not a file.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        fail(f"{path}: cannot be written.")
