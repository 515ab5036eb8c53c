"""Where names are written: beside their own dots and clear of all others."""

import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from export.styles.space import StyleSpace
from gui.desk.styles.map_names import LANDMARKS, LabelLayout
from gui.desk.styles.map_view import MapView
from gui.desk.widgets.theme import DARK

VIEW = QRectF(0, 0, 200, 200)
SIZE = QSizeF(60, 14)


def names(**dots: tuple[float, float]) -> LabelLayout:
    places = {name: QPointF(*place) for name, place in dots.items()}
    return LabelLayout(places, dict.fromkeys(places, SIZE), VIEW)


def test_a_single_name_is_above_its_dot() -> None:
    room = names(bach=(100, 100)).label_rect("bach", (), required=False)
    assert room is not None
    assert room.center().x() == 100
    assert room.bottom() < 100


def test_it_avoids_other_names_and_the_edge() -> None:
    alone = names(bach=(100, 100))
    above = alone.label_rect("bach", (), required=False)
    assert above is not None
    below = alone.label_rect("bach", (above,), required=False)
    assert below is not None
    assert below.top() > 100
    at_the_top = names(bach=(100, 3)).label_rect("bach", (), required=False)
    assert at_the_top is not None
    assert at_the_top.top() > 0


def test_it_avoids_other_dots() -> None:
    room = names(bach=(100, 100), haydn=(110, 90)).label_rect("bach", (), required=False)
    assert room is not None
    assert not room.contains(110, 90)


def test_among_many_dots_only_required_names_are_written() -> None:
    many = {f"dot {x} {y}": (x, y) for x in range(5, 200, 10) for y in range(5, 200, 10)}
    crowd = names(bach=(100, 100), **many)
    assert crowd.label_rect("bach", (), required=False) is None
    assert crowd.label_rect("bach", (), required=True) is not None
    assert crowd.label_rect("bach", (VIEW,), required=True) is None


@pytest.mark.parametrize("width,height,enough", [(380, 450, 40), (800, 700, 120)])
def test_the_map_shows_many_names_and_none_covers_a_dot(
    space: StyleSpace, qtbot: QtBot, width: int, height: int, enough: int
) -> None:
    view = MapView(space, DARK)
    qtbot.addWidget(view)
    view.resize(width, height)
    dots = {
        name: view.map_to_widget((float(x), float(y)))
        for name, (x, y) in zip(space.names, space.positions, strict=True)
    }
    metrics = QFontMetricsF(view.font())
    sizes = {name: metrics.boundingRect(name).size() for name in dots}
    layout, written = LabelLayout(dots, sizes, QRectF(view.rect())), dict[str, QRectF]()
    for name in dots:
        room = layout.label_rect(name, tuple(written.values()), required=False)
        if room is not None:
            written[name] = room
    assert len(written) >= enough
    for name, room in written.items():
        letters = room.adjusted(0, 2, 0, -2)
        assert not [other for other in dots if other != name and letters.contains(dots[other])]


def test_most_landmarks_are_styles_of_the_shipped_model(space: StyleSpace) -> None:
    assert len(set(LANDMARKS)) == len(LANDMARKS)
    assert sum(name in space.names for name in LANDMARKS) > 24
