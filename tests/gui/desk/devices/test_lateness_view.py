"""How late notes went out: the figures in words, and the bars on the screen."""

import pytest
from pytestqt.qtbot import QtBot

from bridge.playout.protocol import Lateness
from gui.desk.devices.lateness_view import LatenessView, format_ms
from gui.desk.widgets.theme import DARK, LIGHT

SOME = Lateness((50, 100, 1000), (90, 8, 1, 1), 3_200_000)


@pytest.mark.parametrize(
    "ns, told",
    [(50_000, "0.05"), (312_000, "0.31"), (3_200_000, "3.2"), (50_000_000, "50"), (0, "0")],
)
def test_milliseconds_are_as_exact_as_one_wants_to_know(ns: int, told: str) -> None:
    assert format_ms(ns) == told


@pytest.fixture
def view(qtbot: QtBot) -> LatenessView:
    view = LatenessView(DARK)
    qtbot.addWidget(view)
    view.resize(200, view.sizeHint().height())
    view.show()
    return view


def test_the_figures_are_there_for_who_sees_no_bars(view: LatenessView) -> None:
    assert view.accessibleDescription() == "no note yet"
    view.show_lateness(SOME)
    assert view.accessibleDescription() == "p50 0.05 ms, p99 1 ms, worst 3.2 ms"
    view.show_lateness(None)
    assert view.accessibleDescription() == "no note yet"


def test_each_bar_tells_what_it_counts(view: LatenessView) -> None:
    assert view.bar_at(10) is None
    view.show_lateness(SOME)
    assert [view.describe_bar(bar) for bar in range(4)] == [
        "less than 0.05 ms late: 90",
        "0.05 to 0.1 ms late: 8",
        "0.1 to 1 ms late: 1",
        "1 ms late and more: 1",
    ]
    assert [view.bar_at(x) for x in (0, 49, 51, 199, 200)] == [0, 0, 1, 3, None]
    assert view.text_at(60) == "0.05 to 0.1 ms late: 8"
    assert view.text_at(300) == view.summary()


def heights(view: LatenessView, colour: str) -> list[int]:
    """Return how high the bars of this colour are in the middle."""
    image = view.grab().toImage()
    middles = [round((bar + 0.5) * view.width() / 4) for bar in range(4)]
    return [
        sum(image.pixelColor(x, y).name() == colour for y in range(image.height())) for x in middles
    ]


def test_bars_are_as_high_as_the_logarithm_of_what_they_count(view: LatenessView) -> None:
    assert heights(view, DARK.answered) == [0] * 4
    view.show_lateness(Lateness((50, 100, 1000), (999, 31, 1, 0), 400_000))
    most, some, one, none = heights(view, DARK.answered)
    assert most > 40
    assert some == pytest.approx(most / 2, abs=2)
    assert one == pytest.approx(most / 10, abs=2)
    assert none == 0
    view.set_theme(LIGHT)
    assert heights(view, LIGHT.answered)[0] == pytest.approx(most, abs=1)


def test_counts_of_nothing_are_drawn_as_nothing(view: LatenessView) -> None:
    view.show_lateness(Lateness((50, 100, 1000), (0, 0, 0, 0), 0))
    assert heights(view, DARK.answered) == [0] * 4
    assert view.summary() == "no note yet"
