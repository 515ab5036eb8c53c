"""The grid of a player's rhythm."""

from model.decoding.grid import detect_grid


def test_free_playing_has_no_grid() -> None:
    assert detect_grid([0, 13, 25, 38, 47, 61]) is None
    assert detect_grid([]) is None
    assert detect_grid([47, 11, 25, 38, 47, 18]) is None


def test_human_timing_has_no_grid() -> None:
    assert detect_grid([47, 11, 25, 38, 47, 34]) is None


def test_thirty_seconds_belong_to_the_grid_if_they_are_played() -> None:
    assert detect_grid([0, 12, 24, 36]) == frozenset({0, 12, 16, 24, 32, 36})
    thirty_seconds = frozenset({0, 6, 12, 16, 18, 24, 30, 32, 36, 42})
    assert detect_grid([0, 6, 12, 18, 24]) == thirty_seconds
