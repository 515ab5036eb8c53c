"""The editor of a weight in the blend: a whole number of percent, in a box of sufficient width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QSpinBox, QStyledItemDelegate, QWidget

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex, QPersistentModelIndex
    from PySide6.QtWidgets import QStyleOptionViewItem

_INSET_PX = 6  # as for all numbers in the window


class WeightEdit(QStyledItemDelegate):
    """Edits a weight by typing or stepping."""

    def createEditor(
        self,
        parent: QWidget,
        _option: QStyleOptionViewItem,
        _index: QModelIndex | QPersistentModelIndex,
    ) -> QWidget:
        """Return a spin box for a percentage."""
        box = QSpinBox(parent)
        box.setRange(0, 100)
        box.setSuffix(self.tr(" %"))
        box.setAccessibleName(self.tr("Weight"))
        box.setToolTip(self.tr("The other weights change in proportion; the sum stays 100."))
        box.lineEdit().setTextMargins(_INSET_PX, 0, 0, 0)
        return box

    def updateEditorGeometry(
        self,
        editor: QWidget,
        option: QStyleOptionViewItem,
        _index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Make the editor as wide as it needs to be, over the end of the name."""
        cell: QRect = option.rect
        wanted = editor.sizeHint()
        place = QRect(0, 0, max(cell.width(), wanted.width()), max(cell.height(), wanted.height()))
        place.moveCenter(cell.center())
        place.moveRight(cell.right())
        editor.setGeometry(place)
