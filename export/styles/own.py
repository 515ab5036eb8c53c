"""Styles of the user's own: vectors that `antiphon style add` has trained, beside the artefact's.

Each is a small JSON file in the user's data folder. A vector is valid only with the weights that it
was trained with, so the file names them by their checksum. A style that was trained with another
model is listed and not used.

A style may be named in any script. Its name is in the file. The file's own name is made of it so
that it is valid on every system, and is not read.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from dataclasses import asdict, dataclass
from dataclasses import replace as with_changes
from typing import TYPE_CHECKING

import numpy as np
from platformdirs import user_data_path

from bridge.names import name_key, plain_name, visible
from bridge.system.output_file import OutputError, OutputNotWritten, write_output
from export.runtime.artefact import WEIGHTS, Artefact, load_default_artefact
from export.runtime.reasons.artefact import (
    BadStyleName,
    NoOwnStyle,
    NotAStyle,
    OwnStyleExists,
    StyleFormat,
    StyleNameTaken,
    StyleReason,
)

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
_FORBIDDEN_CHARACTERS = frozenset(':,"/\\')
_MAX_STEM_LENGTH = 40
_VALID_STEM = re.compile(r"[a-z0-9_-]+( [a-z0-9_-]+)*")
"""A name that is its own file name: it is the same in every encoding and on every system."""
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)")
"""Names that Windows gives to devices, whatever the ending."""


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
        style = _read_style(path)
        found.append(with_changes(style, name=plain_name(style.name)))
    return sorted(found, key=lambda style: style.name)


def _read_style(path: Path) -> OwnStyle:
    try:
        content = json.loads(path.read_text("utf-8"))
        if content.pop("format") != FORMAT:
            raise StyleError(StyleFormat(path, FORMAT))
        style = OwnStyle(**content | {"vector": tuple(map(float, content["vector"]))})
        if plain_name(style.name) and all(map(math.isfinite, style.vector)):
            return style
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    raise StyleError(NotAStyle(path))


def normalise_name(name: str, artefact: Artefact) -> str:
    """Return a name in lower case, composed, and with single spaces.

    Raises:
        StyleError: the name is empty, has a character that blends are written with or that cannot
        be seen, or is one of the artefact's own.

    """
    plain = plain_name(name)
    is_seen = visible(plain) == plain and any(letter.isprintable() for letter in plain)
    if not is_seen or plain.startswith(".") or _FORBIDDEN_CHARACTERS & set(plain):
        raise StyleError(BadStyleName(name))
    if name_key(plain) in map(name_key, artefact.style_names[: artefact.first_own_style]):
        raise StyleError(StyleNameTaken(plain, artefact.name))
    return plain


def check_new_style(folder: Path, name: str) -> None:
    """Check that there is no style of this name.

    Raises:
        StyleError: there is one, or a file in the folder is not a style.

    """
    if _paths_of(folder, name):
        raise StyleError(OwnStyleExists(name))


def save_style(folder: Path, style: OwnStyle, *, replace: bool = True) -> None:
    """Write a style; one of the same name is replaced when the new one is complete, or kept.

    Raises:
        StyleError: there is one of the same name, and `replace` is False.
        bridge.system.output_file.OutputError: the style cannot be written.

    """
    old = _paths_of(folder, style.name)
    if old and not replace:
        raise StyleError(OwnStyleExists(style.name))
    path = folder / f"{_file_stem(style.name)}.json"
    content = json.dumps({"format": FORMAT, **asdict(style)}).encode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = OutputNotWritten(path, error.strerror or str(error))
        raise OutputError(reason) from error
    write_output(path, content, replace=path in old)
    for each in old:
        if each != path:  # written by hand, or by an earlier version
            each.unlink(missing_ok=True)


def remove_style(folder: Path, name: str) -> None:
    """Remove a style.

    Raises:
        StyleError: there is no style of that name.
        OSError: its file cannot be deleted.

    """
    paths = _paths_of(folder, name)
    if not paths:
        raise StyleError(NoOwnStyle(name))
    for path in paths:
        path.unlink(missing_ok=True)


def _paths_of(folder: Path, name: str) -> list[Path]:
    """Return the files with a style of this name, in any spelling."""
    key = name_key(name)
    return [
        path for path in sorted(folder.glob("*.json")) if name_key(_read_style(path).name) == key
    ]


def _file_stem(name: str) -> str:
    """Return a file name for a style, without its ending, that is valid on every system.

    Letters of other scripts, capitals and long names are not the same everywhere. A name that has
    them is shortened to what is, and a hash of the complete name tells it from others.
    """
    key = name_key(name)
    fits = len(name) <= _MAX_STEM_LENGTH and _VALID_STEM.fullmatch(name)
    if fits and not _DEVICES.fullmatch(name):
        return name
    decomposed = unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode()
    readable = " ".join(re.sub(r"[^a-z0-9_ -]+", " ", decomposed).split())
    digest = hashlib.blake2b(key.encode(), digest_size=6).hexdigest()
    return f"{readable[:_MAX_STEM_LENGTH].strip() or 'style'}-{digest}"


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
