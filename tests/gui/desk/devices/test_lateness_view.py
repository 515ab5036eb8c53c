"""How late notes were sent: the figures as text, and the bars."""

import pytest
from pytestqt.qtbot import QtBot

from bridge.playout.protocol import Lateness
from gui.desk.devices.lateness_view import LatenessView, format_ms
from gui.desk.widgets.theme import DARK, LIGHT

SOME = Lateness((50, 100, 1000), (90, 8, 1, 1), 3_200_000)


@pytest.mark.parametrize(
    "ns, text",
    [(50_000, "0.05"), (312_000, "0.31"), (3_200_000, "3.2"), (50_000_000, "50"), (0, "0")],
)
def test_milliseconds_have_sensible_precision(ns: int, text: str) -> None:
    assert format_ms(ns) == text


@pytest.fixture
def view(qtbot: QtBot) -> LatenessView:
    view = LatenessView(DARK)
    qtbot.addWidget(view)
    view.resize(200, view.sizeHint().height())
    view.show()
    return view


def test_the_accessible_description_has_the_figures(view: LatenessView) -> None:
    assert view.accessibleDescription() == "no note yet"
    view.show_lateness(SOME)
    assert view.accessibleDescription() == "p50 0.05 ms, p99 1 ms, worst 3.2 ms"
    view.show_lateness(None)
    assert view.accessibleDescription() == "no note yet"


def test_each_bar_describes_its_count(view: LatenessView) -> None:
    assert view.bar_at(10) is None
    view.show_lateness(SOME)
    assert [view.describe_bar(bar) for bar in range(4)] == [
        "less than 0.05 ms late: 90",
        "0.05 to 0.1 ms late: 8",
        "0.1 to 1 ms late: 1",
        "1 ms late or more: 1",
    ]
    assert [view.bar_at(x) for x in (0, 49, 51, 199, 200)] == [0, 0, 1, 3, None]
    assert view.text_at(60) == "0.05 to 0.1 ms late: 8"
    assert view.text_at(300) == view.summary()


def heights(view: LatenessView, colour: str) -> list[int]:
    """Return the height of each bar of this colour, at its middle."""
    image = view.grab().toImage()
    middles = [round((bar + 0.5) * view.width() / 4) for bar in range(4)]
    return [
        sum(image.pixelColor(x, y).name() == colour for y in range(image.height())) for x in middles
    ]


def test_bars_have_the_height_of_the_logarithm(view: LatenessView) -> None:
    assert heights(view, DARK.answered) == [0] * 4
    view.show_lateness(Lateness((50, 100, 1000), (999, 31, 1, 0), 400_000))
    most, some, one, none = heights(view, DARK.answered)
    assert most > 40
    assert some == pytest.approx(most / 2, abs=2)
    assert one == pytest.approx(most / 10, abs=2)
    assert none == 0
    view.set_theme(LIGHT)
    assert heights(view, LIGHT.answered)[0] == pytest.approx(most, abs=1)


def test_empty_counts_draw_no_bars(view: LatenessView) -> None:
    view.show_lateness(Lateness((50, 100, 1000), (0, 0, 0, 0), 0))
    assert heights(view, DARK.answered) == [0] * 4
    assert view.summary() == "no note yet"
