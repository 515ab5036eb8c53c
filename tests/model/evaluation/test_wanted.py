"""The wanted ranges of figures."""

import math

import pytest

from model.evaluation.wanted import Range, wanted_range


@pytest.mark.parametrize(
    "figure,truth,inside,outside",
    [
        ("clash", 0.2, (0.0, 0.219), (0.221,)),
        ("notes", 50.0, (43.0, 57.0), (42.0, 58.0)),
        ("in key", 0.94, (0.921, 0.959), (0.919, 0.961)),
        ("next half bar", 0.7, (0.5, 0.8), (0.81,)),
        ("chroma 8", 0.68, (0.651, 1.0), (0.649,)),
        ("bass 4", 0.51, (0.45, 1.0), (0.44,)),
        ("on grid", 0.5, (0.451, 0.549), (0.449, 0.551)),
        ("pitch entropy", 2.0, (1.81, 2.19), (1.79, 2.21)),
    ],
)
def test_a_range_follows_from_the_truth(
    figure: str, truth: float, inside: tuple[float, ...], outside: tuple[float, ...]
) -> None:
    found = wanted_range(figure, truth)
    assert found is not None
    assert all(value in found for value in inside)
    assert not any(value in found for value in (*outside, math.nan))


def test_not_every_figure_has_a_wanted_range() -> None:
    assert wanted_range("velocity", 76.0) is None


def test_a_range_is_written_with_the_ends_that_it_has() -> None:
    assert str(Range(high=0.8)) == "≤ 0.8"
    assert str(Range(0.45)) == "≥ 0.45"
    assert str(Range(0.9, 1.1)) == "0.9 to 1.1"
