"""With the real window in a process of its own, all notes are sent and measured."""

from itertools import islice, pairwise

import pytest

from export.runtime.artefact import load_default_artefact
from gui.bench import beside_window
from gui.bench.beside_window import _snapshots, measure_beside_window

SECOND = 1_000_000_000


def test_every_second_frame_has_a_new_note_and_drops_one() -> None:
    frames = list(islice(_snapshots(60 * SECOND), 9))
    assert {len(frame.notes) for frame in frames} == {5000}
    assert [b.notes is a.notes for a, b in pairwise(frames)] == [
        True,
        False,
    ] * 4
    times = [frame.now_ns for frame in frames]
    assert times == sorted(set(times))


@pytest.mark.slow
def test_both_cases_have_the_same_number_of_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside_window, "ROUND_S", 1)
    found = measure_beside_window(load_default_artefact(), 1)
    assert set(found) == {"without the window", "with the window"}
    for spread in found.values():
        assert spread["count"] > 15
        assert spread["p99_ms"] < 1000
