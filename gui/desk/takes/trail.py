"""The trail: the path to the current take as a row of names, and a list of all takes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from bridge.history.takes import TakeNode, TakeTree
from gui.desk.takes.model import TakesModel

_MAX_CRUMBS = 5
_MAX_NAME_LENGTH = 18
_LIST_SIZE = QSize(300, 260)


class _Popup(QFrame):
    """A popup that stays until a choice, a click beside it, or Escape.

    Qt handles those events for a frame; a view would consume them.
    """

    def __init__(self, opener: QWidget, content: QWidget) -> None:
        super().__init__(opener, Qt.WindowType.Popup)
        self._opener = opener
        self.setFocusProxy(content)
        within = QVBoxLayout(self)
        within.setContentsMargins(0, 0, 0, 0)
        within.addWidget(content)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Close on a click beside the popup; a click on the opener does not open it again."""
        on_opener = self._opener.rect().contains(
            self._opener.mapFromGlobal(event.globalPosition().toPoint())
        )
        self.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay, on_opener)
        super().mousePressEvent(event)


class TakesTrail(QWidget):
    """Shows the path from the root to the current node."""

    node_chosen = Signal(int)
    """Carries the number of the chosen node."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._takes = TakeTree()
        self._model = TakesModel(self)
        self.crumbs: list[QToolButton] = []
        self.all = QToolButton()
        self.all.setText("\N{BLACK DOWN-POINTING SMALL TRIANGLE}")
        self.all.setAutoRaise(True)
        self.all.setAccessibleName(self.tr("All takes"))
        self.all.setToolTip(self.tr("List all takes, to go to one of them."))
        self.all.clicked.connect(self._show_list)
        self.list = self._list_view()
        self.popup = _Popup(self.all, self.list)
        self.popup.resize(_LIST_SIZE)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        # A long path must not widen the window.
        self._row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._row.addWidget(self.all)
        self._row.addStretch(1)
        self.all.hide()

    def show_takes(self, takes: TakeTree) -> None:
        """Show the current node of this tree."""
        if takes == self._takes:
            return
        self._takes = takes
        self._model.show_takes(takes)
        self.list.expandAll()
        self.all.setVisible(bool(takes.nodes))
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None and widget is not self.all:
                widget.hide()
                widget.deleteLater()
        self.crumbs = []
        self._row.addWidget(self.all)
        way = () if takes.current is None else takes.path(takes.current)
        for index, number in enumerate(way):
            if index and len(way) - index < _MAX_CRUMBS:
                self._add_separator("\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}")
            if index == 0 or len(way) - index < _MAX_CRUMBS:
                self._add_crumb(number)
            elif index == 1:
                self._add_separator(" \N{HORIZONTAL ELLIPSIS}")
        self._row.addStretch(1)

    def _add_crumb(self, number: int) -> None:
        name = self._takes.root_name(number)
        short = (
            name
            if len(name) <= _MAX_NAME_LENGTH
            else name[: _MAX_NAME_LENGTH - 1] + "\N{HORIZONTAL ELLIPSIS}"
        )
        crumb = QToolButton()
        crumb.setAutoRaise(True)
        if isinstance(self._takes.nodes[number], TakeNode):
            crumb.setText(str(self._takes.sibling_number(number)))
            crumb.setAccessibleName(self.tr("Take {}").format(self._takes.sibling_number(number)))
        else:
            crumb.setText(short)
            crumb.setToolTip(name)
        font = crumb.font()
        font.setBold(number == self._takes.current)
        crumb.setFont(font)
        crumb.clicked.connect(partial(self.node_chosen.emit, number))
        self.crumbs.append(crumb)
        self._row.addWidget(crumb)

    def _add_separator(self, text: str) -> None:
        sign = QLabel(text)
        sign.setObjectName("faint")
        self._row.addWidget(sign)

    def _list_view(self) -> QTreeView:
        view = QTreeView()
        view.setModel(self._model)
        view.setHeaderHidden(True)
        view.setAccessibleName(self.tr("All takes"))
        view.activated.connect(self._choose_node)
        view.clicked.connect(self._choose_node)
        return view

    def _show_list(self) -> None:
        if self._takes.current is not None:
            self.list.setCurrentIndex(self._model.index_of(self._takes.current))
        self.popup.move(self.all.mapToGlobal(QPoint(0, -self.popup.height())))
        self.popup.show()
        self.list.setFocus()

    def _choose_node(self, index: QModelIndex) -> None:
        number = self._model.node_number(index)
        self.popup.hide()
        if number is not None:
            self.node_chosen.emit(number)
