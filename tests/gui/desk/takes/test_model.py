"""The tree of takes, under Qt's model tester."""

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from pytestqt.modeltest import ModelTester

from bridge.history.takes import TakeTree
from gui.desk.takes.model import TakesModel
from tests.gui.desk.takes.examples import MINUET, tree


def labels(model: QAbstractItemModel, parent: QModelIndex | None = None) -> list[object]:
    """Return what a view would show, as nested lists."""
    under = parent or QModelIndex()
    indexes = [model.index(row, 0, under) for row in range(model.rowCount(under))]
    return [[index.data(), *labels(model, index)] for index in indexes]


def test_it_shows_each_continuation_below_its_parent(qtmodeltester: ModelTester) -> None:
    model = TakesModel()
    qtmodeltester.check(model)
    assert labels(model) == []
    model.show_takes(tree().with_root(MINUET, "another"))
    qtmodeltester.check(model)
    assert labels(model) == [
        [
            "minuet",
            ["Take 1 · 2 notes · chopin"],
            ["Take 2 · 1 note · chopin", ["Take 1 · 1 note · chopin"]],
        ],
        ["another"],
    ]


def test_the_current_node_stands_out(qtmodeltester: ModelTester) -> None:
    model = TakesModel()
    model.show_takes(tree())
    qtmodeltester.check(model)
    bold = [
        number
        for number in range(4)
        if (font := model.index_of(number).data(Qt.ItemDataRole.FontRole)) and font.bold()
    ]
    assert bold == [3]
    assert [model.node_number(model.index_of(number)) for number in range(4)] == [0, 1, 2, 3]


def test_it_follows_the_tree(qtmodeltester: ModelTester) -> None:
    model = TakesModel()
    model.show_takes(tree())
    model.show_takes(TakeTree())
    qtmodeltester.check(model)
    assert model.rowCount() == 0
