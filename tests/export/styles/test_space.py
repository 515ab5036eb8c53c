"""Blends at points of the map, neighbours, search, and paths."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.styles.own import load_installed_artefact
from export.styles.space import MAX_BLENDED, StyleSpace, point_along

SPACE = StyleSpace.from_artefact(load_installed_artefact())
shares = st.floats(0, 1)


@given(shares, shares)
def test_a_blend_is_of_few_styles_and_its_weights_add_up(x: float, y: float) -> None:
    blend = SPACE.blend_at((x, y))
    assert 1 <= len(blend) <= MAX_BLENDED
    assert sum(weight for _, weight in blend) == pytest.approx(1, abs=0.003)
    assert [weight for _, weight in blend] == sorted((w for _, w in blend), reverse=True)


@pytest.mark.parametrize("name", ["bach", "chopin", "irish folk"])
def test_a_point_on_a_name_plays_that_style(name: str) -> None:
    x, y = SPACE.positions[SPACE.names.index(name)]
    assert SPACE.blend_at((float(x), float(y))) == ((name, 1.0),)
    assert SPACE.position_of(((name, 1.0),)) == pytest.approx((x, y))


@given(shares, shares, shares, shares)
def test_a_blend_changes_without_jumps(x1: float, y1: float, x2: float, y2: float) -> None:
    """Where styles lie close together it changes fast: a step that is too large is divided."""

    def moved(begin: float, end: float) -> float:
        before, after = (
            dict(SPACE.blend_at(point_along([(x1, y1), (x2, y2)], at))) for at in (begin, end)
        )
        return sum(abs(before.get(n, 0) - after.get(n, 0)) for n in before | after)

    for step in range(1000):
        begin, end = step / 1000, (step + 1) / 1000
        if moved(begin, end) >= 0.4:
            finer = np.linspace(begin, end, 65).tolist()
            assert max(moved(*pair) for pair in pairwise(finer)) < 0.2


def test_halfway_between_two_names_is_half_of_each() -> None:
    positions = np.array([[0.0, 0.0], [1.0, 0.0]], np.float32)
    space = StyleSpace(("a", "b"), positions, np.eye(2, dtype=np.float32))
    assert dict(space.blend_at((0.5, 0.0))) == {"a": 0.5, "b": 0.5}
    assert dict(space.blend_at((0.25, 0.0)))["a"] > 0.8


def test_neighbours_are_the_most_similar_styles() -> None:
    near = SPACE.neighbours("bach")
    assert len(near) == 5
    assert "bach" not in near
    assert "bach chorale" in SPACE.neighbours("bach", 40)
    row = SPACE.similarity[SPACE.names.index("bach")]
    likes = [row[SPACE.names.index(name)] for name in near]
    assert likes == sorted(likes, reverse=True)


def test_a_search_finds_all_words_and_beginnings_first() -> None:
    assert SPACE.search("bach")[:2] == ("bach", "bach chorale")
    both = set(SPACE.search("sacred baroque"))
    assert both
    assert both == set(SPACE.search("sacred")) & set(SPACE.search("baroque"))
    assert SPACE.search("") == tuple(sorted(SPACE.names))
    assert SPACE.search("no such") == ()


def test_a_path_has_one_speed() -> None:
    path = [(0.0, 0.0), (0.3, 0.0), (0.3, 0.1)]
    assert point_along(path, 0.0) == (0.0, 0.0)
    assert point_along(path, 0.375) == pytest.approx((0.15, 0.0))
    assert point_along(path, 0.875) == pytest.approx((0.3, 0.05))
    assert point_along(path, 1.0) == pytest.approx((0.3, 0.1))
    assert point_along([(0.2, 0.2)], 0.5) == (0.2, 0.2)
    assert point_along([(0.2, 0.2), (0.2, 0.2)], 0.5) == (0.2, 0.2)


def test_a_blend_of_unknown_styles_has_no_position() -> None:
    assert SPACE.position_of(()) is None
    assert SPACE.position_of((("no such style", 1.0),)) is None
