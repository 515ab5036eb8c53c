"""Takes as MIDI files: a take alone, or all the music up to its end.

A continuation of a file keeps that file's own tracks unchanged. A dragged file is written to a
temporary folder; the target of the drag copies the file. The folder is made by the first drag, and
deleted when the window closes, or else at the program's exit. Qt would not delete it at the exit,
because Python then destroys few of Qt's objects.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.history.takes import TakeNode
from bridge.midi import smf
from bridge.midi.smf.reason import FileFault, FileNotWritten, UnusableFile

if TYPE_CHECKING:
    from bridge.history.takes import TakeTree
    from bridge.midi.smf import MidiFile

_FORBIDDEN = frozenset('<>:"/\\|?*')
_MAX_NAME_LENGTH = 60
"""The maximum length of a name; file systems allow 255 bytes for a complete file name."""


class TakesFiles:
    """Writes takes to files."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._delete: weakref.finalize[..., TakesFiles] | None = None  # deletes the folder
        self._sources: dict[int, MidiFile] = {}  # by the number of the root
        self._names: dict[str, tuple[int, bool]] = {}  # names in the folder, casefolded

    def read(self, path: Path, number: int) -> MidiFile:
        """Read the file of the root that will have this number.

        Raises:
            bridge.midi.smf.MidiFileError: it cannot be read, or has no notes.

        """
        file = smf.read(path)
        if not file.score.notes:
            raise smf.MidiFileError(UnusableFile(path, FileFault.NO_NOTES))
        self._sources[number] = file
        return file

    def write_for_drag(self, takes: TakeTree, number: int, *, up_to_end: bool) -> Path:
        """Write a take to the session's folder, each version to its own file.

        Raises:
            bridge.midi.smf.MidiFileError: it cannot be written.

        """
        name = plain = file_name(takes, number, up_to_end=up_to_end)
        count = 1
        while self._names.setdefault(name.casefold(), (number, up_to_end)) != (number, up_to_end):
            count += 1  # a root or a style may have the same name as another take
            name = f"{plain} ({count})"
        try:
            path = self._make_folder() / f"{name}.mid"
        except OSError as error:
            reason = FileNotWritten(Path(f"{name}.mid"), error.strerror or str(error))
            raise smf.MidiFileError(reason) from error
        self.write(takes, number, path, up_to_end=up_to_end)
        return path

    def delete_dragged(self) -> None:
        """Delete the files that were written for drags."""
        if self._delete is not None:
            self._delete()
            self._folder = self._delete = None

    def _make_folder(self) -> Path:
        """Return the folder for dragged files; make it if there is none."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="antiphon-"))
            self._delete = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder

    def write(self, takes: TakeTree, number: int, path: Path, *, up_to_end: bool) -> None:
        """Write a take, or all the music up to its end.

        Raises:
            bridge.midi.smf.MidiFileError: it cannot be written.

        """
        node, first = takes.nodes[number], takes.path(number)[0]
        text = node.text if isinstance(node, TakeNode) else takes.root_name(number)
        if number in self._sources:
            smf.save(self._sources[number].chunks.data, path)
        elif not up_to_end:
            smf.write(takes.standalone_score(number), path, text, like=self._sources.get(first))
        elif first in self._sources:
            on_the_way = (takes.nodes[each] for each in takes.path(number))
            notes = [n for each in on_the_way if isinstance(each, TakeNode) for n in each.notes]
            smf.write_continuation(self._sources[first], notes, path, text)
        else:
            smf.write(takes.score_to(number), path, text)


def file_name(takes: TakeTree, number: int, *, up_to_end: bool) -> str:
    """Return a file name without its suffix, such as `minuet take 2-4 chopin`."""
    node, parts = takes.nodes[number], [_root_name(takes, takes.path(number)[0])]
    if isinstance(node, TakeNode):
        way = "-".join(str(takes.sibling_number(each)) for each in takes.path(number)[1:])
        parts += ["up to take" if up_to_end else "take", way]
        parts += [_safe_name(name) for name, _ in node.settings.style[:2]]
    return " ".join(parts)


def _root_name(takes: TakeTree, number: int) -> str:
    """Return the name of a root, with a number if others have the same name."""
    name = _safe_name(takes.root_name(number)) or "music"
    others = (
        _safe_name(takes.root_name(each)) or "music"
        for each in takes.children(None)
        if each < number
    )
    before = sum(other.casefold() == name.casefold() for other in others)
    return f"{name} ({before + 1})" if before else name


def _safe_name(name: str) -> str:
    """Return the part of a name that is a valid file name on every system."""
    plain = "".join(" " if letter in _FORBIDDEN else letter for letter in name[:_MAX_NAME_LENGTH])
    return " ".join(plain.split()).strip(".")
