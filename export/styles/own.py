"""Styles of the user's own: vectors that `antiphon style add` has trained, beside the artefact's.

Each is a small JSON file in the user's data folder. A vector is valid only with the weights that it
was trained with, so the file names them by their checksum. A style that was trained with another
model is listed and not used.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from platformdirs import user_data_path

from bridge.system.atomic_write import atomic_write
from export.runtime.artefact import WEIGHTS, Artefact, load_default_artefact
from export.runtime.reasons.artefact import (
    BadStyleName,
    NoOwnStyle,
    NotAStyle,
    StyleFormat,
    StyleNameTaken,
    StyleReason,
)

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
_FORBIDDEN_CHARACTERS = frozenset(':,"/\\')


class StyleError(Exception):
    """A style cannot be added or removed."""

    def __init__(self, reason: StyleReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class OwnStyle:
    """A style that was trained on the user's own music."""

    name: str
    weights: str
    """Checksum of the weights that it was trained with."""
    vector: tuple[float, ...]
    pieces: int
    nats_without: float | None = None
    """Nats a token on held-out pieces, without a style; None with too few pieces."""
    nats_with: float | None = None

    def is_compatible(self, artefact: Artefact) -> bool:
        """Return whether it was trained with this artefact's weights."""
        return self.weights == weights_checksum(artefact)


def weights_checksum(artefact: Artefact) -> str:
    """Return the checksum that identifies an artefact's weights."""
    return str(artefact.manifest["sha256"][WEIGHTS])


def styles_folder() -> Path:
    """Return the folder of the user's styles."""
    return user_data_path("antiphon", appauthor=False) / "styles"


def load_own_styles(folder: Path) -> list[OwnStyle]:
    """Return the styles in a folder, sorted by name.

    Raises:
        StyleError: a file is not a style.

    """
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            content = json.loads(path.read_text("utf-8"))
            if content.pop("format") != FORMAT:
                raise StyleError(StyleFormat(path, FORMAT))
            style = OwnStyle(**content | {"vector": tuple(map(float, content["vector"]))})
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise StyleError(NotAStyle(path)) from None
        found.append(style)
    return found


def normalise_name(name: str, artefact: Artefact) -> str:
    """Return a name in lower case and with single spaces.

    Raises:
        StyleError: the name is empty, has a character that blends or files are written with, or
        is one of the artefact's own.

    """
    plain = " ".join(name.lower().split())
    if not plain or plain.startswith(".") or _FORBIDDEN_CHARACTERS & set(plain):
        raise StyleError(BadStyleName(name))
    if plain in artefact.style_names[: artefact.first_own_style]:
        raise StyleError(StyleNameTaken(plain, artefact.name))
    return plain


def save_style(folder: Path, style: OwnStyle) -> None:
    """Write a style, replacing one of the same name."""
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_write(folder / f"{style.name}.json") as stream:
        stream.write(json.dumps({"format": FORMAT, **asdict(style)}).encode())


def remove_style(folder: Path, name: str) -> None:
    """Remove a style.

    Raises:
        StyleError: there is no style of that name.

    """
    try:
        (folder / f"{name.lower()}.json").unlink()
    except FileNotFoundError:
        raise StyleError(NoOwnStyle(name)) from None


def with_own_styles(artefact: Artefact, folder: Path) -> Artefact:
    """Return an artefact that also has the styles in a folder that are compatible with it."""
    mine = [style for style in load_own_styles(folder) if style.is_compatible(artefact)]
    return artefact.with_styles({style.name: np.array(style.vector) for style in mine})


def load_installed_artefact() -> Artefact:
    """Load the artefact that is installed, with the user's own styles.

    Raises:
        ArtefactError: there is none, or it cannot be used.
        StyleError: a file among the user's styles is not one.

    """
    return with_own_styles(load_default_artefact(), styles_folder())
