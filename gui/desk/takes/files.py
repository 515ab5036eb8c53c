"""Takes as MIDI files: a take alone, or all the music up to its end.

A continuation of a file keeps that file's own tracks unchanged. One of played music has tracks of
its own beside those of the player. A dragged file is written to a temporary folder; the target of
the drag copies the file. The folder is made by the first drag, and deleted when the window closes,
or else at the program's exit. Qt would not delete it at the exit, because Python then destroys few
of Qt's objects.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.history.takes import TakeNode
from bridge.midi import smf
from bridge.names import visible
from bridge.system.error_text import error_text
from bridge.system.output_file import MIDI_ENDINGS, OutputError, OutputNotWritten, write_output

if TYPE_CHECKING:
    from bridge.history.takes import TakeTree
    from bridge.midi.smf import MidiFile

_FORBIDDEN = frozenset('<>:"/\\|?*')
_MAX_NAME_BYTES, _MAX_STEM_BYTES = 60, 240
"""The maximum lengths in UTF-8 of a name, and of a file name without its ending and a number.

File systems allow 255 bytes for a complete file name.
"""


class TakesFiles:
    """Writes takes to files."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._delete: weakref.finalize[..., TakesFiles] | None = None  # deletes the folder
        self._sources: dict[int, MidiFile] = {}  # by the number of the root
        self._names: dict[str, tuple[int, bool]] = {}  # names in the folder, casefolded

    def add_source(self, number: int, file: MidiFile) -> None:
        """Remember the file of the root that will have this number."""
        self._sources[number] = file

    def write_for_drag(self, takes: TakeTree, number: int, *, up_to_end: bool) -> Path:
        """Write a take to the session's folder, each version to its own file.

        Raises:
            bridge.system.output_file.OutputError: it cannot be written.

        """
        name = plain = file_name(takes, number, up_to_end=up_to_end)
        count = 1
        while self._names.setdefault(name.casefold(), (number, up_to_end)) != (number, up_to_end):
            count += 1  # a root or a style may have the same name as another take
            name = f"{plain} ({count})"
        try:
            path = self._make_folder() / f"{name}.mid"
        except OSError as error:
            reason = OutputNotWritten(Path(f"{name}.mid"), error_text(error))
            raise OutputError(reason) from error
        # Only this session writes to the folder, and it gives each version a name of its own.
        self.write(takes, number, path, up_to_end=up_to_end, replace=True)
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

    def write(
        self, takes: TakeTree, number: int, path: Path, *, up_to_end: bool, replace: bool = False
    ) -> None:
        """Write a take, or all the music up to its end.

        A file that exists is replaced only with `replace`, and one that was read here never.

        Raises:
            bridge.system.output_file.OutputError: it is not written.

        """
        content = self._content(takes, number, up_to_end=up_to_end)
        inputs = [source.path for source in self._sources.values()]
        write_output(path, content, replace=replace, inputs=inputs, endings=MIDI_ENDINGS)

    def _content(self, takes: TakeTree, number: int, *, up_to_end: bool) -> bytes:
        """Return the bytes of the file of a take, or of all the music up to its end."""
        node, first = takes.nodes[number], takes.path(number)[0]
        text = node.text if isinstance(node, TakeNode) else takes.root_name(number)
        if number in self._sources:
            return self._sources[number].chunks.data
        if not up_to_end:
            alone = takes.standalone_score(number)
            return smf.score_bytes(alone, text, like=self._sources.get(first))
        on_the_way = (takes.nodes[each] for each in takes.path(number))
        notes = [n for each in on_the_way if isinstance(each, TakeNode) for n in each.notes]
        if first in self._sources:
            return smf.continuation_bytes(self._sources[first], notes, text)
        played = takes.standalone_score(first)
        if not notes:
            return smf.score_bytes(played, text)
        parts = {"played": played, "Antiphon": replace(played, notes=tuple(sorted(notes)))}
        return smf.parts_bytes(parts, text)


def file_name(takes: TakeTree, number: int, *, up_to_end: bool) -> str:
    """Return a file name without its suffix, such as `minuet take 2-4 chopin`."""
    node, parts = takes.nodes[number], [_root_name(takes, takes.path(number)[0])]
    if isinstance(node, TakeNode):
        way = "-".join(str(takes.sibling_number(each)) for each in takes.path(number)[1:])
        parts += ["up to take" if up_to_end else "take", way]
        parts += [_safe_name(name) for name, _ in node.settings.style[:2]]
    # The way to a take through many others can be long.
    return _safe_name(" ".join(parts), _MAX_STEM_BYTES)


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


def _safe_name(name: str, max_bytes: int = _MAX_NAME_BYTES) -> str:
    """Return the part of a name that is a valid file name on every system."""
    short = visible(name).encode()[:max_bytes].decode(errors="ignore")
    plain = "".join(" " if letter in _FORBIDDEN else letter for letter in short)
    return " ".join(plain.split()).strip(". ")
