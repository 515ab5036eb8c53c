"""Styles of the user's own: vectors that `antiphon style add` has trained, beside the artefact's.

Each is a small JSON file in the user's data folder. A vector is valid only with the weights that it
was trained with, so the file names them by their checksum. A style that was trained with another
model is listed and not used.

A style may be named in any script. Its name is in the file. The file's own name is made of it so
that it is valid on every system, and is not read.

A file that is not a style, or whose vector has another width than the network, is left out; the
others are used. Such a file is removed by its own name without the ending, since it has no other. A
name is compared with those of the files in the folder, and never becomes a part of a path.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from platformdirs import user_data_path

from bridge.names import name_key, plain_name, visible
from bridge.setting import is_real
from bridge.system.error_text import error_text
from bridge.system.input_file import InputError, read_input
from bridge.system.output_file import OutputError, OutputNotWritten, check_output, write_output
from export.runtime.artefact import WEIGHTS, Artefact, load_default_artefact
from export.runtime.reasons.artefact import (
    BadStyleName,
    NoOwnStyle,
    NotAStyle,
    OwnStyleExists,
    StyleNameTaken,
    StyleReason,
)

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
_FORBIDDEN_CHARACTERS = frozenset(':,"/\\')
_MAX_BYTES, _MAX_NAME_LENGTH = 1_000_000, 1000
"""The largest file that is read; a vector of 512 numbers takes 11 kB."""
_LEAST, _MOST = -1e6, 1e6
"""The range of the numbers in a file; those in trained vectors are a few units."""
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
    """Return the styles in a folder, sorted by name; a file that is not one is left out."""
    found = (style for _, style in _files_in(folder) if style is not None)
    return sorted(found, key=lambda style: style.name)


def broken_styles(folder: Path, artefact: Artefact) -> list[NotAStyle]:
    """Return the files in a folder that an artefact leaves out because they are broken."""
    return [
        NotAStyle(path, visible(path.stem) if style is None else style.name)
        for path, style in _files_in(folder)
        if style is None or (style.is_compatible(artefact) and not _fits(style, artefact))
    ]


def _files_in(folder: Path) -> list[tuple[Path, OwnStyle | None]]:
    """Return the files in a folder, each with its style, or with None if it is not one."""
    return [(path, _read_style(path)) for path in sorted(folder.glob("*.json"))]


def _read_style(path: Path) -> OwnStyle | None:
    try:
        content = json.loads(read_input(path, _MAX_BYTES))
        if content.pop("format") != FORMAT or not _is_valid(content):
            return None
        name, vector = plain_name(content["name"]), tuple(map(float, content["vector"]))
        return OwnStyle(**content | {"name": name, "vector": vector})
    except (InputError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _is_valid(content: dict[str, Any]) -> bool:
    """Return whether the facts of a file have the types and ranges of a style's."""
    pieces = content["pieces"]
    return (
        _can_be_a_name(plain_name(content["name"]))
        and isinstance(content["weights"], str)
        and isinstance(content["vector"], list)
        and all(map(_is_in_range, content["vector"]))
        and isinstance(pieces, int)
        and _is_in_range(pieces)
        and pieces > 0
        and all(
            content.get(nats) is None or _is_in_range(content[nats])
            for nats in ("nats_without", "nats_with")
        )
    )


def _is_in_range(number: object) -> bool:
    """Return whether a value is a number that a style may have; NaN is none."""
    return is_real(number) and _LEAST <= number <= _MOST


def _can_be_a_name(plain: str) -> bool:
    is_seen = visible(plain) == plain and any(letter.isprintable() for letter in plain)
    is_written = not plain.startswith(".") and not _FORBIDDEN_CHARACTERS & set(plain)
    return is_seen and is_written and len(plain) <= _MAX_NAME_LENGTH


def _fits(style: OwnStyle, artefact: Artefact) -> bool:
    return bool(len(style.vector) == artefact.style_vectors.shape[1])


def normalise_name(name: str, artefact: Artefact) -> str:
    """Return a name in lower case, composed, and with single spaces.

    Raises:
        StyleError: the name is empty, has a character that blends are written with or that cannot
        be seen, or is one of the artefact's own.

    """
    plain = plain_name(name)
    if not _can_be_a_name(plain):
        raise StyleError(BadStyleName(name))
    if name_key(plain) in map(name_key, artefact.style_names[: artefact.first_own_style]):
        raise StyleError(StyleNameTaken(plain, artefact.name))
    return plain


def check_new_style(folder: Path, name: str, *, replace: bool = False) -> None:
    """Check that a style of this name can be saved, without saving; the learning takes minutes.

    Raises:
        StyleError: there is one, and `replace` is False.
        bridge.system.output_file.OutputError: its file cannot be written.

    """
    if not replace and _paths_of(folder, name):
        raise StyleError(OwnStyleExists(name))
    if os.path.isdir(folder):  # noqa: PTH112 - which raises nothing
        check_output(_path_for(folder, name), replace=True)


def save_style(folder: Path, style: OwnStyle, *, replace: bool = True) -> None:
    """Write a style; one of the same name is replaced when the new one is complete, or kept.

    Raises:
        StyleError: there is one of the same name, and `replace` is False.
        bridge.system.output_file.OutputError: the style cannot be written.

    """
    old = _paths_of(folder, style.name)
    if old and not replace:
        raise StyleError(OwnStyleExists(style.name))
    path = _path_for(folder, style.name)
    content = json.dumps({"format": FORMAT, **asdict(style)}).encode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = OutputNotWritten(path, error_text(error))
        raise OutputError(reason) from error
    write_output(path, content, replace=path in old)
    for each in old:
        if each != path:  # written by hand, or by an earlier version
            each.unlink(missing_ok=True)


def remove_style(folder: Path, name: str) -> None:
    """Remove a style, or a broken file of this name.

    Raises:
        StyleError: there is no style of that name.
        OSError: its file cannot be deleted.

    """
    paths = _paths_of(folder, name)
    if not paths:
        raise StyleError(NoOwnStyle(name))
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            path.rmdir()  # what is in a folder was not written here
        else:
            path.unlink(missing_ok=True)


def _paths_of(folder: Path, name: str) -> list[Path]:
    """Return the files with a style of this name, in any spelling; broken ones by their own."""
    key = name_key(name)
    return [
        path
        for path, style in _files_in(folder)
        if key in map(name_key, _names_of_broken(path) if style is None else (style.name,))
    ]


def _names_of_broken(path: Path) -> tuple[str, str]:
    """Return a file's own name, and how it is shown."""
    return path.stem, visible(path.stem)


def _path_for(folder: Path, name: str) -> Path:
    return folder / f"{_file_stem(name)}.json"


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
    mine = [
        style
        for style in load_own_styles(folder)
        if style.is_compatible(artefact) and _fits(style, artefact)
    ]
    return artefact.with_styles({style.name: np.array(style.vector) for style in mine})


def load_installed_artefact() -> Artefact:
    """Load the artefact that is installed, with the user's own styles.

    Raises:
        ArtefactError: there is none, or it cannot be used.

    """
    return with_own_styles(load_default_artefact(), styles_folder())
