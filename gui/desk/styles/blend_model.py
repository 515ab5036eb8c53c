"""The blend as a list: style names and their weights in percent, each of which can be edited.

When one weight changes, the others change in proportion, so that the sum is always 100.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from bridge.messages.settings import shares

if TYPE_CHECKING:
    from bridge.messages.settings import Style

NAME_COLUMN, WEIGHT_COLUMN = 0, 1
_NO_PARENT = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex


class BlendModel(QAbstractTableModel):
    """The table model of a style's names and weights."""

    chosen = Signal(object)
    """Carries the chosen style."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._style: Style = ()

    @property
    def style(self) -> Style:
        """Return the style that is shown."""
        return self._style

    def show_style(self, style: Style) -> None:
        """Show a style, the largest weight first."""
        shown = tuple(sorted(shares(style), key=lambda pair: -pair[1]))
        if [name for name, _ in shown] == [name for name, _ in self._style]:
            self._style = shown
            if shown:
                last = self.index(len(shown) - 1, WEIGHT_COLUMN)
                self.dataChanged.emit(self.index(0, WEIGHT_COLUMN), last)
            return
        self.beginResetModel()
        self._style = shown
        self.endResetModel()

    def remove(self, row: int) -> None:
        """Request the blend without one of its styles."""
        self.chosen.emit(shares(tuple(p for at, p in enumerate(self._style) if at != row)))

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return the number of styles."""
        return 0 if parent.isValid() else len(self._style)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return 2: name and weight."""
        return 0 if parent.isValid() else 2

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a name or a weight in percent, or a tooltip."""
        if not index.isValid():
            return None
        name, weight = self._style[index.row()]
        roles = Qt.ItemDataRole
        values: dict[int, Any] = {roles.ToolTipRole: f"{name}\n{self._edit_hint()}"}
        if index.column() == NAME_COLUMN:
            values[roles.DisplayRole] = name
        else:
            percent = round(100 * weight)
            values[roles.DisplayRole], values[roles.EditRole] = f"{percent} %", percent
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            values[roles.TextAlignmentRole] = right
        return values.get(role)

    def _edit_hint(self) -> str:
        if len(self._style) == 1:
            return self.tr("Drag the puck away from its name to blend it with others.")
        return self.tr("Double-click the weight to change it; Delete removes the style.")

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Request the blend in which one style has this percentage."""
        if (
            not index.isValid()
            or index.column() != WEIGHT_COLUMN
            or role != Qt.ItemDataRole.EditRole
        ):
            return False
        share = min(1.0, max(0.0, float(value) / 100))
        rest = 1 - self._style[index.row()][1]
        asked = tuple(
            (name, share if at == index.row() else weight * (1 - share) / rest if rest else 0.0)
            for at, (name, weight) in enumerate(self._style)
        )
        if len(asked) > 1:
            self.chosen.emit(tuple((name, weight) for name, weight in asked if weight > 0))
        return len(asked) > 1

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Make the weights editable."""
        flags = super().flags(index)
        if index.isValid() and index.column() == WEIGHT_COLUMN:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return a column's title."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Style"), self.tr("Weight"))[section]
        return None
