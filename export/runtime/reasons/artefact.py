"""Reasons why an artefact, or a style of the user's own, cannot be used.

`gui.wording.model_files` makes the sentences.
"""

from dataclasses import dataclass
from pathlib import Path

from bridge.system.input_file import InputReason


@dataclass(frozen=True, slots=True)
class ArtefactCount:
    """A folder must hold one artefact and holds another number of them."""

    folder: Path
    count: int


@dataclass(frozen=True, slots=True)
class NotJson:
    """A file is not JSON; `error` is the parser's text."""

    path: Path
    error: str


@dataclass(frozen=True, slots=True)
class NotAnObject:
    """A JSON file holds a value of another type instead of an object."""

    path: Path
    kind: str


FileReason = InputReason | ArtefactCount | NotJson | NotAnObject


@dataclass(frozen=True, slots=True)
class ChecksumMismatch:
    """A file has another checksum than the manifest states."""

    path: Path
    found: str
    manifest: str
    stated: str


@dataclass(frozen=True, slots=True)
class FormatMismatch:
    """A manifest has another format than this program reads."""

    path: Path
    found: str
    expected: int


@dataclass(frozen=True, slots=True)
class VocabularyMismatch:
    """A manifest names another vocabulary than this program has."""

    path: Path
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class GraphMismatch:
    """A graph's input or output differs from the manifest."""

    path: Path
    side: str
    name: str
    found: str
    stated: str


@dataclass(frozen=True, slots=True)
class VectorWidth:
    """The vector of a style or an instrument does not have the width of the network."""

    path: Path
    owner: str
    found: int
    width: int


@dataclass(frozen=True, slots=True)
class OwnStyleWidth:
    """The vector of a style of the user's own does not have the width of the network."""

    style: str
    found: int
    artefact: str
    width: int


MismatchReason = (
    ChecksumMismatch
    | FormatMismatch
    | VocabularyMismatch
    | GraphMismatch
    | VectorWidth
    | OwnStyleWidth
)


@dataclass(frozen=True, slots=True)
class EntryMissing:
    """A manifest lacks an entry that its format requires."""

    path: Path
    entry: str


@dataclass(frozen=True, slots=True)
class BadEntry:
    """An entry of a manifest has a value of a wrong type or out of range."""

    path: Path
    entry: str
    found: str


@dataclass(frozen=True, slots=True)
class ChecksumMissing:
    """A manifest has no checksum for a file."""

    path: Path
    file: str


@dataclass(frozen=True, slots=True)
class StyleIncomplete:
    """A style has no name of its own, no vector or no position."""

    path: Path


@dataclass(frozen=True, slots=True)
class BadNumbers:
    """A table lacks numbers, or has some that are not finite or far too large."""

    path: Path
    owner: str


@dataclass(frozen=True, slots=True)
class BadTable:
    """The index of the training pieces is not in its format; `error` says what is wrong."""

    path: Path
    error: str


ContentReason = EntryMissing | BadEntry | ChecksumMissing | StyleIncomplete | BadNumbers | BadTable


@dataclass(frozen=True, slots=True)
class GraphUnusable:
    """A graph does not open or run; `error` is the first line of onnxruntime's message."""

    path: Path
    error: str


@dataclass(frozen=True, slots=True)
class GraphNotFinite:
    """A graph answers with numbers that are not finite."""

    path: Path


GraphReason = GraphUnusable | GraphNotFinite


ArtefactReason = FileReason | MismatchReason | ContentReason | GraphReason


@dataclass(frozen=True, slots=True)
class NotAStyle:
    """A file in the folder of the user's styles is not one that can be used.

    `name` is what removes it: the name of the style, or else of the file, without its ending.
    """

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class BadStyleName:
    """A name has a character that blends are written with, or that cannot be seen."""

    name: str


@dataclass(frozen=True, slots=True)
class StyleNameTaken:
    """An artefact already has a style of that name."""

    name: str
    artefact: str


@dataclass(frozen=True, slots=True)
class OwnStyleExists:
    """The user already has a style of that name."""

    name: str


@dataclass(frozen=True, slots=True)
class NoOwnStyle:
    """The user has no style of that name."""

    name: str


StyleReason = NotAStyle | BadStyleName | StyleNameTaken | OwnStyleExists | NoOwnStyle
