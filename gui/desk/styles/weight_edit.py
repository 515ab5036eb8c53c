"""How a weight of the blend is edited: as a whole number of percent, with room for all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QSpinBox, QStyledItemDelegate, QWidget

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex, QPersistentModelIndex
    from PySide6.QtWidgets import QStyleOptionViewItem

_INSET_PX = 6  # as all numbers of the window


class WeightEdit(QStyledItemDelegate):
    """Lets one write a weight, or step through it."""

    def createEditor(
        self,
        parent: QWidget,
        _option: QStyleOptionViewItem,
        _index: QModelIndex | QPersistentModelIndex,
    ) -> QWidget:
        """Return a box for percents."""
        box = QSpinBox(parent)
        box.setRange(0, 100)
        box.setSuffix(self.tr(" %"))
        box.setAccessibleName(self.tr("Weight"))
        box.setToolTip(self.tr("What it takes or gives, the other styles give or take."))
        box.lineEdit().setTextMargins(_INSET_PX, 0, 0, 0)
        return box

    def updateEditorGeometry(
        self,
        editor: QWidget,
        option: QStyleOptionViewItem,
        _index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Let it be as wide as it needs to be, over the end of the name."""
        cell: QRect = option.rect
        wanted = editor.sizeHint()
        place = QRect(0, 0, max(cell.width(), wanted.width()), max(cell.height(), wanted.height()))
        place.moveCenter(cell.center())
        place.moveRight(cell.right())
        editor.setGeometry(place)
