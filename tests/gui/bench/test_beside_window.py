"""With the real window in a process of its own, notes are sent and timed all the same."""

from itertools import islice, pairwise

import pytest

from export.runtime.artefact import load_default_artefact
from gui.bench.beside_window import ROUND_S, _snapshots, measure_beside_window

SECOND = 1_000_000_000


def test_every_second_frame_has_a_note_more_and_as_many_in_all() -> None:
    frames = list(islice(_snapshots(60 * SECOND), 9))
    assert {len(frame.notes) for frame in frames} == {5000}
    assert [b.notes is a.notes for a, b in pairwise(frames)] == [
        True,
        False,
    ] * 4
    times = [frame.now_ns for frame in frames]
    assert times == sorted(set(times))


@pytest.mark.slow
def test_both_have_as_many_notes() -> None:
    found = measure_beside_window(load_default_artefact(), ROUND_S)
    assert set(found) == {"without the window", "with the window"}
    for spread in found.values():
        assert spread["count"] > 15 * ROUND_S
        assert spread["p99_ms"] < 1000
