"""How late notes went out: the figures against every single note, and the bars on the screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from bridge.io.process import LatenessHistogram
from bridge.playout.protocol import Lateness
from gui.desk.devices.lateness_view import LatenessView, format_ms, percentile_ns
from gui.desk.widgets.theme import DARK, LIGHT

SOME = Lateness((50, 100, 1000), (90, 8, 1, 1), 3_200_000)


@pytest.mark.parametrize(
    "share, ns", [(0.5, 50_000), (0.9, 50_000), (0.91, 100_000), (0.99, 1_000_000), (1, 3_200_000)]
)
def test_a_share_is_within_the_end_of_its_span(share: float, ns: int) -> None:
    assert percentile_ns(SOME, share) == ns


def test_nothing_is_later_than_the_worst() -> None:
    assert percentile_ns(Lateness((50, 100), (4, 0, 0), 12_000), 0.5) == 12_000
    assert percentile_ns(Lateness((50, 100), (0, 0, 0), 0), 0.5) is None


@given(st.lists(st.integers(0, 80_000_000), min_size=1), st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_so_many_are_within_it_and_the_next_span_would_not_do(
    late_ns: list[int], share: float
) -> None:
    histogram = LatenessHistogram()
    for ns in late_ns:
        histogram.add(ns)
    lateness = histogram.value()
    found = percentile_ns(lateness, share)
    assert found is not None
    assert sum(ns <= found for ns in late_ns) >= share * len(late_ns)
    for edge_us in lateness.edges_us:
        if edge_us * 1000 < found:
            assert sum(ns < edge_us * 1000 for ns in late_ns) < share * len(late_ns)


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
