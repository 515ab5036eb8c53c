"""Names on the map have room, and neighbours stay neighbours."""

import numpy as np

from model.style_map import label_sizes, map_positions, separate

NAMES = [f"style number {index}" for index in range(120)]


def overlaps(names: list[str], found: np.ndarray) -> int:
    size = label_sizes(names)
    gap = np.abs(found[:, None] - found[None])
    over = ((size[:, None] + size[None]) / 2 - gap > 1e-6).all(axis=-1)
    return int(over.sum() - len(names)) // 2


def test_no_name_covers_another() -> None:
    rng = np.random.default_rng(0)
    crowded = rng.normal(0.5, 0.03, (len(NAMES), 2))
    assert overlaps(NAMES, crowded) > 500
    found = separate(NAMES, crowded)
    assert overlaps(NAMES, found) == 0
    assert found.min() >= 0
    assert found.max() <= 1


def test_names_with_room_stay_in_place() -> None:
    spread = np.array([[0.2, 0.2], [0.8, 0.8]])
    assert (separate(["folk", "jazz"], spread) == spread).all()


def test_similar_styles_are_near_and_a_second_map_is_the_same() -> None:
    rng = np.random.default_rng(0)
    centres = rng.normal(0, 1, (3, 16)).repeat(20, axis=0)
    vectors = (centres + rng.normal(0, 0.1, centres.shape)).astype(np.float32)
    names = NAMES[:60]
    found = map_positions(names, vectors)
    assert (found == map_positions(names, vectors)).all()
    nearest = np.linalg.norm(found[:, None] - found[None], axis=-1).argsort(axis=1)[:, 1:4]
    assert (nearest // 20 == np.arange(60)[:, None] // 20).mean() > 0.8


def test_a_few_styles_have_positions_too() -> None:
    found = map_positions(["folk", "jazz"], np.eye(2, dtype=np.float32))
    assert found.shape == (2, 2)
    assert overlaps(["folk", "jazz"], found) == 0
