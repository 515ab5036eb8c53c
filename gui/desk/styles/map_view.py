"""The map of styles: a puck to place where the style should be.

On a name, the puck chooses that style. Between names, it chooses a blend of the nearest ones
(`export.styles.space`). Lines from the puck show the blend, as strong as the weights. Names are
written where there is room, the important ones first: the styles that play, the one under the
mouse and its neighbours, and search results. The wheel zooms, and zooming makes room for names.
Dragging with Shift draws a path, which can be played as a slow morph.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from bridge.messages.settings import shares
from gui.desk.styles.map_names import LANDMARKS, LabelLayout
from gui.desk.widgets.picture import FocusFrameWidget

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bridge.messages.settings import Style
    from export.styles.space import Point, StyleSpace
    from gui.desk.widgets.theme import Theme

_MARGIN_PX = 26.0
_HOVER_DISTANCE_PX = 14.0  # a click this near to a dot chooses its name
_MAX_ZOOM = 8.0
_NUDGE = 0.01
_PATH_STEP_PX = 6.0
_WHEEL_NOTCH = 120
_PUCK_PX = 9.0


class _Gesture(enum.Enum):
    """What the mouse does while its button is down."""

    NONE = enum.auto()
    PRESS = enum.auto()  # on a name, until it has moved far enough for a drag
    DRAG = enum.auto()
    DRAW = enum.auto()


class MapView(FocusFrameWidget):
    """Shows the styles at their positions, and the puck among them."""

    chosen = Signal(object)
    """Carries the chosen style."""
    path_drawn = Signal(object)
    """Carries the points of the path that was drawn, at least two."""
    released = Signal()
    """Emitted when the mouse releases the puck, a name or a path."""

    def __init__(self, space: StyleSpace, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._space, self._theme = space, theme
        self._style: Style = ()
        self._puck: Point | None = None
        self._matches: frozenset[str] | None = None  # None without a search
        self._label_cache: tuple[object, LabelLayout] | None = None  # with the view it belongs to
        self._hovered: str | None = None
        self._path: list[Point] = []
        self._gesture = _Gesture.NONE
        self._press_position: QPointF | None = None  # where a name was pressed
        self._zoom, self._centre = 1.0, (0.5, 0.5)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(260, 200)
        self.setAccessibleName(self.tr("Map of styles"))
        self.setAccessibleDescription(
            self.tr(
                "Arrow keys move the puck, plus and minus zoom. With the mouse: click a name for "
                "one style, drag the puck for a blend, hold Shift and drag to draw a path."
            )
        )

    # Display.

    @property
    def puck(self) -> Point | None:
        """The position of the puck, or None if no style is chosen."""
        return self._puck

    @property
    def path(self) -> tuple[Point, ...]:
        """The path that was drawn."""
        return tuple(self._path)

    @property
    def is_held(self) -> bool:
        """Whether the mouse holds the puck, a name or the end of a path."""
        return self._gesture is not _Gesture.NONE

    def show_style(self, style: Style) -> None:
        """Show a style; the puck stays if its position already means that style."""
        if style == self._style:
            return
        self._style = style
        if self._puck is None or dict(self._space.blend_at(self._puck)) != dict(style):
            self._puck = self._space.position_of(style)
        self.update()

    def show_puck(self, point: Point) -> None:
        """Show the puck at a point, whatever the blend."""
        self._puck = point
        self.update()

    def show_matches(self, names: Sequence[str] | None) -> None:
        """Highlight the names that a search found; None ends the search."""
        self._matches = None if names is None else frozenset(names)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self._theme = theme
        self.update()

    def clear_path(self) -> None:
        """Clear the path."""
        self._path = []
        self.update()

    def sizeHint(self) -> QSize:
        """Return the preferred size."""
        return QSize(420, 320)

    # Geometry.

    def map_to_widget(self, point: Point) -> QPointF:
        """Return where a point of the map is drawn."""
        width, height = self._extent()
        x, y = ((at - middle) * self._zoom for at, middle in zip(point, self._centre, strict=True))
        return QPointF(self.width() / 2 + x * width, self.height() / 2 - y * height)

    def widget_to_map(self, position: QPointF) -> Point:
        """Return the point of the map at a position; the inverse of `map_to_widget`."""
        width, height = self._extent()
        x = self._centre[0] + (position.x() - self.width() / 2) / (width * self._zoom)
        y = self._centre[1] - (position.y() - self.height() / 2) / (height * self._zoom)
        return min(1.0, max(0.0, x)), min(1.0, max(0.0, y))

    def name_at(self, position: QPointF) -> str | None:
        """Return the name whose dot is near a position."""
        near = [
            (gap.manhattanLength(), name)
            for name, dot in self._dot_positions()
            if (gap := dot - position).manhattanLength() < _HOVER_DISTANCE_PX
        ]
        return min(near)[1] if near else None

    def _extent(self) -> tuple[float, float]:
        return (
            max(1.0, self.width() - 2 * _MARGIN_PX),
            max(1.0, self.height() - 2 * _MARGIN_PX),
        )

    def _dot_positions(self) -> Iterator[tuple[str, QPointF]]:
        for name, (x, y) in zip(self._space.names, self._space.positions, strict=True):
            yield name, self.map_to_widget((float(x), float(y)))

    # Input.

    def _move_puck(self, point: Point) -> None:
        self._puck = point
        self._set_style(self._space.blend_at(point))

    def _set_style(self, style: Style) -> None:
        self._style = style
        self.chosen.emit(style)
        self.update()

    def choose_style(self, name: str) -> None:
        """Choose a single style."""
        self._puck = self._space.position_of(((name, 1.0),))
        self._set_style(((name, 1.0),))

    def zoom_by(self, factor: float, position: QPointF | None = None) -> None:
        """Zoom in, or out if `factor` is below 1; the point at `position` stays in place."""
        fixed = QPointF(self.width() / 2, self.height() / 2) if position is None else position
        before = self.widget_to_map(fixed)
        self._zoom = min(_MAX_ZOOM, max(1.0, self._zoom * factor))
        after = self.widget_to_map(fixed)
        room = 0.5 / self._zoom
        x, y = (
            min(1 - room, max(room, middle + was - now))
            for middle, was, now in zip(self._centre, before, after, strict=True)
        )
        self._centre = (x, y)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a name, grab the puck, or start a path."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        self._gesture = _Gesture.PRESS
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._gesture, self._hovered = _Gesture.DRAW, None
            self._path = [self.widget_to_map(event.position())]
        elif (name := self.name_at(event.position())) is not None:
            self._press_position = event.position()
            self.choose_style(name)
        else:
            self._press_position = None
            self._drag_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the puck, extend the path, or update the hovered name."""
        if self._gesture is _Gesture.DRAW:
            gap = self.map_to_widget(self._path[-1]) - event.position()
            if gap.manhattanLength() >= _PATH_STEP_PX:
                self._path.append(self.widget_to_map(event.position()))
        elif self._gesture is _Gesture.DRAG or (
            event.buttons() & Qt.MouseButton.LeftButton and self._is_drag(event.position())
        ):
            self._drag_to(event.position())
        elif (name := self.name_at(event.position())) != self._hovered:
            self._hovered = name
        else:
            return
        self.update()

    def _drag_to(self, position: QPointF) -> None:
        """Move the puck; names on the way do not count as hovered."""
        self._gesture, self._hovered = _Gesture.DRAG, None
        self._move_puck(self.widget_to_map(position))

    def _is_drag(self, position: QPointF) -> bool:
        """Return whether the mouse, pressed on a name, has moved far enough to drag the puck."""
        return (
            self._press_position is None
            or (position - self._press_position).manhattanLength() >= _HOVER_DISTANCE_PX
        )

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Release the puck or end the path, and update the hovered name."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if self._gesture is _Gesture.DRAW and len(self._path) > 1:
            self.path_drawn.emit(tuple(self._path))
        self._gesture = _Gesture.NONE
        self._hovered = self.name_at(event.position())
        self.update()
        self.released.emit()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Show the whole map."""
        self._zoom, self._centre = 1.0, (0.5, 0.5)
        self.update()

    def leaveEvent(self, _event: QEvent) -> None:
        """Clear the hovered name."""
        self._hovered = None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the mouse."""
        self.zoom_by(1.25 ** (event.angleDelta().y() / _WHEEL_NOTCH), event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the puck, or zoom."""
        ways = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        key = Qt.Key(event.key())
        if key in ways:
            x, y = self._puck or (0.5, 0.5)
            dx, dy = ways[key]
            nudge = _NUDGE / self._zoom
            self._move_puck(
                (min(1.0, max(0.0, x + dx * nudge)), min(1.0, max(0.0, y + dy * nudge)))
            )
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(1.25)
        elif key is Qt.Key.Key_Minus:
            self.zoom_by(0.8)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Show a tooltip with the styles similar to the one under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            name = self.name_at(QPointF(event.pos()))
            text = ""
            if name is not None:
                like = ", ".join(self._space.neighbours(name))
                text = self.tr("{}\nSimilar for the network: {}").format(name, like)
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the dots, the names, the path, and the puck with its blend."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), QColor(self._theme.panel))
        dots = dict(self._dot_positions())
        near = self._space.neighbours(self._hovered) if self._hovered else ()
        if self._hovered:
            painter.setPen(QPen(QColor(self._theme.strong_line), 1))
            for name in near:
                painter.drawLine(dots[self._hovered], dots[name])
        self._paint_path(painter)
        self._paint_puck(painter, dots)
        self._paint_names(painter, dots, near)
        self.paint_frame(painter, self._theme.accent)

    def _paint_path(self, painter: QPainter) -> None:
        if len(self._path) > 1:
            painter.setPen(QPen(QColor(self._theme.accent), 2, Qt.PenStyle.DashLine))
            painter.drawPolyline([self.map_to_widget(point) for point in self._path])

    def _paint_puck(self, painter: QPainter, dots: dict[str, QPointF]) -> None:
        if self._puck is None:
            return
        accent, centre = QColor(self._theme.accent), self.map_to_widget(self._puck)
        for name, weight in shares(self._style):
            if name in dots:
                painter.setPen(QPen(accent, 1 + 5 * weight))
                painter.drawLine(centre, dots[name])
        painter.setBrush(accent)
        painter.setPen(QPen(QColor(self._theme.panel), 2))
        painter.drawEllipse(centre, _PUCK_PX, _PUCK_PX)

    def _paint_names(
        self, painter: QPainter, dots: dict[str, QPointF], near: Sequence[str]
    ) -> None:
        theme = self._theme
        played = {name for name, _ in self._style}
        first = [self._hovered] if self._hovered else []
        ordered = dict.fromkeys(
            name
            for name in (*played, *first, *near, *sorted(self._matches or ()), *LANDMARKS, *dots)
            if name in dots
        )
        occupied: list[QRectF] = []
        if self._puck is not None:
            puck = self.map_to_widget(self._puck)
            occupied.append(
                QRectF(puck.x() - _PUCK_PX, puck.y() - _PUCK_PX, 2 * _PUCK_PX, 2 * _PUCK_PX)
            )
        names = self._label_layout(dots)
        for name in ordered:
            found = self._matches is not None and name in self._matches
            strong = name in played or name == self._hovered or found
            faint = self._matches is not None and not strong
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.strong_line if faint else theme.faint))
            painter.drawEllipse(dots[name], 2.0, 2.0)
            room = (
                None
                if faint
                else names.label_rect(name, occupied, required=strong or name in LANDMARKS)
            )
            if room is None:
                continue
            occupied.append(room)
            painter.setPen(QColor(theme.text if strong or name in near else theme.faint))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, name)

    def _label_layout(self, dots: dict[str, QPointF]) -> LabelLayout:
        """Return the label positions of this view; they are cached until the view changes."""
        seen = self.size(), self._zoom, self._centre, self.font().key()
        if self._label_cache is None or self._label_cache[0] != seen:
            metrics = QFontMetricsF(self.font())
            sizes = {name: QRectF(metrics.boundingRect(name)).size() for name in dots}
            self._label_cache = seen, LabelLayout(dots, sizes, QRectF(self.rect()))
        return self._label_cache[1]
