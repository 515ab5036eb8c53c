"""Takes as MIDI files: by themselves, or with all the music up to them.

What goes on from a file keeps that file's own tracks as they were. What is dragged out lies in a
folder of the session's, which goes with it: whoever is given a file copies it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QTemporaryDir

from bridge.history.takes import TakeNode
from bridge.midi import smf
from bridge.midi.file_reason import FileFault, UnusableFile

if TYPE_CHECKING:
    from bridge.history.takes import TakeTree
    from bridge.midi.smf import MidiFile

_FORBIDDEN = frozenset('<>:"/\\|?*')
_MAX_NAME_LENGTH = 60
"""So many letters of a name; 255 bytes are what systems take for all of a file's."""


class TakesFiles:
    """Writes takes down."""

    def __init__(self) -> None:
        self._folder = QTemporaryDir(QDir.tempPath() + "/antiphon-XXXXXX")
        self._sources: dict[int, MidiFile] = {}  # of beginnings that were read
        self._names: dict[str, tuple[int, bool]] = {}  # what lies in the folder, in small letters

    def read(self, path: Path, number: int) -> MidiFile:
        """Read the file of the beginning that will have a number.

        Raises:
            bridge.midi.smf.MidiFileError: it cannot be read, or has no notes.

        """
        file = smf.read(path)
        if not file.score.notes:
            raise smf.MidiFileError(UnusableFile(path, FileFault.NO_NOTES))
        self._sources[number] = file
        return file

    def write_for_drag(self, takes: TakeTree, number: int, *, whole: bool) -> Path:
        """Write one into the session's folder, each to a file of its own.

        Raises:
            bridge.midi.smf.MidiFileError: it cannot be written.

        """
        name = plain = file_name(takes, number, whole=whole)
        count = 1
        while self._names.setdefault(name.casefold(), (number, whole)) != (number, whole):
            count += 1  # a beginning or a style may be called like somebody else's take
            name = f"{plain} ({count})"
        path = Path(self._folder.path()) / f"{name}.mid"
        self.write(takes, number, path, whole=whole)
        return path

    def write(self, takes: TakeTree, number: int, path: Path, *, whole: bool) -> None:
        """Write one, or all the music up to it.

        Raises:
            bridge.midi.smf.MidiFileError: it cannot be written.

        """
        node, first = takes.nodes[number], takes.path(number)[0]
        text = node.text if isinstance(node, TakeNode) else takes.root_name(number)
        if not whole:
            smf.write(takes.standalone_score(number), path, text)
        elif first in self._sources:
            on_the_way = (takes.nodes[each] for each in takes.path(number))
            notes = [n for each in on_the_way if isinstance(each, TakeNode) for n in each.notes]
            smf.write_continuation(self._sources[first], notes, path, text)
        else:
            smf.write(takes.score_to(number), path, text)


def file_name(takes: TakeTree, number: int, *, whole: bool) -> str:
    """Return the name of a file without its ending: minuet take 2-4 chopin."""
    node, parts = takes.nodes[number], [_root_name(takes, takes.path(number)[0])]
    if isinstance(node, TakeNode):
        way = "-".join(str(takes.sibling_number(each)) for each in takes.path(number)[1:])
        parts += ["up to take" if whole else "take", way]
        parts += [_safe_name(name) for name, _ in node.settings.style[:2]]
    return " ".join(parts)


def _root_name(takes: TakeTree, number: int) -> str:
    """Return the name of a beginning, and which of those that are called so it is."""
    name = _safe_name(takes.root_name(number)) or "music"
    others = (
        _safe_name(takes.root_name(each)) or "music"
        for each in takes.children(None)
        if each < number
    )
    before = sum(other.casefold() == name.casefold() for other in others)
    return f"{name} ({before + 1})" if before else name


def _safe_name(name: str) -> str:
    """Return as much of a name as every system takes for one of a file's."""
    plain = "".join(" " if letter in _FORBIDDEN else letter for letter in name[:_MAX_NAME_LENGTH])
    return " ".join(plain.split()).strip(".")
