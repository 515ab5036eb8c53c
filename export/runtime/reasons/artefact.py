"""Reasons why an artefact, or a style of the user's own, cannot be used.

`gui.wording.model_files` makes the sentences.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ArtefactCount:
    """A folder must hold one artefact and holds another number of them."""

    folder: Path
    count: int


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """A file cannot be read; `error` is the system's text."""

    path: Path
    error: str


@dataclass(frozen=True, slots=True)
class ListedFileUnreadable:
    """A file that the manifest lists cannot be read; `error` is the system's text."""

    manifest: str
    path: Path
    error: str


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


FileReason = ArtefactCount | UnreadableFile | ListedFileUnreadable | NotJson | NotAnObject


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
    format_number: int
    entry: str


@dataclass(frozen=True, slots=True)
class ChecksumMissing:
    """A manifest has no checksum for a file."""

    path: Path
    file: str


@dataclass(frozen=True, slots=True)
class StyleIncomplete:
    """A style has no name, no vector or no position."""

    path: Path


ArtefactReason = FileReason | MismatchReason | EntryMissing | ChecksumMissing | StyleIncomplete


@dataclass(frozen=True, slots=True)
class StyleFormat:
    """A style's file has another format than this program reads."""

    path: Path
    expected: int


@dataclass(frozen=True, slots=True)
class NotAStyle:
    """A file in the folder of the user's styles is not a style."""

    path: Path


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


StyleReason = StyleFormat | NotAStyle | BadStyleName | StyleNameTaken | OwnStyleExists | NoOwnStyle
