"""The blend as a list, under Qt's model tester."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from bridge.messages.settings import Style
from gui.desk.styles.blend_model import NAME_COLUMN, WEIGHT_COLUMN, BlendModel

THREE: Style = (("bach", 0.2), ("jazz", 0.5), ("hymn", 0.3))


@pytest.fixture
def model(qtmodeltester: ModelTester) -> BlendModel:
    model = BlendModel()
    model.show_style(THREE)
    qtmodeltester.check(model)
    return model


def shown(model: BlendModel) -> list[tuple[str, str]]:
    rows = range(model.rowCount())
    return [
        (model.index(r, NAME_COLUMN).data(), model.index(r, WEIGHT_COLUMN).data()) for r in rows
    ]


def test_the_largest_weight_is_first(model: BlendModel) -> None:
    assert shown(model) == [("jazz", "50 %"), ("hymn", "30 %"), ("bach", "20 %")]
    model.show_style((("jazz", 3.0), ("hymn", 1.0)))
    assert shown(model) == [("jazz", "75 %"), ("hymn", "25 %")]
    model.show_style(())
    assert shown(model) == []


def test_the_same_names_with_other_weights_change_in_place(model: BlendModel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.dataChanged), qtbot.assertNotEmitted(model.modelReset):
        model.show_style((("bach", 0.1), ("jazz", 0.5), ("hymn", 0.4)))
    assert shown(model)[1] == ("hymn", "40 %")


def test_changing_a_weight_changes_the_others(model: BlendModel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.chosen) as asked:
        assert model.setData(model.index(0, WEIGHT_COLUMN), 75)
    (style,) = asked.args
    assert dict(style) == pytest.approx({"jazz": 0.75, "hymn": 0.15, "bach": 0.1})


def test_a_weight_of_zero_removes_a_style(model: BlendModel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.chosen) as asked:
        model.setData(model.index(2, WEIGHT_COLUMN), 0)
    assert dict(asked.args[0]) == pytest.approx({"jazz": 0.625, "hymn": 0.375})
    with qtbot.waitSignal(model.chosen) as asked:
        model.remove(0)
    assert dict(asked.args[0]) == pytest.approx({"hymn": 0.6, "bach": 0.4})


def test_names_and_a_single_weight_are_read_only(model: BlendModel) -> None:
    assert not model.index(0, NAME_COLUMN).flags() & Qt.ItemFlag.ItemIsEditable
    assert model.index(0, WEIGHT_COLUMN).flags() & Qt.ItemFlag.ItemIsEditable
    assert not model.setData(model.index(0, NAME_COLUMN), "salsa")
    model.show_style((("bach", 1.0),))
    assert not model.setData(model.index(0, WEIGHT_COLUMN), 50)


@pytest.mark.parametrize("column", [NAME_COLUMN, WEIGHT_COLUMN])
def test_the_tooltip_describes_editing(model: BlendModel, column: int) -> None:
    def tip() -> str:
        return str(model.index(0, column).data(Qt.ItemDataRole.ToolTipRole))

    assert tip() == "jazz\nDouble-click the weight to change it; Delete removes the style."
    model.show_style((("jazz", 1.0),))  # a single weight is read-only
    assert "Double-click" not in tip()
