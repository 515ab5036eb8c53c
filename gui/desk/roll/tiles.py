"""Tiles: cached pictures of the music that has ended, drawn once and copied in every frame.

A roll moves by a pixel or two, 60 times a second. Ended notes look the same in every frame, and
there may be thousands of them. They are drawn into tiles, each a stretch of time of the same
width, and a frame only copies the visible tiles. Notes that sound or are still to come may change.
They are few, and are painted in each frame.

A new note is added to its tiles; a tile that loses a note is redrawn. Notes are values, and from
one snapshot to the next all but the last ones are the same objects. Identity is therefore a fast
test for which notes are new and which are gone.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPixmap

from bridge.messages.snapshot import RollNote
from bridge.system.units import SECOND
from gui.desk.roll.view import View

TILE_PX = 256
_MAX_TILES = 192
_OVERHANG_PX = 8.0  # A drum's diamond begins this far before its onset; a short note ends after.

PaintNotes = Callable[[QPainter, View, Iterable[RollNote]], None]
"""Paint notes as they appear in a view."""


class SegmentIndex:
    """The notes of each stretch of time."""

    def __init__(self, segment_ns: int, overhang_ns: int) -> None:
        self._segment_ns, self._overhang_ns = segment_ns, overhang_ns
        self._notes: dict[int, RollNote] = {}  # by identity
        self._by_segment: defaultdict[int, dict[int, RollNote]] = defaultdict(dict)

    def set_notes(self, notes: Iterable[RollNote]) -> tuple[set[int], dict[int, list[RollNote]]]:
        """Set the notes, all of which have ended.

        Return the numbers of the stretches that lost a note, and the new notes of each stretch.
        """
        before, self._notes = self._notes, {id(note): note for note in notes}
        poorer: set[int] = set()
        for gone in before.keys() - self._notes.keys():
            for number in self._segments_of(before[gone]):
                del self._by_segment[number][gone]
                poorer.add(number)
        richer: defaultdict[int, list[RollNote]] = defaultdict(list)
        for new in self._notes.keys() - before.keys():
            for number in self._segments_of(self._notes[new]):
                self._by_segment[number][new] = self._notes[new]
                richer[number].append(self._notes[new])
        return poorer, richer

    def notes(self, number: int) -> Iterable[RollNote]:
        """Return the notes of a stretch."""
        return self._by_segment[number].values() if number in self._by_segment else ()

    def _segments_of(self, note: RollNote) -> range:
        end_ns = note.onset_ns if note.release_ns is None else note.release_ns
        first = (note.onset_ns - self._overhang_ns) // self._segment_ns
        return range(first, (end_ns + self._overhang_ns) // self._segment_ns + 1)


@dataclass(frozen=True, slots=True)
class _TileFormat:
    """Everything that a tile's picture depends on, besides its notes."""

    step: int
    lowest: int
    highest: int
    height: int
    device_ratio: float


class TileCache:
    """Shows ended notes from cached pictures."""

    def __init__(self, paint: PaintNotes) -> None:
        self._paint = paint
        self._notes: tuple[RollNote, ...] = ()
        self._format: _TileFormat | None = None
        self._view: View | None = None  # the last view drawn in this format
        self._segments = SegmentIndex(SECOND, 0)
        self._segment_ns = SECOND
        self._tiles: OrderedDict[int, QPixmap] = OrderedDict()

    def set_notes(self, notes: Iterable[RollNote]) -> None:
        """Set the notes, all of which have ended."""
        self._notes = tuple(notes)
        poorer, richer = self._segments.set_notes(self._notes)
        for number in poorer:
            self._tiles.pop(number, None)
        for number, new in richer.items():
            picture = self._tiles.get(number)
            if picture is not None:
                self._draw_notes(picture, number, new)

    def clear(self) -> None:
        """Drop all tiles, because the colours have changed."""
        self._format = None

    def draw(self, painter: QPainter, view: View, ratio: float) -> None:
        """Copy the visible tiles to the painter; `ratio` is device pixels per point."""
        look = _TileFormat(view.step, view.lowest, view.highest, round(view.height), ratio)
        self._view = view
        if look != self._format:
            self._reset(look, view)
        first = view.left_ns // self._segment_ns
        last = view.ns_at(view.width) // self._segment_ns
        for number in range(first, last + 1):
            if self._segments.notes(number):
                # On whole pixels, a picture is copied without resampling.
                x = round(view.x_at(number * self._segment_ns) * ratio) / ratio
                painter.drawPixmap(QPointF(x, 0.0), self._tile(number))
        while len(self._tiles) > _MAX_TILES:
            self._tiles.popitem(last=False)

    def _reset(self, tile_format: _TileFormat, view: View) -> None:
        self._format = tile_format
        self._tiles.clear()
        self._segment_ns = round(TILE_PX / view.px_per_second * SECOND)
        overhang_ns = round(_OVERHANG_PX / view.px_per_second * SECOND)
        self._segments = SegmentIndex(self._segment_ns, overhang_ns)
        self._segments.set_notes(self._notes)

    def _tile(self, number: int) -> QPixmap:
        picture = self._tiles.get(number)
        if picture is None:
            assert self._format is not None
            ratio = self._format.device_ratio
            picture = QPixmap(round(TILE_PX * ratio), round(self._format.height * ratio))
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            self._draw_notes(picture, number, self._segments.notes(number))
            self._tiles[number] = picture
        self._tiles.move_to_end(number)
        return picture

    def _draw_notes(self, picture: QPixmap, number: int, notes: Iterable[RollNote]) -> None:
        assert self._view is not None
        part = replace(self._view, width=TILE_PX, left_ns=number * self._segment_ns)
        painter = QPainter(picture)
        self._paint(painter, part, notes)
        painter.end()
