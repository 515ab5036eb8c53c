"""Where names are written on the map of styles: beside their own dots and clear of all others.

A name has eight candidate positions: above its dot, below, right, left, and at the four corners.
The best free one is used. Which positions are clear of dots depends only on the view and is
computed once. Which are clear of other names depends on the order, and is checked in each frame.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtCore import QSizeF

LANDMARKS = (
    *("bach", "mozart", "beethoven", "chopin", "schubert", "debussy", "brahms"),
    *("baroque", "romantic", "renaissance", "jazz", "blues", "swing", "gospel"),
    *("rock", "pop", "metal", "funk", "country", "folk", "reggae", "bossa nova", "tango"),
    *("hymn", "art song", "string quartet", "classical guitar", "irish folk"),
)
"""Well-known names; they are written first, as landmarks."""
_OFFSET_PX, _SPACING_PX = 11.0, 6.0
_LEAD_PX = 1.0
"""The part of a line's height that is empty above and below the letters; a dot may overlap it."""
_DIAGONAL = 0.62


class LabelLayout:
    """The positions of the names in one view of the map."""

    def __init__(
        self, dots: Mapping[str, QPointF], sizes: Mapping[str, QSizeF], bounds: QRectF
    ) -> None:
        self._dots, self._sizes, self._bounds = dots, sizes, bounds
        self._by_x = sorted((dot.x(), dot.y()) for dot in dots.values())
        self._free_rects = {name: tuple(self._dot_free_rects(name)) for name in dots}

    def label_rect(self, name: str, occupied: Sequence[QRectF], *, required: bool) -> QRectF | None:
        """Return where a name can be written; a required name may cover a dot."""
        rooms = self._free_rects[name]
        if required:
            rooms = (*rooms, *self._candidate_rects(name))
        return next((r for r in rooms if not any(r.intersects(other) for other in occupied)), None)

    def _dot_free_rects(self, name: str) -> list[QRectF]:
        own = (self._dots[name].x(), self._dots[name].y())
        return [room for room in self._candidate_rects(name) if not self._covers_dot(room, own)]

    def _candidate_rects(self, name: str) -> list[QRectF]:
        """Return the candidate positions of a name that are inside the view, the best first."""
        dot, size = self._dots[name], self._sizes[name]
        width, height = size.width() + _SPACING_PX, size.height()
        up, aside, aslant = 0.75 * height, width / 2 + _OFFSET_PX, width / 2 + 1.0
        rooms = []
        for dx, dy in (
            (0.0, -up),
            (0.0, up),
            (aside, 0.0),
            (-aside, 0.0),
            (aslant, -_DIAGONAL * height),
            (-aslant, -_DIAGONAL * height),
            (aslant, _DIAGONAL * height),
            (-aslant, _DIAGONAL * height),
        ):
            room = QRectF(0, 0, width, height)
            room.moveCenter(QPointF(dot.x() + dx, dot.y() + dy))
            if self._bounds.contains(room):
                rooms.append(room)
        return rooms

    def _covers_dot(self, rect: QRectF, own: tuple[float, float]) -> bool:
        """Return whether a rectangle covers a dot other than the name's own."""
        first = bisect_left(self._by_x, (rect.left(), 0.0))
        last = bisect_right(self._by_x, (rect.right(), 0.0))
        return any(
            rect.top() + _LEAD_PX < y < rect.bottom() - _LEAD_PX
            for x, y in self._by_x[first:last]
            if (x, y) != own
        )
