"""Where names are written on the map of styles: beside their own dots, and through nobody else's.

A name has eight places: above its dot, below, to the right and the left, and aslant. The best that
is free is taken. That no dot lies there depends on the view alone, and is found out once for it;
that no other name does depends on who comes first, and is asked whenever it is drawn.
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
"""Names that nearly everybody knows: with them one finds one's way, so they are written first."""
_BESIDE_PX, _APART_PX = 11.0, 6.0
_LEAD_PX = 1.0
"""So much of a line is empty above its letters and below: a dot may reach into that."""
_ASLANT = 0.62


class MapNames:
    """The places that names have in one view of the map."""

    def __init__(
        self, dots: Mapping[str, QPointF], sizes: Mapping[str, QSizeF], within: QRectF
    ) -> None:
        self._dots, self._sizes, self._within = dots, sizes, within
        self._by_x = sorted((dot.x(), dot.y()) for dot in dots.values())
        self._clear = {name: tuple(self._without_dots(name)) for name in dots}

    def room(self, name: str, taken: Sequence[QRectF], *, needed: bool) -> QRectF | None:
        """Return where a name can be written; one that is needed may go through a dot."""
        rooms = self._clear[name]
        if needed:
            rooms = (*rooms, *self._rooms(name))
        return next((r for r in rooms if not any(r.intersects(other) for other in taken)), None)

    def _without_dots(self, name: str) -> list[QRectF]:
        own = (self._dots[name].x(), self._dots[name].y())
        return [room for room in self._rooms(name) if not self._is_struck(room, own)]

    def _rooms(self, name: str) -> list[QRectF]:
        """Return the places of a name that are in sight, the best first."""
        dot, size = self._dots[name], self._sizes[name]
        width, height = size.width() + _APART_PX, size.height()
        up, aside, aslant = 0.75 * height, width / 2 + _BESIDE_PX, width / 2 + 1.0
        rooms = []
        for dx, dy in (
            (0.0, -up),
            (0.0, up),
            (aside, 0.0),
            (-aside, 0.0),
            (aslant, -_ASLANT * height),
            (-aslant, -_ASLANT * height),
            (aslant, _ASLANT * height),
            (-aslant, _ASLANT * height),
        ):
            room = QRectF(0, 0, width, height)
            room.moveCenter(QPointF(dot.x() + dx, dot.y() + dy))
            if self._within.contains(room):
                rooms.append(room)
        return rooms

    def _is_struck(self, room: QRectF, own: tuple[float, float]) -> bool:
        """Tell whether a dot lies in a room, other than the name's own."""
        first = bisect_left(self._by_x, (room.left(), 0.0))
        last = bisect_right(self._by_x, (room.right(), 0.0))
        return any(
            room.top() + _LEAD_PX < y < room.bottom() - _LEAD_PX
            for x, y in self._by_x[first:last]
            if (x, y) != own
        )
