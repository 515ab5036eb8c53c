"""The tree of takes as a Qt item model: roots, their continuations, and so on."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from bridge.history.takes import TakeNode, TakeTree

_NO_PARENT = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex


class TakesModel(QAbstractItemModel):
    """Shows a tree of takes; each index carries the number of its node."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._takes = TakeTree()

    def show_takes(self, takes: TakeTree) -> None:
        """Show this tree."""
        self.beginResetModel()
        self._takes = takes
        self.endResetModel()

    def node_number(self, index: _Index) -> int | None:
        """Return the number of an index's node, or None for no node."""
        return int(index.internalId()) if index.isValid() else None

    def index_of(self, number: int) -> QModelIndex:
        """Return the index of a node."""
        return self.createIndex(self._takes.sibling_number(number) - 1, 0, number)

    def index(self, row: int, column: int, parent: _Index = _NO_PARENT) -> QModelIndex:
        """Return the index of a child."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, self._takes.children(self.node_number(parent))[row])

    def parent(self, index: _Index) -> QModelIndex:  # type: ignore[override]
        """Return the index that a node continues."""
        number = self.node_number(index)
        before = None if number is None else self._takes.parent(number)
        return QModelIndex() if before is None else self.index_of(before)

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return the number of continuations."""
        return 0 if parent.column() > 0 else len(self._takes.children(self.node_number(parent)))

    def columnCount(self, _parent: _Index = _NO_PARENT) -> int:
        """Return 1: the label."""
        return 1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a node's label; the current node's font is bold."""
        number = self.node_number(index)
        if number is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._label(number)
        if role == Qt.ItemDataRole.FontRole and number == self._takes.current:
            font = QFont()
            font.setBold(True)
            return font
        return None

    def _label(self, number: int) -> str:
        node = self._takes.nodes[number]
        if not isinstance(node, TakeNode):
            return node.name
        title = self.tr("Take {}").format(self._takes.sibling_number(number))
        count = len(node.notes)
        notes = self.tr("1 note") if count == 1 else self.tr("{} notes").format(count)
        style = ", ".join(name for name, _ in node.settings.style)
        return " · ".join(part for part in (title, notes, style) if part)
