"""The percentiles of lateness, against every single note."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.io.process import LatenessHistogram
from bridge.playout.protocol import Lateness

SOME = Lateness((50, 100, 1000), (90, 8, 1, 1), 3_200_000)


@pytest.mark.parametrize(
    "share, ns", [(0.5, 50_000), (0.9, 50_000), (0.91, 100_000), (0.99, 1_000_000), (1, 3_200_000)]
)
def test_a_percentile_is_the_edge_of_its_bin(share: float, ns: int) -> None:
    assert SOME.percentile_ns(share) == ns


def test_nothing_is_later_than_the_worst() -> None:
    assert Lateness((50, 100), (4, 0, 0), 12_000).percentile_ns(0.5) == 12_000
    assert Lateness((50, 100), (0, 0, 0), 0).percentile_ns(0.5) is None


@given(st.lists(st.integers(0, 80_000_000), min_size=1), st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_a_percentile_is_the_lowest_sufficient_edge(late_ns: list[int], share: float) -> None:
    histogram = LatenessHistogram()
    for ns in late_ns:
        histogram.add(ns)
    lateness = histogram.value()
    found = lateness.percentile_ns(share)
    assert found is not None
    assert sum(ns <= found for ns in late_ns) >= share * len(late_ns)
    for edge_us in lateness.edges_us:
        if edge_us * 1000 < found:
            assert sum(ns < edge_us * 1000 for ns in late_ns) < share * len(late_ns)
